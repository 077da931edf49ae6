"""Embed: shapes, parameters, refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


@pytest.mark.parametrize("shape", [(7,), (7, 2), (7, 2, 3), ()])
def test_every_number_becomes_a_vector(set_up: SetUp, shape: tuple[int, ...]) -> None:
    layer = set_up("Embed", shape, body="embed_param { num_output: 4 input_dim: 10 }")
    assert layer.tops == (("t0", (*shape, 4)),)


def test_its_weight_has_a_row_for_each_number(set_up: SetUp) -> None:
    layer = set_up("Embed", (7,), body="embed_param { num_output: 4 input_dim: 10 }")
    assert [(param.name, param.shape) for param in layer.params] == [
        ("weight", (10, 4)),
        ("bias", (4,)),
    ]


def test_without_bias_term_there_is_a_weight_only(set_up: SetUp) -> None:
    body = "embed_param { num_output: 4 input_dim: 10 bias_term: false }"
    assert [param.name for param in set_up("Embed", (7,), body=body).params] == ["weight"]


def test_weight_and_bias_have_a_filler_each(set_up: SetUp) -> None:
    fillers = 'weight_filler { type: "uniform" } bias_filler { value: 2 }'
    layer = set_up("Embed", (7,), body=f"embed_param {{ num_output: 4 input_dim: 10 {fillers} }}")
    assert [param.distribution for param in layer.params] == [fk.Uniform(0, 1), fk.Constant(2)]


@pytest.mark.parametrize(
    ("body", "field"), [("num_output: 4", "input_dim"), ("input_dim: 4", "num_output")]
)
def test_it_needs_both_lengths(set_up: SetUp, body: str, field: str) -> None:
    with pytest.raises(fk.LayerError, match=f"{field}.*1 or more") as caught:
        set_up("Embed", (7,), body=f"embed_param {{ {body} }}")
    assert caught.value.field == f"embed_param.{field}"
