"""Warnings about how a net is written."""

from __future__ import annotations

import pytest

import fillerkit as fk

V1 = 'input: "x" input_dim: 1 input_dim: 3 input_dim: 9 input_dim: 9\n'
V0 = V1 + 'layers { layer { name: "r" type: "relu" } bottom: "x" top: "y" }'


@pytest.mark.parametrize(
    ("text", "forms"),
    [
        (V1, ["net-level input"]),
        (V1 + 'layers { name: "r" type: RELU bottom: "x" top: "y" }', ["V1", "net-level input"]),
        (V0, ["V0", "net-level input"]),
    ],
)
def test_older_forms_are_told_of(text: str, forms: list[str]) -> None:
    found = [str(each) for each in fk.check(text).warnings if each.code == "old-format"]
    assert len(found) == len(forms)
    assert all(any(form in each for each in found) for form in forms)


def test_what_upgrade_writes_is_in_no_older_form() -> None:
    assert fk.check(fk.upgrade_text(V0)).warnings == ()


def test_a_net_without_layers_is_told_of() -> None:
    assert [found.code for found in fk.check("# nothing\n").warnings] == ["no-layers"]


def test_a_net_whose_layers_have_problems_has_layers() -> None:
    report = fk.check('layer { name: "d" type: "Input" top: "d" }')
    assert len(report.problems) == 1
    assert report.warnings == ()


def test_a_net_that_has_layers_in_the_other_phase_only_is_told_of() -> None:
    text = 'layer { name: "r" type: "ReLU" bottom: "x" top: "y" include { phase: TEST } }'
    assert [found.code for found in fk.check(text).warnings] == ["no-layers"]


def test_layers_whose_weights_cannot_be_told_apart_are_told_of() -> None:
    net = """
    layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [1, 2] } } }
    layer { name: "ip" type: "InnerProduct" bottom: "x" top: "a"
            inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
    layer { name: "ip" type: "InnerProduct" bottom: "a" top: "b"
            inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
    layer { type: "InnerProduct" bottom: "b" top: "c"
            inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
    layer { name: "ip" type: "ReLU" bottom: "c" top: "d" }
    """
    found = [(each.code, each.place.line) for each in fk.check(net).warnings]
    assert [each for each in found if each[0] == "same-name"] == [
        ("same-name", 5),
        ("same-name", 7),
    ]
