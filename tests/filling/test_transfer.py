"""Weights from files in place of drawn ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import weights
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk

NET = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 3, 8, 8] } } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
        convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "msra" } } }
layer { name: "conv2" type: "Convolution" bottom: "conv1" top: "conv2"
        convolution_param { num_output: 5 kernel_size: 3
                            weight_filler { type: "gaussian" std: 1 } } }
layer { name: "fc" type: "InnerProduct" bottom: "conv2" top: "fc"
        inner_product_param { num_output: 6 weight_filler { type: "xavier" } } }
"""
WIDER = NET.replace("num_output: 6", "num_output: 9")
LAYERS = ("conv1", "conv2", "fc")


@pytest.fixture
def pretrained() -> fk.Blobs:
    """Blobs of NET of another seed."""
    return fk.load_net(NET).fill(seed=99)


def test_layers_of_the_same_names_are_copied(pretrained: fk.Blobs) -> None:
    blobs = fk.load_net(NET).fill(seed=1, weights=pretrained)
    assert all(weights.same(blobs[name], pretrained[name]) for name in LAYERS)


@given(st.sets(st.sampled_from(LAYERS), min_size=1), st.integers(0, 2**32 - 1))
def test_what_is_filled_has_the_bits_it_has_without_weights(copied: set[str], seed: int) -> None:
    net, other = fk.load_net(NET), fk.load_net(NET).fill(seed=99)
    plan = fk.transfer(net, other, layers=sorted(copied))
    blobs, without = net.fill(seed=seed, weights=plan), net.fill(seed=seed)
    for name in LAYERS:
        assert weights.same(blobs[name], other[name] if name in copied else without[name])


@pytest.mark.parametrize("suffix", weights.installed("npz", "caffemodel", "h5", "safetensors"))
def test_a_file_of_any_format_serves(suffix: str, pretrained: fk.Blobs, tmp_path: Path) -> None:
    file = tmp_path / f"weights.{suffix}"
    pretrained.save(file)
    blobs = fk.load_net(NET).fill(seed=1, weights=file)
    assert all(weights.same(blobs[name], pretrained[name]) for name in LAYERS)


def test_saving_writes_what_filling_gives(pretrained: fk.Blobs, tmp_path: Path) -> None:
    net = fk.load_net(WIDER)
    plan = fk.transfer(net, pretrained, on_mismatch="crop")
    net.save(tmp_path / "saved.npz", seed=1, weights=plan)
    net.fill(seed=1, weights=plan).save(tmp_path / "filled.npz")
    assert (tmp_path / "saved.npz").read_bytes() == (tmp_path / "filled.npz").read_bytes()


def test_the_report_says_what_became_of_each_layer(pretrained: fk.Blobs) -> None:
    net = fk.load_net(NET.replace('"conv2"', '"other"'))
    plan = fk.transfer(net, pretrained, layers=["*", "!fc"])
    assert (plan.copied, plan.filled, plan.ignored) == (
        ("conv1",),
        ("other", "fc"),
        ("conv2", "fc"),
    )
    assert "copied 1 layer (conv1)" in str(plan)


def test_another_shape_is_refused_with_the_way_out(pretrained: fk.Blobs) -> None:
    with pytest.raises(fk.FormatError, match=r"'fc' .*6x80 there, 9x80 in the net.*another name"):
        fk.load_net(WIDER).fill(seed=1, weights=pretrained)


def test_another_number_of_blobs_is_refused(pretrained: fk.Blobs) -> None:
    net = fk.load_net(NET.replace("num_output: 6", "num_output: 6 bias_term: false"))
    with pytest.raises(fk.FormatError, match="2 blobs there and 1 in the net"):
        fk.transfer(net, pretrained)


def test_one_blob_is_told_as_one() -> None:
    without = fk.load_net(NET.replace("num_output: 6", "num_output: 6 bias_term: false"))
    with pytest.raises(fk.FormatError, match="it has 1 blob there and 2 in the net"):
        fk.transfer(fk.load_net(NET), without.fill(seed=1))


def test_a_mismatch_can_be_filled(pretrained: fk.Blobs) -> None:
    net = fk.load_net(WIDER)
    plan = fk.transfer(net, pretrained, on_mismatch="fill")
    blobs = net.fill(seed=1, weights=plan)
    assert plan.filled == ("fc",)
    assert weights.same(blobs["fc"], net.fill(seed=1)["fc"])
    assert weights.same(blobs["conv1"], pretrained["conv1"])


@pytest.mark.parametrize("outputs", [3, 9])
def test_a_mismatch_can_be_cropped(pretrained: fk.Blobs, outputs: int) -> None:
    net = fk.load_net(NET.replace("num_output: 6", f"num_output: {outputs}"))
    plan = fk.transfer(net, pretrained, on_mismatch="crop")
    blobs, drawn = net.fill(seed=1, weights=plan), net.fill(seed=1)
    both = min(outputs, 6)
    assert plan.cropped == ("fc",)
    for ours, theirs, own in zip(blobs["fc"], pretrained["fc"], drawn["fc"], strict=True):
        assert np.array_equal(ours[:both], theirs[:both])
        assert np.array_equal(ours[both:], own[both:])


def test_a_layer_can_be_renamed(pretrained: fk.Blobs) -> None:
    net = fk.load_net(NET.replace('"fc"', '"fc_voc"'))
    blobs = net.fill(seed=1, weights=fk.transfer(net, pretrained, rename={"fc": "fc_voc"}))
    assert weights.same(blobs["fc_voc"], pretrained["fc"])


@pytest.mark.parametrize(
    ("rename", "said"), [({"fcc": "fc"}, "did you mean 'fc'"), ({"fc": "fx"}, "no layer 'fx'")]
)
def test_a_rename_of_nothing_is_refused(
    pretrained: fk.Blobs, rename: dict[str, str], said: str
) -> None:
    with pytest.raises(fk.UsageError, match=said):
        fk.transfer(fk.load_net(NET), pretrained, rename=rename)


def test_of_several_files_the_last_counts(pretrained: fk.Blobs) -> None:
    net = fk.load_net(NET)
    other = net.fill(seed=5)
    only = fk.load_net(NET.replace('"fc"', '"fc2"').replace('"conv2"', '"conv9"')).fill(seed=7)
    blobs = net.fill(seed=1, weights=[pretrained, other, only])
    assert weights.same(blobs["conv1"], only["conv1"])
    assert weights.same(blobs["conv2"], other["conv2"])


def test_files_none_of_whose_layers_fit_are_refused(pretrained: fk.Blobs) -> None:
    net = fk.load_net(
        NET.replace('"conv1"', '"k1"').replace('"conv2"', '"k2"').replace('"fc"', '"k"')
    )
    with pytest.raises(fk.UsageError, match="none is copied"):
        net.fill(seed=1, weights=pretrained)


def test_shapes_of_files_of_before_2015_fit(pretrained: fk.Blobs) -> None:
    owned: dict[tuple[str, int], tuple[str, Any]] = {
        ("fc", 0): ("", pretrained["fc"].weight.reshape(1, 1, 6, 80)),
        ("fc", 1): ("", pretrained["fc"].bias.reshape(1, 1, 1, 6)),
    }
    blobs = fk.load_net(NET).fill(seed=1, weights=fk.Blobs(owned, {}, {}))
    assert weights.same(blobs["fc"], pretrained["fc"])


def test_values_take_the_nets_type(pretrained: fk.Blobs) -> None:
    blobs = fk.load_net(NET).fill(seed=1, dtype="float64", weights=pretrained)
    assert blobs["fc"].weight.dtype == np.float64
    assert np.array_equal(blobs["fc"].weight, pretrained["fc"].weight)


def test_a_shared_parameter_takes_the_values_of_either_layer() -> None:
    net = fk.load_net(weights.SHARED)
    apart = fk.load_net(weights.SHARED.replace('param { name: "w" }', "")).fill(seed=4)
    blobs = net.fill(seed=1, weights=fk.transfer(net, apart, layers=["b"]))
    assert np.array_equal(blobs["a"].weight, apart["b"].weight)
    assert blobs["a"].weight is blobs["b"].weight or np.shares_memory(
        blobs["a"].weight, blobs["b"].weight
    )


def test_the_origin_records_the_files(pretrained: fk.Blobs, tmp_path: Path) -> None:
    file = tmp_path / "bvlc.caffemodel"
    pretrained.save(file)
    origin = fk.load_net(NET).fill(seed=1, weights=[file]).origin
    assert origin["weights"] == ["bvlc.caffemodel"]
    assert origin["copied"] == list(LAYERS)


def test_a_missing_file_is_an_error_that_names_it() -> None:
    with pytest.raises(fk.FormatError, match="nowhere"):
        fk.load_net(NET).fill(seed=1, weights="nowhere.npz")


FC = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 4, 3, 3] } } }
layer { name: "fc6" type: "InnerProduct" bottom: "data" top: "fc6"
        inner_product_param { num_output: 8 weight_filler { type: "xavier" } } }
"""
CONV = FC.replace("InnerProduct", "Convolution").replace(
    "inner_product_param {", "convolution_param { kernel_size: 3"
)


def _as_of_2014(blobs: fk.Blobs) -> fk.Blobs:
    """The same blobs with four axes each, as files of before 2015 have them."""
    owned = {
        (layer, index): (name, array.reshape((1,) * (4 - array.ndim) + array.shape))
        for layer, index, name, array, _ in blobs.owned()
    }
    return fk.Blobs(owned, {}, {}, model=blobs.model)


@pytest.mark.parametrize("age", [lambda blobs: blobs, _as_of_2014])
def test_a_fully_connected_layer_can_be_reshaped_into_a_convolution(
    age: Callable[[fk.Blobs], fk.Blobs],
) -> None:
    fc = fk.load_net(FC).fill(seed=3)
    plan = fk.transfer(fk.load_net(CONV), age(fc), on_mismatch="reshape")
    blobs = fk.load_net(CONV).fill(seed=1, weights=plan)
    assert (plan.reshaped, plan.copied, plan.notes) == (("fc6",), (), ())
    assert np.array_equal(blobs["fc6"].weight.reshape(8, 36), fc["fc6"].weight)
    assert "reshaped 1 layer (fc6)" in str(plan)


def test_what_fits_is_copied_whatever_is_said_of_the_rest(pretrained: fk.Blobs) -> None:
    plan = fk.transfer(fk.load_net(NET), pretrained, on_mismatch="reshape")
    assert (plan.copied, plan.reshaped) == (LAYERS, ())


def test_another_count_is_not_reshaped(pretrained: fk.Blobs) -> None:
    with pytest.raises(fk.FormatError, match=r"6x80 there, 9x80 in the net") as wrong:
        fk.transfer(fk.load_net(WIDER), pretrained, on_mismatch="reshape")
    assert "as many values" not in str(wrong.value)


def test_reshaping_is_offered_where_the_counts_are_equal() -> None:
    with pytest.raises(fk.FormatError, match="it has as many values"):
        fk.transfer(fk.load_net(CONV), fk.load_net(FC).fill(seed=3))


def test_axes_that_do_not_line_up_are_reshaped_and_told_of() -> None:
    bare = "inner_product_param { bias_term: false"
    fc = fk.load_net(FC.replace("inner_product_param {", bare)).fill(seed=3)
    turned = fk.Blobs({("fc6", 0): ("weight", fc["fc6"].weight)}, {}, {})
    text = FC.replace("[1, 4, 3, 3]", "[1, 8]").replace("num_output: 8", "num_output: 36")
    net = fk.load_net(text.replace("inner_product_param {", bare))
    plan = fk.transfer(net, turned, on_mismatch="reshape")
    assert plan.reshaped == ("fc6",)
    assert "its weight is 8x36 there, 36x8 in the net" in plan.notes[0]


@pytest.mark.parametrize("age", [lambda blobs: blobs, _as_of_2014])
def test_a_layer_of_another_type_is_not_cropped(age: Callable[[fk.Blobs], fk.Blobs]) -> None:
    fc = age(fk.load_net(FC).fill(seed=3))
    with pytest.raises(fk.FormatError, match="of type InnerProduct there, Convolution in the net"):
        fk.transfer(fk.load_net(CONV), fc, on_mismatch="crop")


def test_another_number_of_axes_is_not_cropped() -> None:
    fc = fk.load_net(FC).fill(seed=3)
    untyped = fk.Blobs(fc.stored.owned, {}, {})
    with pytest.raises(fk.FormatError, match="2 axes there, 4 in the net"):
        fk.transfer(fk.load_net(CONV), untyped, on_mismatch="crop")


def test_groups_are_not_cropped() -> None:
    grouped = fk.load_net(CONV.replace("kernel_size: 3", "kernel_size: 3 group: 2")).fill(seed=3)
    with pytest.raises(fk.FormatError, match="it has 2 groups there, 1 in the net"):
        fk.transfer(fk.load_net(CONV), grouped, on_mismatch="crop")


TWO = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 3, 8, 8] } } }
layer { name: "left/conv1" type: "Convolution" bottom: "data" top: "left/conv1"
        convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "msra" } } }
layer { name: "right/conv1" type: "Convolution" bottom: "data" top: "right/conv1"
        convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "msra" } } }
"""


def test_a_layer_is_copied_to_two(pretrained: fk.Blobs) -> None:
    plan = fk.transfer(fk.load_net(TWO), pretrained, rename={"*": ["left/*", "right/*"]})
    blobs = fk.load_net(TWO).fill(seed=1, weights=plan)
    assert weights.same(blobs["left/conv1"], pretrained["conv1"])
    assert weights.same(blobs["right/conv1"], pretrained["conv1"])
    assert plan.ignored == ("conv2", "fc")


def test_each_file_has_its_own_renames(pretrained: fk.Blobs) -> None:
    other = fk.load_net(NET).fill(seed=5)
    rename = [{"conv1": "left/conv1"}, {"conv1": "right/conv1"}]
    plan = fk.transfer(fk.load_net(TWO), [pretrained, other], rename=rename)
    blobs = fk.load_net(TWO).fill(seed=1, weights=plan)
    assert weights.same(blobs["left/conv1"], pretrained["conv1"])
    assert weights.same(blobs["right/conv1"], other["conv1"])


def test_the_report_tells_of_each_layer_what_became_of_it(
    pretrained: fk.Blobs, tmp_path: Path
) -> None:
    pretrained.save(tmp_path / "old.npz")
    net = fk.load_net(WIDER.replace('"conv2"', '"other"'))
    several: list[fk.Blobs | Path] = [pretrained, tmp_path / "old.npz"]
    plan = fk.transfer(net, several, on_mismatch="fill")
    assert [str(move) for move in plan.moves] == [
        "memory: conv1 -> conv1: copied (then replaced from old.npz)",
        "memory: fc -> fc: filled (its weight is 6x80 there, 9x80 in the net)",
        "memory: conv2: left",
        "old.npz: conv1 -> conv1: copied",
        "old.npz: fc -> fc: filled (its weight is 6x80 there, 9x80 in the net)",
        "old.npz: conv2: left",
        "other: filled",
    ]
