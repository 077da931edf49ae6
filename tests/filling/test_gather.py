"""The layers of weight files in one, without a net."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import weights

import fillerkit as fk

NET = """
name: "old"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 3, 8, 8] } } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
        convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "msra" } } }
layer { name: "relu" type: "ReLU" bottom: "conv1" top: "conv1" }
layer { name: "fc" type: "InnerProduct" bottom: "conv1" top: "fc"
        inner_product_param { num_output: 6 weight_filler { type: "xavier" } } }
"""


@pytest.fixture
def old() -> fk.Blobs:
    return fk.load_net(NET).fill(seed=1)


@pytest.mark.parametrize("suffix", weights.installed("npz", "caffemodel", "h5", "safetensors"))
def test_layers_are_renamed_in_files_of_any_format(
    suffix: str, old: fk.Blobs, tmp_path: Path
) -> None:
    old.save(tmp_path / f"old.{suffix}")
    found = fk.gather_weights(tmp_path / f"old.{suffix}", rename={"conv*": "left/conv*"})
    found.blobs.save(tmp_path / f"new.{suffix}")
    new = fk.load(tmp_path / f"new.{suffix}")
    assert list(new) == ["left/conv1", "fc"]
    assert weights.same(new["left/conv1"], old["conv1"])
    assert weights.same(new["fc"], old["fc"])


def test_caffe_reads_the_types_and_parameters_of_a_new_caffemodel(
    old: fk.Blobs, tmp_path: Path
) -> None:
    fk.gather_weights(old, rename={"fc": "head"}).blobs.save(tmp_path / "new.caffemodel")
    model = fk.load(tmp_path / "new.caffemodel").model
    assert model is not None
    assert model.name == "old"
    conv, head = (layer for _, layer in model.layers)
    assert (conv.name, conv.type, conv.convolution_param.num_output) == ("conv1", "Convolution", 4)
    assert (head.name, head.type, list(head.bottom)) == ("head", "InnerProduct", [])


def test_layers_are_chosen_by_their_new_names(old: fk.Blobs) -> None:
    found = fk.gather_weights(old, rename={"fc": "head"}, layers=["!head"])
    assert list(found.blobs) == ["conv1"]
    assert [str(move) for move in found.moves] == [
        "memory: conv1 -> conv1: copied",
        "memory: fc: left",
    ]
    assert str(found) == "copied 1 layer (conv1); left 1 layer (fc)"
    with pytest.raises(fk.UsageError, match=r"'!fcc' .*did you mean 'fc'"):
        fk.gather_weights(old, layers=["!fcc"])
    with pytest.raises(fk.UsageError, match="no layer of the given blobs is copied"):
        fk.gather_weights(old, layers=["!*"])


def test_of_two_layers_with_one_name_the_last_files_counts(old: fk.Blobs) -> None:
    other = fk.load_net(NET).fill(seed=2)
    found = fk.gather_weights([old, other], rename=[{}, {"conv1": "conv2"}])
    assert list(found.blobs) == ["conv1", "conv2", "fc"]
    assert weights.same(found.blobs["conv1"], old["conv1"])
    assert weights.same(found.blobs["conv2"], other["conv1"])
    assert weights.same(found.blobs["fc"], other["fc"])


def test_files_that_tell_types_and_files_that_do_not_go_together(
    old: fk.Blobs, tmp_path: Path
) -> None:
    old.save(tmp_path / "old.npz")
    old.save(tmp_path / "old.caffemodel")
    found = fk.gather_weights(
        [tmp_path / "old.npz", tmp_path / "old.caffemodel"], rename=[{"*": "a/*"}, {"*": "b/*"}]
    )
    found.blobs.save(tmp_path / "both.caffemodel")
    new = fk.load(tmp_path / "both.caffemodel")
    assert list(new) == ["a/conv1", "a/fc", "b/conv1", "b/fc"]
    assert new["b/fc"].names == ("weight", "bias")


def test_layers_that_share_share_still(tmp_path: Path) -> None:
    old = fk.load_net(weights.SHARED).fill(seed=1)
    both = fk.gather_weights(old, rename={"*": "x/*"}).blobs
    assert [(alias.layer, alias.index) for _, _, _, _, of in both.owned() for alias in of] == [
        ("x/b", 0)
    ]
    # Without the layer whose values they are, they are its own.
    one = fk.gather_weights(old, layers=["b"]).blobs
    assert [(layer, index) for layer, index, _, _, _ in one.owned()] == [("b", 0)]
    assert np.array_equal(one["b"][0], old["a"][0])
    assert one.starts["b", 0] == old.starts["a", 0]


def test_a_rename_of_nothing_is_refused(old: fk.Blobs) -> None:
    with pytest.raises(fk.UsageError, match="'convv1'; did you mean 'conv1'"):
        fk.gather_weights(old, rename={"convv1": "x"})
