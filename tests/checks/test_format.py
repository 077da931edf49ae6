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


IMAGES = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [1, 3, 9, 9] } } }\n'


def pooling(field: str) -> str:
    return f"""layer {{ name: "p" type: "Pooling" bottom: "x" top: "p"
        pooling_param {{ kernel_size: 2 {field} }} }}"""


def of_forks(text: str) -> list[tuple[str, int, str]]:
    found = fk.check(text).warnings
    return [(each.code, each.place.line, each.message) for each in found if "fork" in each.code]


def test_types_of_forks_are_told_of_together() -> None:
    normalize = 'layer {{ name: "{0}" type: "Normalize" bottom: "x" top: "{0}" }}\n'
    permute = 'layer { name: "m" type: "Permute" bottom: "x" top: "m" }'
    types = "it has no layer types Normalize, Permute"
    text = IMAGES + normalize.format("a") + normalize.format("b") + permute
    assert of_forks(text) == [("fork-type", 2, f"Caffe 1.0 refuses the net: {types}")]


@pytest.mark.parametrize("field", ["ceil_mode: false", "ceil_mode: true"])
def test_fields_of_forks_are_told_of_with_the_way_to_write_them_for_caffe(field: str) -> None:
    ((code, line, message),) = of_forks(IMAGES + pooling(field))
    assert (code, line) == ("fork-field", 2)
    assert "it has no pooling_param.ceil_mode; fillerkit upgrade --form caffe" in message
    assert of_forks(fk.upgrade_text(IMAGES + pooling(field), forms=["caffe"])) == []


def test_a_field_of_a_fork_on_which_values_depend_is_told_as_one_that_has_to_stay() -> None:
    layer = """layer { name: "c" type: "Convolution" bottom: "x" top: "c" convolution_param {
        num_output: 4 kernel_size: 3 weight_filler { type: "msra" } filter_group: 2 } }"""
    text = IMAGES + pooling("ceil_mode: true") + layer
    ((_, _, message),) = of_forks(text)
    assert "values may depend on convolution_param.filter_group" in message
    with pytest.raises(fk.PrototxtError, match=r"convolution_param\.filter_group"):
        fk.upgrade_text(text, forms=["caffe"])


def test_of_a_net_that_is_said_to_be_a_forks_nothing_of_forks_is_told() -> None:
    permute = 'layer { name: "m" type: "Permute" bottom: "x" top: "m" }'
    text = IMAGES + permute + pooling("ceil_mode: false")
    assert len(of_forks(text)) == 2
    assert fk.check(text, dialect="caffe").warnings != ()
    assert fk.check(text, dialect="ssd").warnings == ()


def test_types_and_fields_that_caffe_has_are_not_told_of() -> None:
    python = """layer { name: "y" type: "Python" bottom: "x" top: "y"
        python_param { module: "m" layer: "L" } }"""
    report = fk.check(IMAGES + pooling("round_mode: FLOOR") + python, shapes={"y": (1, 2)})
    assert report.warnings == ()


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
