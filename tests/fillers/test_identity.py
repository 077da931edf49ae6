"""The identity filler."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk

from .conftest import Floats, made, meant

Weight = Callable[..., fk.Net]
LENGTHS = st.integers(1, 12)


@given(LENGTHS, LENGTHS, st.floats(0.125, 4, width=32), st.sampled_from(["float32", "float64"]))
def test_the_gain_is_on_the_diagonal(rows: int, columns: int, gain: float, dtype: str) -> None:
    values = made(f"identity(gain={gain})", (rows, columns), dtype)
    assert values.dtype == dtype
    assert (values == gain * np.eye(rows, columns)).all()


@given(LENGTHS, LENGTHS)
def test_its_mean_and_std_are_those_of_its_values(rows: int, columns: int) -> None:
    theory, values = meant("identity", (rows, columns)), np.eye(rows, columns)
    assert theory.mean == pytest.approx(values.mean())
    assert theory.std == pytest.approx(values.std())


def test_it_takes_no_draws() -> None:
    assert (made("identity", (3, 3), seed=1) == made("identity", (3, 3), seed=2)).all()


def test_it_fills_a_net(weight: Weight) -> None:
    net = weight('type: "identity"', 3, 3)
    assert (net.fill(seed=1)["x"].weight == np.eye(3)).all()
    assert str(net.layers[1].params[0].distribution) == "identity 3x3, gain 1"


def test_a_nonlinearity_does_not_change_it() -> None:
    assert (made('identity(nonlinearity="relu")', (3, 3)) == np.eye(3)).all()


@pytest.mark.parametrize(
    ("shape", "words"),
    [((), "a single value"), ((4,), "not 4"), ((4, 4, 3), "4x4x3; dirac")],
)
def test_a_blob_that_is_no_matrix_is_refused(shape: tuple[int, ...], words: str) -> None:
    with pytest.raises(fk.FillerError, match=f"2 axes.*{words}"):
        meant("identity", shape)


def test_kernels_of_one_value_and_5_axes_are_a_matrix() -> None:
    assert (made("identity", (3, 4, 1, 1, 1))[..., 0, 0, 0] == np.eye(3, 4)).all()


def by_loops(shape: tuple[int, ...], groups: int, times: float | None, base: Floats) -> Floats:
    """The rule of caffe-dilation, one kernel after the other."""
    outputs, inputs, height, width = shape
    value = base.dtype.type(groups / outputs)
    if times is not None:
        value *= base.dtype.type(times)
    values = base.copy()
    for unit in range(outputs):
        group = unit // (outputs // groups)
        for channel in range(inputs):
            if channel // max(inputs // groups, 1) == group and inputs >= groups:
                values[unit, channel, height // 2, width // 2] = value
    return values


@given(
    groups=st.integers(1, 4),
    outputs=st.integers(1, 3),
    inputs=st.integers(1, 3),
    kernel=st.tuples(st.integers(1, 4), st.integers(1, 4)),
    value=st.none() | st.floats(0.125, 4, width=32),
    std=st.none() | st.floats(0.125, 4, width=32),
    dtype=st.sampled_from(["float32", "float64"]),
)
def test_kernels_hold_the_share_of_a_group_at_their_centers(
    groups: int,
    outputs: int,
    inputs: int,
    kernel: tuple[int, int],
    value: float | None,
    std: float | None,
    dtype: str,
) -> None:
    shape = (groups * outputs, groups * inputs, *kernel)
    fields = {"num_groups": groups, "value": value, "std": std}
    short = ", ".join(f"{name}={field}" for name, field in fields.items() if field is not None)
    base = np.zeros(shape, dtype) if std is None else made(f"gaussian(std={std})", shape, dtype)
    expected = by_loops(shape, groups, value, base)
    assert made(f"identity({short})", shape, dtype).tobytes() == expected.tobytes()


def test_kernels_have_as_many_groups_as_inputs_unless_it_is_said() -> None:
    shape = (4, 2, 3, 3)
    assert (made("identity", shape) == made("identity(num_groups=2)", shape)).all()
    assert made("identity", shape).sum() == 4 * 0.5


def test_more_groups_than_inputs_leave_everything_0() -> None:
    assert not made("identity(num_groups=4)", (4, 2, 3, 3)).any()


def test_kernels_are_gaussian_elsewhere_only_if_std_is_set() -> None:
    thin = made("identity(std=0.5, mean=1, sparse=2)", (8, 8, 3, 3))
    other = made("gaussian(std=0.5, mean=1, sparse=2)", (8, 8, 3, 3))
    center = np.zeros((3, 3), bool)
    center[1, 1] = True
    assert (thin[..., ~center] == other[..., ~center]).all()
    assert (made("identity(mean=1)", (8, 8, 3, 3))[..., ~center] == 0).all()


@pytest.mark.parametrize("short", ["identity", "identity(std=0.25, mean=0.5, num_groups=4)"])
def test_mean_and_std_of_kernels_are_those_of_a_mixture(short: str) -> None:
    theory, values = meant(short, (64, 64, 3, 3)), made(short, (64, 64, 3, 3))
    assert theory.mean == pytest.approx(values.mean(), abs=0.01)
    assert theory.std == pytest.approx(values.std(), rel=0.02)


def test_the_draws_that_kernels_take_are_gone_for_what_follows() -> None:
    text = """
        layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 2, 5, 5] } } }
        layer { name: "a" type: "Convolution" bottom: "d" top: "a" convolution_param {
                num_output: 2 kernel_size: 3 bias_term: false weight_filler { FIRST } } }
        layer { name: "b" type: "InnerProduct" bottom: "d" top: "b" inner_product_param {
                num_output: 3 bias_term: false weight_filler { type: "xavier" } } }
    """
    after = {
        first: fk.load_net(text.replace("FIRST", first)).fill(seed=1)["b"].weight
        for first in (
            'type: "identity"',
            'type: "constant"',
            'type: "identity" std: 0.5',
            'type: "gaussian" std: 0.25',
        )
    }
    plain, constant, drawn, gaussian = after.values()
    assert (plain == constant).all()
    assert (drawn == gaussian).all()
    assert (plain != drawn).any()


@pytest.mark.parametrize(
    ("short", "shape", "field"),
    [
        ("identity(num_groups=4)", (6, 4, 3, 3), "num_groups"),
        ("identity(num_groups=0)", (6, 4, 3, 3), "num_groups"),
        ("identity", (5, 3, 3, 3), "num_groups"),
        ("identity(std=0)", (3, 3, 3, 3), "std"),
        ("identity(gain=2)", (3, 3, 3, 3), "gain"),
        ("identity(num_groups=2)", (4, 4), "num_groups"),
        ("identity(std=0.1)", (4, 4), "std"),
        ("identity(value=2)", (4, 4), "value"),
    ],
)
def test_what_a_blob_has_no_use_for_is_refused(
    short: str, shape: tuple[int, ...], field: str
) -> None:
    with pytest.raises(fk.FillerError) as caught:
        meant(short, shape)
    assert caught.value.field == field
