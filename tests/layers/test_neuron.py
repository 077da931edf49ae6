"""Layers that keep the shape and learn nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


LIMITS = "clip_param { min: -1 max: 1 }"  # the one type that cannot do without parameters
IN_PLACE = {
    **dict.fromkeys(["BNLL", "Dropout", "ELU", "Exp", "Log", "Power", "ReLU", "Sigmoid"], ""),
    **dict.fromkeys(["Swish", "TanH", "Threshold"], ""),
    "Clip": LIMITS,
}
KINDS = {**IN_PLACE, "AbsVal": ""}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("shape", [(), (0,), (2, 3), (2, 3, 4, 5, 6)])
def test_its_top_is_like_its_bottom(set_up: SetUp, kind: str, shape: tuple[int, ...]) -> None:
    assert set_up(kind, shape, body=KINDS[kind]).tops == (("t0", shape),)


@pytest.mark.parametrize("kind", KINDS)
def test_it_has_no_parameters_and_takes_no_draws(set_up: SetUp, kind: str) -> None:
    layer = set_up(kind, (2, 3), body=KINDS[kind])
    assert (layer.params, layer.draws) == ((), 0)


@pytest.mark.parametrize("kind", IN_PLACE)
def test_it_may_work_in_place(kind: str) -> None:
    net = fk.load_net(
        'layer { name: "a" type: "Input" top: "a" input_param { shape { dim: [2, 3] } } }'
        f'layer {{ name: "b" type: "{kind}" bottom: "a" top: "a" {KINDS[kind]} }}'
    )
    assert net.layers[1].tops == (("a", (2, 3)),)


@pytest.mark.parametrize("kind", KINDS)
def test_it_takes_one_bottom_and_one_top(set_up: SetUp, kind: str) -> None:
    with pytest.raises(fk.LayerError, match="1 bottom, not 2"):
        set_up(kind, (2, 3), (2, 3), body=KINDS[kind])
    with pytest.raises(fk.LayerError, match="1 top, not 2"):
        set_up(kind, (2, 3), body=KINDS[kind], tops=2)


def test_an_absolute_value_cannot_be_taken_in_place() -> None:
    with pytest.raises(fk.LayerError, match="in place"):
        fk.load_net(
            'layer { name: "a" type: "Input" top: "a" input_param { shape { dim: [2, 3] } } }'
            'layer { name: "b" type: "AbsVal" bottom: "a" top: "a" }'
        )


@pytest.mark.parametrize("kind", ["Exp", "Log"])
def test_a_base_is_above_0_or_minus_1_for_e(set_up: SetUp, kind: str) -> None:
    for base in ("-1", "2", "0.5"):
        set_up(kind, (2, 3), body=f"{kind.lower()}_param {{ base: {base} }}")
    for base in ("0", "-2"):
        with pytest.raises(fk.LayerError, match="base") as caught:
            set_up(kind, (2, 3), body=f"{kind.lower()}_param {{ base: {base} }}")
        assert caught.value.field == f"{kind.lower()}_param.base"


@pytest.mark.parametrize(("limits", "missing"), [("min: 0", "max"), ("max: 0", "min")])
def test_a_clip_needs_both_limits(set_up: SetUp, limits: str, missing: str) -> None:
    with pytest.raises(fk.FillerkitError, match=f"'{missing}'"):
        set_up("Clip", (2, 3), body=f"clip_param {{ {limits} }}")


def test_a_ratio_that_only_the_forward_pass_minds_is_let_be(set_up: SetUp) -> None:
    assert set_up("Dropout", (2, 3), body="dropout_param { dropout_ratio: 1.5 }").tops
