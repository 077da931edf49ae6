"""The net's own data as what goes in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_sources import write_records

import fillerkit as fk

pytest.importorskip("torch", reason="PyTorch is not installed")

NET = """
layer { name: "data" type: "Data" top: "data" top: "label" transform_param { %s }
        data_param { source: "db" backend: LMDB batch_size: 2 } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
        inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory, which the paths of a prototxt start from: an empty one."""
    monkeypatch.chdir(tmp_path)


def test_the_first_items_of_a_source_that_is_here_go_in() -> None:
    write_records()
    found = fk.signal(fk.load_net(NET % ""), batch=5)
    values = np.arange(12) + 50 * np.arange(5)[:, None]
    assert found["data"].rms == pytest.approx(np.sqrt((values**2.0).mean()))
    assert found.batch == 5
    assert found.notes == ("data, label: the first 5 items of db",)


def test_an_empty_mapping_leaves_the_data_be() -> None:
    write_records()
    found = fk.signal(fk.load_net(NET % ""), inputs={})
    assert 0.8 < found["data"].rms < 1.2
    assert found.notes == ("data: unit gaussian values",)


def test_data_that_cannot_be_read_is_noted_and_values_are_drawn() -> None:
    write_records()
    found = fk.signal(fk.load_net(NET % 'mean_file: "gone"'))
    told, drawn = found.notes
    assert "its mean_file 'gone' is not there" in told
    assert drawn == "data: unit gaussian values"


def test_data_of_other_shapes_than_were_asked_for_is_left_be() -> None:
    write_records()
    found = fk.signal(fk.load_net(NET % "", shapes={"data": (2, 3, 8, 8)}))
    assert found["data"].shape == (16, 3, 8, 8)
    assert "db' has other shapes" in found.notes[0]
