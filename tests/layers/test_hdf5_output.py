"""HDF5Output: it writes in the forward pass, not here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


def test_it_takes_data_and_labels_and_makes_nothing(set_up: SetUp) -> None:
    layer = set_up("HDF5Output", (2, 3), (2,), body='hdf5_output_param { file_name: "o" }', tops=0)
    assert (layer.tops, layer.params, layer.draws) == ((), (), 0)


def test_no_file_is_made(set_up: SetUp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    set_up("HDF5Output", (2, 3), (2,), body='hdf5_output_param { file_name: "o.h5" }', tops=0)
    assert not list(tmp_path.iterdir())


def test_it_needs_a_file_name(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="file_name"):
        set_up("HDF5Output", (2, 3), (2,), tops=0)


def test_it_has_no_top(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="no tops, not 1"):
        set_up("HDF5Output", (2, 3), (2,), body='hdf5_output_param { file_name: "o" }')
