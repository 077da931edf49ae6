"""Laws that hold for every net, tried on random ones."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import fillerkit as fk
from fillerkit.fillers import Given, Whole

FILLERS = st.sampled_from(
    [
        'type: "xavier"',
        'type: "xavier" variance_norm: AVERAGE',
        'type: "xavier" variance_norm: FAN_OUT',
        'type: "msra"',
        'type: "msra" variance_norm: FAN_OUT',
        'type: "gaussian" std: 0.01',
        'type: "gaussian" mean: 0.5 std: 2',
        'type: "gaussian" std: 1 sparse: 1',
        'type: "uniform" min: -0.25 max: 1',
        'type: "truncated_gaussian" mean: 0.5 std: 2',
        'type: "xavier_normal" nonlinearity: "relu"',
        'type: "lecun_uniform"',
        'type: "positive_unitball"',
        'type: "constant" value: 0.3',
    ]
)
PHASES = st.sampled_from(["", "include { phase: TRAIN }", "exclude { phase: TEST }"])
SEEDS = st.integers(0, 2**32 - 1)

Draw = Callable[[st.SearchStrategy[int]], int]


@st.composite
def nets(draw: st.DrawFn) -> str:
    """A chain of 2 to 7 layers over images; in-place layers may take part in one phase only."""
    side = draw(st.integers(6, 14))
    channels = draw(st.integers(1, 6))
    text = [
        'name: "random"',
        'layer { name: "data" type: "Input" top: "b0" input_param { shape '
        f"{{ dim: 2 dim: {channels} dim: {side} dim: {side} }} }} }}",
    ]
    blob, flat = "b0", False
    for index in range(1, draw(st.integers(2, 7)) + 1):
        kinds = ["fc", "relu", "bn", "scale", "prelu", "dropout", "eltwise"]
        if not flat:
            kinds += ["conv", "conv", "deconv", "pool", "lrn", "concat"]
        kind = draw(st.sampled_from(kinds))
        top = f"b{index}"
        weight, bias = draw(FILLERS), draw(FILLERS)
        fill = f"weight_filler {{ {weight} }} bias_filler {{ {bias} }}"
        if kind == "fc":
            body = f"inner_product_param {{ num_output: {draw(st.integers(1, 40))} {fill} }}"
            text.append(_layer("InnerProduct", index, [blob], top, body))
            flat = True
        elif kind in ("conv", "deconv"):
            kernel = draw(st.integers(1, 3))
            body = (
                f"convolution_param {{ num_output: {draw(st.integers(1, 16))} "
                f"kernel_size: {kernel} pad: 1 {fill} }}"
            )
            name = "Convolution" if kind == "conv" else "Deconvolution"
            text.append(_layer(name, index, [blob], top, body))
        elif kind == "pool":
            body = "pooling_param { kernel_size: 2 stride: 1 }"
            text.append(_layer("Pooling", index, [blob], top, body))
        elif kind in ("eltwise", "concat"):
            name = kind.capitalize()
            text.append(_layer(name, index, [blob, blob], top, ""))
        elif kind == "prelu":
            text.append(
                _layer("PReLU", index, [blob], top, f"prelu_param {{ filler {{ {bias} }} }}")
            )
        elif kind == "scale":
            body = f"scale_param {{ filler {{ {bias} }} bias_term: true bias_filler {{ {bias} }} }}"
            text.append(_layer("Scale", index, [blob], top, body))
        else:
            name = {"relu": "ReLU", "bn": "BatchNorm", "dropout": "Dropout", "lrn": "LRN"}[kind]
            top = blob
            text.append(_layer(name, index, [blob], top, draw(PHASES)))
        blob = top
    return "\n".join(text)


def _layer(kind: str, index: int, bottoms: list[str], top: str, body: str) -> str:
    taken = " ".join(f'bottom: "{bottom}"' for bottom in bottoms)
    return f'layer {{ name: "l{index}" type: "{kind}" {taken} top: "{top}" {body} }}'


def _load(text: str, phase: str) -> fk.Net | None:
    """The net, or None where a filler cannot fill one of its blobs (bilinear, sparse, ...)."""
    try:
        return fk.load_net(text, phase=phase)
    except fk.FillerError:
        return None


@settings(max_examples=60)
@given(nets(), st.sampled_from(["TRAIN", "TEST"]))
def test_a_bottom_is_a_top_made_before_it(text: str, phase: str) -> None:
    net = _load(text, phase)
    if net is None:
        return
    made: dict[str, tuple[int, ...]] = {}
    for layer in net.layers:
        assert set(layer.bottoms) <= set(made)
        made.update(layer.tops)
    assert set(net.outputs) <= set(made)


@settings(max_examples=60)
@given(nets(), SEEDS, st.sampled_from(["float32", "float64"]))
def test_the_same_seed_gives_the_same_bytes_whole_or_streamed(
    tmp_path_factory: pytest.TempPathFactory, text: str, seed: int, dtype: str
) -> None:
    net = _load(text, "TRAIN")
    if net is None:
        return
    path = tmp_path_factory.mktemp("law") / "net.npz"
    net.save(path, seed=seed, dtype=dtype)
    filled, loaded = net.fill(seed, dtype), fk.load(path)
    assert list(filled) == list(loaded)
    for layer, arrays in filled.items():
        for one, other in zip(arrays, loaded[layer], strict=True):
            assert one.tobytes() == other.tobytes()
            assert one.dtype == dtype


@settings(max_examples=60)
@given(nets(), SEEDS, st.sampled_from(["TRAIN", "TEST"]))
def test_a_prefix_of_a_net_fills_the_same_as_in_the_whole_net(
    text: str, seed: int, phase: str
) -> None:
    net = _load(text, phase)
    if net is None:
        return
    whole = net.fill(seed)
    lines = text.splitlines()
    prefix = fk.load_net("\n".join(lines[: len(lines) // 2 + 1]), phase=phase).fill(seed)
    for layer, arrays in prefix.items():
        for one, other in zip(arrays, whole[layer], strict=True):
            assert one.tobytes() == other.tobytes()


@settings(max_examples=60)
@given(nets(), SEEDS)
def test_values_have_the_mean_and_std_of_their_distribution(text: str, seed: int) -> None:
    net = _load(text, "TRAIN")
    if net is None:
        return
    blobs = net.fill(seed)
    for layer in net.layers:
        for param, values in zip(layer.params, blobs.get(layer.key, ()), strict=False):
            theory = param.distribution
            if isinstance(theory, Whole | Given) or values.size < 400:
                continue
            wide = values.astype(np.float64)
            error = 6 * theory.std / sqrt(values.size) + 1e-6
            assert abs(wide.mean() - theory.mean) <= error
            assert abs(wide.std() - theory.std) <= 6 * error
