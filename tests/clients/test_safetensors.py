"""The safetensors package reads our .safetensors, and we read what it writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import weights

import fillerkit as fk

pytest.importorskip("safetensors", reason="safetensors is not installed")
from safetensors import safe_open
from safetensors.numpy import load_file, save_file


def test_it_reads_every_owned_blob(tmp_path: Path) -> None:
    blobs = weights.small_blobs()
    blobs.save(tmp_path / "small.safetensors")
    tensors = load_file(tmp_path / "small.safetensors")
    assert {key: value.tobytes() for key, value in tensors.items()} == {
        f"{layer}/{index}": array.tobytes() for layer, index, _, array, _ in blobs.owned()
    }


def test_its_metadata_hold_the_origin(tmp_path: Path) -> None:
    blobs = weights.small_blobs()
    blobs.save(tmp_path / "small.safetensors")
    with safe_open(tmp_path / "small.safetensors", "numpy") as file:
        metadata = file.metadata()
    assert json.loads(metadata["origin"]) == blobs.origin
    assert json.loads(metadata["blobs"])["a/b/0"]["aliases"][0]["layer"] == "c"


def test_what_it_writes_is_read(tmp_path: Path) -> None:
    values: dict[str, Any] = {"ip/0": np.eye(3, dtype=np.float32), "ip/1": np.ones(3, np.float16)}
    save_file(values, tmp_path / "x.safetensors")
    loaded = fk.load(tmp_path / "x.safetensors")
    assert (loaded["ip"][0] == np.eye(3)).all()
    assert loaded["ip"][1].dtype == np.float16


def test_names_of_pytorch_are_read(tmp_path: Path) -> None:
    values = {
        "net.0.weight": np.ones((2, 3), np.float32),
        "net.0.bias": np.zeros(2, np.float32),
        "net.1.running_mean": np.zeros(2, np.float32),
        "net.1.running_var": np.full(2, 4, np.float32),
    }
    save_file(values, tmp_path / "x.safetensors")
    loaded = fk.load(tmp_path / "x.safetensors")
    assert loaded["net.0"].weight.shape == (2, 3)
    assert loaded["net.1"].variance.tolist() == [4, 4]
    assert loaded["net.1"].scale_factor.tolist() == [1]
