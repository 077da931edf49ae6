"""Scale and Bias: shapes, parameters, refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


IMAGE = (2, 3, 13, 11)


def params(layer: fk.Layer) -> list[tuple[str, tuple[int, ...]]]:
    return [(param.name, param.shape) for param in layer.params]


SPANS = [
    ("", (3,)),
    ("axis: 0", (2, 3, 13, 11)[:1]),
    ("axis: -1", (11,)),
    ("axis: 1 num_axes: 2", (3, 13)),
    ("axis: 0 num_axes: -1", IMAGE),
    ("axis: 2 num_axes: -1", (13, 11)),
    ("num_axes: 0", ()),
]


@pytest.mark.parametrize(("body", "span"), SPANS)
def test_a_scale_spans_num_axes_axes_from_axis_on(
    set_up: SetUp, body: str, span: tuple[int, ...]
) -> None:
    layer = set_up("Scale", IMAGE, body=f"scale_param {{ {body} }}")
    assert params(layer) == [("weight", span)]
    assert layer.tops == (("t0", IMAGE),)


@pytest.mark.parametrize(("body", "span"), SPANS)
def test_a_bias_spans_num_axes_axes_from_axis_on(
    set_up: SetUp, body: str, span: tuple[int, ...]
) -> None:
    layer = set_up("Bias", IMAGE, body=f"bias_param {{ {body} }}")
    assert params(layer) == [("bias", span)]
    assert layer.tops == (("t0", IMAGE),)


@pytest.mark.parametrize(("body", "span"), SPANS)
def test_the_bias_of_a_scale_has_its_shape(set_up: SetUp, body: str, span: tuple[int, ...]) -> None:
    layer = set_up("Scale", IMAGE, body=f"scale_param {{ bias_term: true {body} }}")
    assert params(layer) == [("weight", span), ("bias", span)]


def test_a_scale_starts_at_1_and_a_bias_at_0(set_up: SetUp) -> None:
    layer = set_up("Scale", IMAGE, body="scale_param { bias_term: true }")
    assert [param.distribution for param in layer.params] == [fk.Constant(1), fk.Constant(0)]
    assert set_up("Bias", IMAGE).params[0].distribution == fk.Constant(0)


def test_fillers_say_how_both_start(set_up: SetUp) -> None:
    body = 'bias_term: true filler { type: "gaussian" std: 2 } bias_filler { value: 0.5 }'
    layer = set_up("Scale", IMAGE, body=f"scale_param {{ {body} }}")
    assert [param.distribution for param in layer.params] == [fk.Gaussian(0, 2), fk.Constant(0.5)]


def test_an_empty_filler_of_a_scale_means_zeros(set_up: SetUp) -> None:
    layer = set_up("Scale", IMAGE, body="scale_param { filler { } }")
    assert layer.params[0].distribution == fk.Constant(0)


@pytest.mark.parametrize("kind", ["Scale", "Bias"])
@pytest.mark.parametrize(
    ("axis", "second"), [(1, (3,)), (0, (2, 3)), (-1, (11,)), (1, (3, 13, 11)), (0, IMAGE), (1, ())]
)
def test_a_second_bottom_takes_the_parameters_place(
    set_up: SetUp, kind: str, axis: int, second: tuple[int, ...]
) -> None:
    layer = set_up(kind, IMAGE, second, body=f"{kind.lower()}_param {{ axis: {axis} }}")
    assert layer.params == ()
    assert layer.tops == (("t0", IMAGE),)


def test_a_scale_by_a_second_bottom_may_have_a_bias_of_its_shape(set_up: SetUp) -> None:
    layer = set_up("Scale", IMAGE, (3, 13), body="scale_param { bias_term: true }")
    assert params(layer) == [("bias", (3, 13))]


@pytest.mark.parametrize("kind", ["Scale", "Bias"])
@pytest.mark.parametrize("second", [(4,), (13,), (3, 11), (3, 13, 11, 1)])
def test_a_second_bottom_that_does_not_fit_is_refused(
    set_up: SetUp, kind: str, second: tuple[int, ...]
) -> None:
    with pytest.raises(fk.LayerError, match="2x3x13x11") as caught:
        set_up(kind, IMAGE, second)
    assert "x".join(map(str, second)) in caught.value.message


@pytest.mark.parametrize("kind", ["Scale", "Bias"])
@pytest.mark.parametrize(
    ("body", "field"),
    [("num_axes: 3", "num_axes"), ("num_axes: -2", "num_axes"), ("axis: 2", "axis")],
)
def test_a_span_beyond_the_bottom_is_refused(
    set_up: SetUp, kind: str, body: str, field: str
) -> None:
    with pytest.raises(fk.LayerError, match="2x3") as caught:
        set_up(kind, (2, 3), body=f"{kind.lower()}_param {{ {body} }}")
    assert caught.value.field == f"{kind.lower()}_param.{field}"


@pytest.mark.parametrize(
    ("weight", "bias", "line"), [("xaiver", "constant", 5), ("constant", "xaiver", 6)]
)
def test_a_filler_at_fault_is_told_where_it_stands(
    set_up: SetUp, weight: str, bias: str, line: int
) -> None:
    body = (
        "scale_param { bias_term: true\n"
        f'filler {{\n type: "{weight}" }}\n bias_filler {{ type: "{bias}" }} }}'
    )
    with pytest.raises(fk.FillerError, match=r"'xaiver'.*'xavier'") as caught:
        set_up("Scale", (2, 3), body=body)
    assert caught.value.line == line
