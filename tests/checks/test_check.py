"""A whole net looked through: every problem and every warning at once."""

from __future__ import annotations

import inspect
from pathlib import Path

import pytest

import fillerkit as fk

from .conftest import INPUT, inner

DOCS = Path(__file__).parents[2] / "docs"
GOOD = 'type: "gaussian" std: 0.1'


def _problems(text: str) -> list[tuple[int | None, str]]:
    return [(error.line, error.message) for error in fk.check(text).problems]


def test_a_good_net_has_no_problem_and_comes_with_the_report() -> None:
    report = fk.check(INPUT + inner(GOOD))
    assert (report.problems, report.warnings) == ((), ())
    assert report.net is not None
    assert report.net.count == 50 * 100 + 50


def test_problems_of_several_layers_are_told_at_once() -> None:
    net = (
        INPUT
        + inner("type: 'xaiver'", "a")
        + inner(GOOD, "b", bottom="nowhere")
        + inner(GOOD, "c", more='param { name: "w" } param { } param { }')
        + 'layer { name: "d" type: "Convolutoin" bottom: "x" top: "d" }\n'
    )
    problems = _problems(net)
    assert [line for line, _ in problems] == [2, 3, 4, 5]
    for (_, message), said in zip(
        problems, ["unknown filler 'xaiver'", "'nowhere'", "param", "'Convolutoin'"], strict=True
    ):
        assert said in message


def test_what_follows_from_a_problem_is_not_told_again() -> None:
    net = INPUT + inner("type: 'xaiver'", "a") + inner(GOOD, "b", "a") + inner(GOOD, "c", "b")
    assert len(_problems(net)) == 1


def test_fields_that_do_not_fit_are_told_at_once_with_what_the_layers_have_wrong() -> None:
    net = (
        'nmae: "net"\n'
        + INPUT
        + inner(GOOD, "a", more="include { phse: TRAIN }").replace(
            "num_output: 50", "num_output: x"
        )
        + inner(GOOD, "b", more="bogus: 1")
        + inner("type: 'xaiver'", "c")
    )
    problems = _problems(net)
    assert [line for line, _ in problems] == [1, 3, 3, 4, 5]
    assert "xaiver" in problems[-1][1]


def test_a_layer_with_a_misread_field_is_not_blamed_for_what_follows_from_it() -> None:
    net = INPUT + inner(GOOD).replace("num_output", "num_outputs")
    problems = _problems(net)
    assert len(problems) == 1
    assert "num_outputs" in problems[0][1]


def test_text_that_is_no_prototxt_is_one_problem() -> None:
    report = fk.check("layer { name: }")
    assert len(report.problems) == 1
    assert report.net is None


def test_a_file_that_is_not_there_is_a_problem() -> None:
    assert "no such file" in fk.check("not-there.prototxt").problems[0].message


def test_every_data_layer_without_a_shape_is_told_of() -> None:
    layer = 'layer { name: "NAME" type: "MemoryData" top: "NAME" top: "NAMEl" }\n'
    problems = _problems(layer.replace("NAME", "a") + layer.replace("NAME", "b"))
    assert [line for line, _ in problems] == [1, 2]


def test_warnings_of_the_layers_without_a_problem_are_given_beside_problems() -> None:
    report = fk.check(INPUT + inner('type: "constant"', "a") + inner("type: 'xaiver'", "b"))
    assert len(report.problems) == 1
    assert [found.layer for found in report.warnings] == ["a"]
    assert report.net is None


def test_ignored_codes_are_not_told() -> None:
    assert fk.check(INPUT + inner('type: "constant"'), ignore=["zero-weights"]).warnings == ()


def test_an_unknown_code_is_refused_with_the_nearest() -> None:
    with pytest.raises(fk.UsageError, match="did you mean 'zero-weights'"):
        fk.check(INPUT, ignore=["zero-weight"])


def test_an_argument_that_makes_no_sense_is_an_error_and_no_problem_of_the_net() -> None:
    with pytest.raises(fk.UsageError, match="phase"):
        fk.check(INPUT, phase="VALIDATION")


def test_keywords_are_those_of_load_net() -> None:
    data = 'layer { name: "d" type: "MemoryData" top: "x" top: "l" }\n'
    assert fk.check(data, shapes={"x": (2, 3, 4, 5)}).problems == ()


@pytest.mark.parametrize("code", sorted(fk.warnings))
def test_every_warning_says_why_and_by_which_source(code: str) -> None:
    text = inspect.getdoc(fk.warnings[code]) or ""
    assert len(text.splitlines()) > 2
    assert "Source:" in text
    assert f"## {code}\n\n{text}\n" in (DOCS / "check.md").read_text()


def test_every_filler_of_a_layer_that_is_at_fault_is_told() -> None:
    layer = inner('type: "xaiver"').replace("} }", '} bias_filler { type: "gausian" } }', 1)
    messages = [message for _, message in _problems(INPUT + layer)]
    assert len(messages) == 2
    assert "'xaiver'" in messages[0]
    assert "'gausian'" in messages[1]


def test_an_unknown_type_is_told_and_not_the_fields_that_only_it_has() -> None:
    layer = 'layer { name: "m" type: "Mystery" bottom: "x" top: "m" mystery_param { a: 1 } }'
    ((_, message),) = _problems(INPUT + layer + inner(GOOD, bottom="m"))
    assert "'Mystery'" in message
    assert "mystery_param" not in message


def test_an_unknown_field_in_many_places_is_one_problem_with_how_often() -> None:
    net = INPUT + "".join(
        inner(GOOD, name, more="param { force_mult: 1 } param { force_mult: 2 }") for name in "abc"
    )
    ((line, message),) = _problems(net)
    assert line == 2
    assert "'force_mult'" in message
    assert message.endswith("(and 5 times more)")


def test_a_value_that_does_not_fit_is_told_at_each_place() -> None:
    wrong = inner(GOOD).replace("num_output: 50", "num_output: x")
    assert [line for line, _ in _problems(INPUT + wrong + wrong.replace('"ip"', '"b"'))] == [2, 3]


@pytest.mark.parametrize(
    ("right", "misspelt"),
    [("bottom", "botom"), ("top", "tpo"), ("type", "typ"), ("layer {", "layr {")],
)
def test_what_a_misspelt_field_would_have_said_is_not_missed_again(
    right: str, misspelt: str
) -> None:
    layer = inner(GOOD, "a").replace(right, misspelt, 1)
    ((_, message),) = _problems(INPUT + layer + inner(GOOD, "b", "a"))
    assert misspelt.split()[0] in message


def test_shapes_behind_a_misread_layer_are_not_judged_but_types_and_fillers_are() -> None:
    layer = 'layer {{ name: "{0}" type: "{1}" bottom: "{2}" top: "{0}" {3} }}\n'
    image = INPUT.replace("dim: 100", "dim: 3 dim: 9 dim: 9")
    pool = layer.format("p", "Pooling", "x", "pooling_param { kernel_size: 9 strid: 1 }")
    again = layer.format("q", "Pooling", "p", "pooling_param { kernel_size: 2 stride: 2 pad: 3 }")
    filled = inner("type: 'xaiver'", "ip", "q")
    problems = _problems(image + pool + again + filled)
    assert [line for line, _ in problems] == [2, 4]


def test_warnings_of_a_layer_with_a_misread_field_are_not_given() -> None:
    layer = inner(GOOD).replace("weight_filler", "weight_filer")
    report = fk.check(INPUT + layer)
    assert len(report.problems) == 1
    assert report.warnings == ()


def test_what_does_not_depend_on_a_missing_shape_is_looked_at() -> None:
    data = 'layer { name: "d" type: "Input" top: "d" }\n'
    net = (
        INPUT
        + data
        + inner("type: 'xaiver'", "a", "d")
        + inner(GOOD, "b", "nowhere")
        + inner("type: 'constant'", "c")
        + 'layer { name: "r" type: "ReLU" bottom: "d" bottom: "x" top: "r" }\n'
        + inner(GOOD, "e", "r")
    )
    report = fk.check(net)
    assert [error.line for error in report.problems] == [2, 3, 4, 6]
    assert [(found.layer, found.code) for found in report.warnings] == [("c", "zero-weights")]


def test_a_blob_that_nothing_makes_is_told_once_and_the_way_out_once() -> None:
    net = inner(GOOD, "a", "u") + inner(GOOD, "b", "u") + inner(GOOD, "c", "v")
    first, second = _problems(net)
    assert first[0] == 1
    assert "shapes={'u': (N, C, H, W), 'v': (N, C, H, W)}" in first[1]
    assert second[0] == 3
    assert "shapes" not in second[1]


def test_what_one_option_brings_in_is_told_of_once() -> None:
    data = 'layer { name: "d" type: "MemoryData" top: "d" top: "l" include { phase: TEST } }\n'
    more = data.replace('"d"', '"e"').replace('"l"', '"m"')
    other = more.replace('"e"', '"f"').replace('"m"', '"n"').replace("phase: TEST", 'stage: "s"')
    takers = [inner(GOOD, f"ip{top}", top) for top in "dlenf"]
    problems = _problems(data + more + other + "".join(takers))
    assert [line for line, _ in problems] == [4, 7]
    assert "'d'" in problems[0][1]
    assert "stages=['s']" in problems[1][1]


def test_a_net_that_is_read_already_is_looked_through_too() -> None:
    text = INPUT + inner(GOOD) + inner("type: 'constant'", "c")
    report, again = fk.check(text), fk.check(fk.load_net(text))
    assert [found.layer for found in again.warnings] == ["c"]
    assert (again.problems, again.warnings) == (report.problems, report.warnings)
    assert not fk.check(fk.load_net(text), ignore=["zero-weights"]).warnings
    with pytest.raises(fk.UsageError, match="read already: phase"):
        fk.check(fk.load_net(text), phase="TEST")
