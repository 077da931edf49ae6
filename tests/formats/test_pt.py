"""What PyTorch is asked for when a ``.pt`` is read; hostile files are in tests/hostile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import weights

import fillerkit as fk

torch = pytest.importorskip("torch", reason="PyTorch is not installed")


def test_pytorch_2_1_which_maps_no_path_but_a_string_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = torch.load

    def as_in_2_1(file: object, *words: Any, mmap: bool, **options: Any) -> object:
        if mmap and not isinstance(file, str):
            raise ValueError("f must be a string filename in order to use mmap argument")
        return load(file, *words, mmap=mmap, **options)

    weights.small_blobs().save(tmp_path / "x.pt")
    monkeypatch.setattr(torch, "load", as_in_2_1)
    assert "c" in fk.load(tmp_path / "x.pt")
