"""Laws that hold for every net, tried on random ones."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_parts import small_parts

import fillerkit as fk

PHASES = st.sampled_from(["", "include { phase: TRAIN }", "exclude { phase: TEST }"])
DTYPES = st.sampled_from(["float32", "float64"])
SEEDS = st.integers(0, 2**32 - 1)

Draw = Callable[[st.SearchStrategy[int]], int]


@st.composite
def nets(draw: st.DrawFn) -> str:
    """A chain of 2 to 7 layers over images; in-place layers may take part in one phase only."""
    fillers = st.sampled_from([*laws(), 'type: "positive_unitball"'])
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
        weight, bias = draw(fillers), draw(fillers)
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


@settings(max_examples=60)
@given(nets(), st.sampled_from(["TRAIN", "TEST"]))
def test_a_bottom_is_a_top_made_before_it(text: str, phase: str) -> None:
    net = fk.load_net(text, phase=phase)
    made: dict[str, tuple[int, ...]] = {}
    for layer in net.layers:
        assert set(layer.bottoms) <= set(made)
        made.update(layer.tops)
    assert set(net.outputs) <= set(made)


@settings(max_examples=60)
@given(nets(), SEEDS, DTYPES)
def test_the_same_seed_gives_the_same_bytes_whole_or_streamed(
    tmp_path_factory: pytest.TempPathFactory, text: str, seed: int, dtype: str
) -> None:
    net = fk.load_net(text, phase="TRAIN")
    path = tmp_path_factory.mktemp("law") / "net.npz"
    net.save(path, seed=seed, dtype=dtype)
    filled, loaded = net.fill(seed, dtype), fk.load(path)
    assert list(filled) == list(loaded)
    for layer, arrays in filled.items():
        for one, other in zip(arrays, loaded[layer], strict=True):
            assert one.tobytes() == other.tobytes()
            assert one.dtype == dtype


@settings(max_examples=60)
@given(
    nets(),
    SEEDS,
    DTYPES,
    st.sampled_from(["1.55", "1.58", "1.64"]),
    st.integers(2, 9),
    st.integers(1, 150).map(lambda pairs: 2 * pairs),
    st.integers(1, 40),
)
def test_jobs_and_slices_make_the_same_bytes(
    text: str, seed: int, dtype: str, boost: str, jobs: int, least: int, rows: int
) -> None:
    net = fk.load_net(text)
    wanted = net.fill(seed, dtype, boost=boost, jobs=1)
    with small_parts(least):
        made = net.fill(seed, dtype, boost=boost, jobs=jobs)
        draws = net.map_draws(seed, dtype, boost=boost, jobs=jobs)
        for layer in wanted:
            for index, whole in enumerate(wanted[layer]):
                assert made[layer][index].tobytes() == whole.tobytes()
                part = net.fill_slice(layer, index, slice(rows, 2 * rows), draws=draws, jobs=jobs)
                assert part.tobytes() == np.atleast_1d(whole)[rows : 2 * rows].tobytes()


@given(nets(), SEEDS, st.sampled_from(["TRAIN", "TEST"]))
def test_a_prefix_of_a_net_fills_the_same_as_in_the_whole_net(
    text: str, seed: int, phase: str
) -> None:
    net = fk.load_net(text, phase=phase)
    whole = net.fill(seed)
    lines = text.splitlines()
    prefix = fk.load_net("\n".join(lines[: len(lines) // 2 + 1]), phase=phase).fill(seed)
    for layer, arrays in prefix.items():
        for one, other in zip(arrays, whole[layer], strict=True):
            assert one.tobytes() == other.tobytes()


class Law(NamedTuple):
    """What values have to be like; the kurtosis is E[(x - mean)^4] / std^4."""

    mean: float
    std: float
    kurtosis: float


def laws(fan_in: float = 1, fan_out: float = 1, units: int = 1) -> dict[str, Law]:
    """The law of each filler, from its definition and not from what fillerkit says of it."""
    uniform, normal, cut = 9 / 5, 3, 2.3656  # cut: normal, without what is beyond 2 sigma
    both = (fan_in + fan_out) / 2
    return {
        'type: "xavier"': Law(0, sqrt(1 / fan_in), uniform),
        'type: "xavier" variance_norm: AVERAGE': Law(0, sqrt(1 / both), uniform),
        'type: "xavier" variance_norm: FAN_OUT': Law(0, sqrt(1 / fan_out), uniform),
        'type: "msra"': Law(0, sqrt(2 / fan_in), normal),
        'type: "msra" variance_norm: FAN_OUT': Law(0, sqrt(2 / fan_out), normal),
        'type: "gaussian" std: 0.01': Law(0, 0.01, normal),
        'type: "gaussian" mean: 0.5 std: 2': Law(0.5, 2, normal),
        # One value in as many as there are units is kept, the others are 0.
        'type: "gaussian" std: 1 sparse: 1': Law(0, sqrt(1 / units), normal * units),
        'type: "uniform" min: -0.25 max: 1': Law(0.375, 1.25 / sqrt(12), uniform),
        'type: "truncated_gaussian" mean: 0.5 std: 2': Law(0.5, 2, cut),
        'type: "xavier_normal" nonlinearity: "relu"': Law(0, sqrt(2 / fan_in), normal),
        'type: "lecun_uniform"': Law(0, sqrt(1 / fan_in), uniform),
        'type: "constant" value: 0.3': Law(0.3, 0, normal),
    }


@st.composite
def large_blobs(draw: st.DrawFn, filler: str) -> tuple[str, Law]:
    """A net of one layer whose weight has 30,000 values or more, and their law."""
    units, kernel = draw(st.integers(20, 64)), draw(st.integers(1, 3))
    window = kernel**2
    channels = -(-30_000 // (units * window)) + draw(st.integers(0, 50))
    fill = f"num_output: {units} weight_filler {{ {filler} }}"
    if draw(st.booleans()):
        kind, side, body = "Convolution", kernel, f"kernel_size: {kernel} {fill}"
    else:
        kind, side, body = "InnerProduct", 1, fill
        channels, window = channels * window, 1
    text = (
        f'layer {{ name: "data" type: "Input" top: "data" input_param {{ shape '
        f"{{ dim: [1, {channels}, {side}, {side}] }} }} }}\n"
    )
    parameters = {"Convolution": "convolution_param", "InnerProduct": "inner_product_param"}[kind]
    text += _layer(kind, 1, ["data"], "top", f"{parameters} {{ {body} }}")
    return text, laws(channels * window, units * window, units)[filler]


@pytest.mark.parametrize("filler", laws())
@settings(max_examples=8)
@given(data=st.data(), seed=SEEDS, dtype=DTYPES)
def test_values_have_the_mean_and_std_of_their_law(
    filler: str, data: st.DataObject, seed: int, dtype: str
) -> None:
    text, law = data.draw(large_blobs(filler))
    net = fk.load_net(text)
    values = net.fill(seed, dtype)["l1"].weight
    assert values.size >= 30_000
    told = net.layers[-1].params[0].distribution
    assert (told.mean, told.std) == pytest.approx((law.mean, law.std), rel=1e-6)
    if not law.std:
        assert (values == np.float32(law.mean)).all()
        return
    wide, count = values.astype(np.float64), values.size
    assert abs(wide.mean() - law.mean) <= 6 * law.std / sqrt(count)
    assert abs(wide.std() - law.std) <= 6 * law.std * sqrt((law.kurtosis - 1) / (4 * count))
