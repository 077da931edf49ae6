"""A net from its layers, one after the other: places, keys, errors."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from net_texts import INPUT, PRODUCT, layer, refusal

import fillerkit as fk

PYTHON = 'python_param { module: "m" layer: "L" }'


def test_layers_are_set_up_in_order_with_every_shape() -> None:
    net = fk.load_net('name: "n"\n' + INPUT + PRODUCT.replace("BLOBS", "") + layer("r", "ip > r"))
    assert net.name == "n"
    assert [each.name for each in net.layers] == ["data", "ip", "r"]
    assert [each.type for each in net.layers] == ["Input", "InnerProduct", "ReLU"]
    assert net.layers[1].bottoms == ("data",)
    assert net.layers[2].tops == (("r", (2, 1)),)


def test_a_layer_knows_its_line() -> None:
    net = fk.load_net(INPUT + "\n\n" + layer("r", "data > r"))
    assert [each.line for each in net.layers] == [1, 4]


def test_a_net_may_be_empty() -> None:
    net = fk.load_net("\n")
    assert (net.layers, net.outputs, net.count) == ((), (), 0)


def test_the_count_is_of_all_values_of_all_parameters() -> None:
    net = fk.load_net(INPUT + PRODUCT.replace("BLOBS", "") + layer("s", "ip > s", "Scale"))
    assert net.count == 6 + 1 + 1


def test_layers_of_one_name_keep_their_blobs_apart() -> None:
    scale = layer("s", "data > a", "Scale") + layer("s", "a > b", "Scale")
    net = fk.load_net(INPUT + scale + layer("s", "b > c", "Scale"))
    assert [each.key for each in net.layers[1:]] == ["s", "s#2", "s#3"]
    assert sorted(net.fill(seed=1)) == ["s", "s#2", "s#3"]


def test_a_name_that_looks_like_a_made_up_one_is_kept_apart_too() -> None:
    scales = [("s#2", "data > a"), ("s", "a > b"), ("s", "b > c")]
    net = fk.load_net(INPUT + "".join(layer(name, wires, "Scale") for name, wires in scales))
    assert len({each.key for each in net.layers}) == 4


def test_layers_without_names_get_keys() -> None:
    net = fk.load_net(INPUT + layer("", "data > a", "Scale") + layer("", "a > b", "Scale"))
    first, second = net.fill(seed=1)
    assert first and second and first != second


def test_a_layer_without_blobs_does_not_take_a_key() -> None:
    net = fk.load_net(INPUT + layer("x", "data > a") + layer("x", "a > b", "Scale"))
    assert list(net.fill(seed=1)) == ["x"]


@given(st.lists(st.sampled_from(["", "s", "s#2", "#1", "#2"]), max_size=6))
def test_keys_never_meet(names: list[str]) -> None:
    text = "".join(layer(name, f"b{i} > b{i + 1}", "Scale") for i, name in enumerate(names))
    net = fk.load_net(INPUT.replace('top: "data"', 'top: "b0"') + text)
    keys = [each.key for each in net.layers[1:]]
    assert len(set(keys)) == len(keys)
    assert all(keys)


def test_an_error_names_layer_and_type_and_stands_at_the_field() -> None:
    error = refusal(
        INPUT + 'layer { name: "c" type: "InnerProduct" bottom: "data" top: "c"\n'
        "  inner_product_param {\n    num_output: 0\n  }\n}"
    )
    assert error.message.startswith("layer 'c' (InnerProduct): ")
    assert (error.layer, error.field) == ("c", "inner_product_param.num_output")
    assert (error.file, error.line, error.column) == ("<text>", 4, 5)


def test_an_error_of_a_field_that_is_not_there_stands_at_the_layer() -> None:
    error = refusal(INPUT + "\n  " + layer("c", "data > c", "InnerProduct"))
    assert (error.line, error.column) == (3, 3)


def test_an_error_in_a_layer_of_the_older_format_stands_there_too() -> None:
    error = refusal(
        'input: "data" input_dim: [1, 1, 2, 3]\n'
        'layers { name: "c" type: INNER_PRODUCT bottom: "data" top: "c"\n'
        "  inner_product_param { num_output: 0 } }"
    )
    assert error.layer == "c"
    assert error.line == 3


def test_a_net_never_changes() -> None:
    net = fk.load_net(INPUT)
    with pytest.raises(AttributeError):
        setattr(net, "phase", "TEST")  # noqa: B010


@pytest.mark.parametrize(
    "answer",
    [5, fk.Plan([(1,)], [5]), fk.Plan([(1,)])],  # type: ignore[list-item]
    ids=["no plan", "no param", "one top"],
)
def test_an_answer_that_is_no_plan_of_the_layer_is_refused(answer: Any) -> None:
    text = INPUT + layer("p", "data > p q", "Python", PYTHON)
    with pytest.raises(fk.LayerError, match="layer 'p'"):
        fk.load_net(text, python_layers=lambda *_: answer)


def test_a_rule_may_be_for_a_layer_that_is_at_fault_itself() -> None:
    text = 'layer { name: "p" type: "Parameter" parameter_param { } }\n'
    found = fk.check(INPUT + text, fillers={"p": "msra"})
    assert [type(problem) for problem in found.problems] == [fk.LayerError]
