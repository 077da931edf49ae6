"""The dirac filler."""

from __future__ import annotations

from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk

from .conftest import Floats, made, meant

KERNELS = st.lists(st.integers(1, 5), min_size=1, max_size=3).map(tuple)


@st.composite
def grouped(draw: st.DrawFn) -> tuple[tuple[int, ...], int]:
    """A shape of kernels, and a number of groups that its outputs make."""
    group, each = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    return (group * each, draw(st.integers(1, 5)), *draw(KERNELS)), group


def as_pytorch(shape: tuple[int, ...], group: int) -> Floats:
    """What ``torch.nn.init.dirac_`` makes, by the words of its documentation."""
    values = np.zeros(shape)
    each = shape[0] // group
    for first in range(0, shape[0], each):
        for channel in range(min(each, shape[1])):
            center = (length // 2 for length in shape[2:])
            values[(first + channel, channel, *center)] = 1
    return values


def convolution(weight: Floats, x: Floats, group: int) -> Floats:
    """A convolution over channels x rows x columns with an odd kernel, padded to keep the size."""
    outputs, inputs, height, width = weight.shape
    padded = np.pad(x, ((0, 0), (height // 2,) * 2, (width // 2,) * 2))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (height, width), axis=(1, 2))
    each = outputs // group
    return np.concatenate(
        [
            np.einsum(
                "oihw,iyxhw->oyx",
                weight[g * each : (g + 1) * each],
                windows[g * inputs : (g + 1) * inputs],
            )
            for g in range(group)
        ]
    )


@given(grouped(), st.floats(0.125, 4, width=32), st.sampled_from(["float32", "float64"]))
def test_its_values_are_those_of_pytorch(
    blob: tuple[tuple[int, ...], int], gain: float, dtype: str
) -> None:
    shape, group = blob
    values = made(f"dirac(gain={gain}, group={group})", shape, dtype)
    assert values.dtype == dtype
    assert (values == gain * as_pytorch(shape, group)).all()


@pytest.mark.parametrize("group", [1, 2, 6])
@pytest.mark.parametrize("kernel", [(1, 1), (3, 3), (5, 3)])
def test_a_convolution_passes_its_input_on(group: int, kernel: tuple[int, int]) -> None:
    x = np.random.default_rng(1).standard_normal((6, 7, 8))
    weight = made(f"dirac(group={group})", (6, 6 // group, *kernel), "float64")
    assert (convolution(weight, x, group) == x).all()


@given(grouped())
def test_its_mean_and_std_are_those_of_its_values(blob: tuple[tuple[int, ...], int]) -> None:
    shape, group = blob
    theory, values = meant(f"dirac(group={group})", shape), as_pytorch(shape, group)
    assert theory.mean == pytest.approx(values.mean())
    assert theory.std == pytest.approx(values.std())


def test_it_takes_no_draws() -> None:
    assert (made("dirac", (3, 3, 3), seed=1) == made("dirac", (3, 3, 3), seed=2)).all()


def test_it_fills_a_convolution_with_groups() -> None:
    net = fk.load_net("""
        layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 4, 5, 5] } } }
        layer { name: "x" type: "Convolution" bottom: "d" top: "x"
                convolution_param { num_output: 4 group: 2 kernel_size: 3 pad: 1 bias_term: false
                                    weight_filler { type: "dirac" group: 2 gain: 0.5 } } }
    """)
    weight = net.fill(seed=1)["x"].weight
    assert weight.shape == (4, 2, 3, 3)
    assert np.argwhere(weight == 0.5).tolist() == [
        [0, 0, 1, 1],
        [1, 1, 1, 1],
        [2, 0, 1, 1],
        [3, 1, 1, 1],
    ]
    assert np.count_nonzero(weight) == 4 < prod(weight.shape)
    assert str(net.layers[1].params[0].distribution) == "dirac 4x2x3x3, gain 0.5"


@pytest.mark.parametrize("group", [0, 3, 8])
def test_groups_that_outputs_do_not_make_are_refused(group: int) -> None:
    with pytest.raises(fk.FillerError, match=f"divide the 4 outputs, which {group}") as caught:
        meant(f"dirac(group={group})", (4, 2, 3, 3))
    assert caught.value.field == "group"


@pytest.mark.parametrize(
    ("shape", "words"), [((), "a single value"), ((4,), "not 4"), ((4, 4), "4x4; identity")]
)
def test_a_blob_that_is_no_kernel_is_refused(shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(fk.FillerError, match=f"3 axes or more.*{words}"):
        meant("dirac", shape)
