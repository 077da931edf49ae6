"""InnerProduct: shapes, parameters, refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk
from fillerkit.layers.shapes import shown

SetUp = Callable[..., fk.Layer]


def text(body: str) -> str:
    return f"inner_product_param {{ {body} }}"


@pytest.mark.parametrize(
    ("shape", "body", "top", "weight"),
    [
        ((2, 3, 13, 11), "", (2, 4), (4, 429)),
        ((2, 3), "", (2, 4), (4, 3)),
        ((2, 3, 5), "axis: 2", (2, 3, 4), (4, 5)),
        ((2, 3, 5), "axis: -1", (2, 3, 4), (4, 5)),
        ((2, 3, 5), "axis: 0", (4,), (4, 30)),
        ((6,), "axis: 0", (4,), (4, 6)),
        ((2, 3, 5), "transpose: true", (2, 4), (15, 4)),
        ((2, 3, 5), "transpose: true axis: 2", (2, 3, 4), (5, 4)),
    ],
)
def test_all_from_its_axis_on_goes_into_each_output(
    set_up: SetUp,
    shape: tuple[int, ...],
    body: str,
    top: tuple[int, ...],
    weight: tuple[int, ...],
) -> None:
    layer = set_up("InnerProduct", shape, body=text(f"num_output: 4 {body}"))
    assert layer.tops == (("t0", top),)
    assert [(param.name, param.shape) for param in layer.params] == [
        ("weight", weight),
        ("bias", (4,)),
    ]


def test_without_bias_term_there_is_a_weight_only(set_up: SetUp) -> None:
    layer = set_up("InnerProduct", (2, 3), body=text("num_output: 4 bias_term: false"))
    assert [param.name for param in layer.params] == ["weight"]


def test_weight_and_bias_have_a_filler_each(set_up: SetUp) -> None:
    fillers = 'weight_filler { type: "uniform" min: -1 } bias_filler { value: 0.25 }'
    layer = set_up("InnerProduct", (2, 3), body=text(f"num_output: 4 {fillers}"))
    assert [param.distribution for param in layer.params] == [
        fk.Uniform(-1, 1),
        fk.Constant(0.25),
    ]


def test_without_a_filler_both_are_zeros(set_up: SetUp) -> None:
    layer = set_up("InnerProduct", (2, 3), body=text("num_output: 4"))
    assert [param.distribution for param in layer.params] == [fk.Constant(0)] * 2


@pytest.mark.parametrize("body", ["", "num_output: 0"])
def test_it_needs_outputs(set_up: SetUp, body: str) -> None:
    with pytest.raises(fk.LayerError, match=r"num_output.*1 or more") as caught:
        set_up("InnerProduct", (2, 3), body=text(body))
    assert caught.value.field == "inner_product_param.num_output"


@pytest.mark.parametrize(("shape", "axis"), [((2, 3), 4), ((2, 3), -3), ((2,), 1), ((), 1)])
def test_an_axis_that_its_bottom_lacks_is_refused(
    set_up: SetUp, shape: tuple[int, ...], axis: int
) -> None:
    with pytest.raises(fk.LayerError, match=rf"axis\D*{axis} .*{shown(shape)}") as caught:
        set_up("InnerProduct", shape, body=text(f"num_output: 4 axis: {axis}"))
    assert caught.value.field == "inner_product_param.axis"


def test_a_bottom_that_holds_nothing_leaves_nothing_to_fill(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="its weight would be 4x0"):
        set_up("InnerProduct", (2, 0), body=text("num_output: 4"))
