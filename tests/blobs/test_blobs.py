"""Filled blobs as a mapping."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
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


SHARED = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 4] } } }
layer { name: "a" type: "InnerProduct" bottom: "data" top: "a" param { name: "w" }
        inner_product_param { num_output: 4 bias_term: false } }
layer { name: "b" type: "InnerProduct" bottom: "a" top: "b" param { name: "w" }
        inner_product_param { num_output: 4 bias_term: false } }
"""


def test_values_of_ones_own_are_the_blobs_of_a_net(tmp_path: Path) -> None:
    net = fk.load_net(NET)
    arrays = {name: [array + 1 for array in blobs] for name, blobs in net.fill(seed=1).items()}
    made = fk.Blobs.of(net, arrays)
    assert made["conv1"].weight is arrays["conv1"][0]
    made.save(tmp_path / "made.caffemodel")
    assert (fk.load(tmp_path / "made.caffemodel")["conv1"][0] == arrays["conv1"][0]).all()


def test_a_blob_that_a_net_shares_is_kept_once_if_it_lies_in_one_memory() -> None:
    net, weight = fk.load_net(SHARED), np.ones((4, 4), np.float32)
    one = fk.Blobs.of(net, {"a": [weight], "b": [weight]})
    two = fk.Blobs.of(net, {"a": [weight], "b": [weight.copy()]})
    assert [len(list(blobs.owned())) for blobs in (one, two)] == [1, 2]


def test_another_number_of_blobs_than_the_nets_is_refused() -> None:
    with pytest.raises(fk.UsageError, match="layer 'b' has 1 blobs, not 0"):
        fk.Blobs.of(fk.load_net(SHARED), {"a": [np.ones((4, 4), np.float32)]})


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            {"a": [np.ones((4, 5))], "b": [np.ones((4, 4))]},
            r"shape \(4, 4\), not ndarray of \(4, 5",
        ),
        ({"a": [[1.0] * 4] * 4, "b": [np.ones((4, 4))]}, r"layer 'a' has 1 blobs, not 4"),
        ({"a": [np.ones((4, 4))], "bb": [np.ones((4, 4))]}, r"no layer 'bb' with blobs"),
    ],
)
def test_values_that_do_not_fit_the_net_are_refused(arrays: Any, message: str) -> None:
    with pytest.raises(fk.UsageError, match=message):
        fk.Blobs.of(fk.load_net(SHARED), arrays)


def test_a_blob_turned_round_is_not_the_one_that_it_shares() -> None:
    net, weight = fk.load_net(SHARED), np.arange(16.0).reshape(4, 4)
    made = fk.Blobs.of(net, {"a": [weight], "b": [weight.T]})
    assert (made["b"][0] == weight.T).all()


def test_the_error_of_an_unknown_suffix_says_how_a_format_is_named(
    blobs: fk.Blobs, tmp_path: Path
) -> None:
    with pytest.raises(fk.UsageError, match=r"format='npz'"):
        blobs.save(tmp_path / "weights.txt")
    with pytest.raises(fk.UsageError, match=r"chooses the format; ONNX holds a net"):
        blobs.save(tmp_path / "net.onnx")
    (tmp_path / "weights.txt").touch()
    with pytest.raises(fk.UsageError, match=r"fillerkit\.load\(path, format='npz'\)"):
        fk.load(tmp_path / "weights.txt")
