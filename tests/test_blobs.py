"""Filled blobs as a mapping."""

from __future__ import annotations

import pytest

import fillerkit as fk

NET = """
layer { name: "data" type: "Input" top: "data"
        input_param { shape { dim: 2 dim: 3 dim: 8 dim: 8 } } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
        convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "bn" type: "BatchNorm" bottom: "conv1" top: "conv1" }
layer { name: "relu" type: "ReLU" bottom: "conv1" top: "conv1" }
"""


@pytest.fixture
def blobs() -> fk.Blobs:
    return fk.load_net(NET).fill(seed=1)


def test_only_layers_with_blobs_are_in_it(blobs: fk.Blobs) -> None:
    assert list(blobs) == ["conv1", "bn"]
    assert "relu" not in blobs
    assert len(blobs) == 2


def test_a_blob_has_an_index_and_a_name(blobs: fk.Blobs) -> None:
    assert blobs["conv1"][0] is blobs["conv1"].weight
    assert blobs["conv1"][1] is blobs["conv1"].bias
    assert blobs["conv1"][-1] is blobs["conv1"].bias
    assert [array.shape for array in blobs["bn"]] == [(4,), (4,), (1,)]
    assert blobs["bn"].names == ("mean", "variance", "scale_factor")


def test_a_name_that_is_not_there_lists_those_that_are(blobs: fk.Blobs) -> None:
    with pytest.raises(AttributeError, match="no blob 'wieght' here, but weight, bias"):
        _ = blobs["conv1"].wieght


def test_it_cannot_be_changed(blobs: fk.Blobs) -> None:
    with pytest.raises(TypeError):
        blobs["conv1"] = blobs["bn"]  # type: ignore[index]


def test_it_shows_itself_in_a_line(blobs: fk.Blobs) -> None:
    assert repr(blobs) == "Blobs(2 layers, 121 values, seed 1)"
    assert repr(blobs["conv1"]) == "LayerBlobs(weight: 4x3x3x3, bias: 4)"
