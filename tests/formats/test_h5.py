"""Caffe's HDF5: which names real Caffe finds again in it."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

import fillerkit as fk

pytest.importorskip("h5py", reason="h5py is not installed")

DATA = 'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 4] } } }'


def _net(*names: str, relu: str = "r") -> fk.Net:
    """Layers with blobs, one after the other, and a ReLU behind them."""
    layers = [
        f'layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" top: "{name}" '
        "inner_product_param { num_output: 4 } }"
        for bottom, name in zip(["data", *names], names, strict=False)
    ]
    last = f'layer {{ name: "{relu}" type: "ReLU" bottom: "{names[-1]}" top: "{names[-1]}" }}'
    return fk.load_net("\n".join([DATA, *layers, last]))


@pytest.mark.parametrize("save", ["blobs", "net"])
def test_layers_that_caffe_would_not_find_are_told_of(tmp_path: Path, save: str) -> None:
    net = _net("a/b", "c")
    with pytest.warns(UserWarning, match=r"x\.h5: .* takes no blobs of .*: a/b; .*\.caffemodel"):
        if save == "net":
            net.save(tmp_path / "x.h5", seed=1)
        else:
            net.fill(seed=1).save(tmp_path / "x.h5")


@pytest.mark.parametrize(
    ("names", "relu"), [(("a", "a/b"), "r"), (("a",), "a/relu"), (("r/a", "b"), "r")]
)
def test_a_layer_within_the_group_of_another_at_which_caffe_stops_is_told_of(
    tmp_path: Path, names: tuple[str, ...], relu: str
) -> None:
    with pytest.warns(UserWarning, match="it stops at layer '[ar]', in whose group that of"):
        _net(*names, relu=relu).save(tmp_path / "x.h5", seed=1)


def test_names_that_caffe_finds_are_not_told_of(tmp_path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _net("a", "b", relu="x/relu").save(tmp_path / "x.h5", seed=1)
        _net("a/b").save(tmp_path / "x.caffemodel", seed=1)
