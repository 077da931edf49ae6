"""The HDF5 library finds in our .h5 what Caffe writes to its .caffemodel.h5, path by path."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import weights

import fillerkit as fk

h5py: Any = pytest.importorskip("h5py", reason="h5py is not installed")


def _paths(file: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    file.visititems(lambda name, thing: found.update({name: type(thing).__name__}))
    return found


def test_every_layer_has_a_group_and_every_owned_blob_a_dataset(tmp_path: Path) -> None:
    weights.small_blobs().save(tmp_path / "small.h5")
    with h5py.File(tmp_path / "small.h5") as file:
        paths = _paths(file)
    assert {path for path, kind in paths.items() if kind == "Group"} == {
        "data",
        "data/data",
        "data/a",
        "data/a/b",
        "data/c",
        "data/relu",
        "data/c_relu_0_split",  # Caffe's own layer, between `c` and the two that take it
        "data/bn",
        "data/sum",
    }
    assert {path for path, kind in paths.items() if kind == "Dataset"} == {
        "data/a/b/0",  # c/0 shares it
        "data/a/b/1",
        "data/c/1",
        "data/bn/0",
        "data/bn/1",
        "data/bn/2",
    }


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_values_and_types_are_the_blobs(dtype: str, tmp_path: Path) -> None:
    blobs = weights.small_blobs(dtype=dtype)
    blobs.save(tmp_path / "small.h5")
    with h5py.File(tmp_path / "small.h5") as file:
        for layer, index, _, array, _ in blobs.owned():
            dataset = file[f"data/{layer}/{index}"]
            assert dataset.dtype == np.dtype(dtype).newbyteorder("<")
            assert dataset.shape == array.shape
            assert dataset[()].tobytes() == array.tobytes()


def test_googlenet_has_the_groups_of_every_layer_that_caffe_runs(tmp_path: Path) -> None:
    net = fk.load_net(weights.SAMPLE_NETS / "googlenet" / "deploy.prototxt", phase="TEST")
    net.save(tmp_path / "net.h5", seed=1)
    with h5py.File(tmp_path / "net.h5") as file:
        for layer in net.layers:
            assert isinstance(file[f"data/{layer.name}"], h5py.Group)
            assert len(file[f"data/{layer.name}"]) == len(layer.params)
        assert "data/pool2/3x3_s2_pool2/3x3_s2_0_split" in file


def test_a_file_that_the_library_wrote_as_caffe_does_is_read(tmp_path: Path) -> None:
    values = np.arange(6, dtype=np.float32).reshape(2, 3)
    with h5py.File(tmp_path / "caffe.h5", "w") as file:
        layer = file.create_group("data").create_group("ip")
        file["data"].create_group("relu")
        layer["0"], layer["1"] = values, np.ones(2, np.float32)
    loaded = fk.load(tmp_path / "caffe.h5")
    assert loaded["ip"][0].tolist() == values.tolist()
    assert list(loaded) == ["ip"]


def test_compressed_and_big_endian_datasets_are_read(tmp_path: Path) -> None:
    values = np.arange(600.0).reshape(20, 30)
    with h5py.File(tmp_path / "foreign.h5", "w", userblock_size=512) as file:
        file["data/a/0"] = values.astype(">f4")
        file.create_dataset("data/b/0", data=values, compression="gzip", shuffle=True)
        file["data/c/0"] = np.float64(3)
    loaded = fk.load(tmp_path / "foreign.h5")
    assert loaded["a"][0].dtype == np.float32
    assert loaded["a"][0].tolist() == loaded["b"][0].tolist() == values.tolist()
    assert loaded["c"][0].shape == ()
