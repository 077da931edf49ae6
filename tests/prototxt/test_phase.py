"""Which layers take part: Caffe's rules of phase, level and stages."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillerkit.errors import LayerError
from fillerkit.prototxt import phase_name, read_net
from fillerkit.schema.forks_pb2 import TEST, TRAIN, NetStateRule


def takes_part(
    rules: str, phase: str = "TRAIN", level: int | None = None, stages: Sequence[str] = ()
) -> bool:
    text = read_net(
        f'layer {{ name: "x" type: "ReLU" {rules} }}', phase=phase, level=level, stages=stages
    )
    return [layer.name for layer, _ in text.layers] == ["x"]


def test_a_layer_without_rules_takes_part_in_both_phases() -> None:
    assert takes_part("", "TRAIN")
    assert takes_part("", "TEST")


def test_a_layer_included_in_a_phase_takes_part_in_that_only() -> None:
    assert takes_part("include { phase: TEST }", "TEST")
    assert not takes_part("include { phase: TEST }", "TRAIN")


def test_a_layer_excluded_from_a_phase_takes_part_in_the_other_only() -> None:
    assert takes_part("exclude { phase: TEST }", "TRAIN")
    assert not takes_part("exclude { phase: TEST }", "TEST")


@pytest.mark.parametrize(("level", "expected"), [(0, False), (1, True), (2, True), (3, False)])
def test_levels_are_met_from_the_least_to_the_most(level: int, expected: bool) -> None:
    assert takes_part("include { min_level: 1 max_level: 2 }", level=level) is expected


def test_a_negative_level_is_a_level() -> None:
    assert takes_part("include { max_level: -1 }", level=-1)
    assert not takes_part("include { max_level: -1 }", level=0)


def test_every_stage_of_a_rule_has_to_be_there() -> None:
    rule = 'include { stage: "a" stage: "b" }'
    assert takes_part(rule, stages=["a", "b", "c"])
    assert not takes_part(rule, stages=["a"])
    assert not takes_part(rule)


def test_no_stage_that_a_rule_forbids_may_be_there() -> None:
    rule = 'include { not_stage: "a" not_stage: "b" }'
    assert takes_part(rule, stages=["c"])
    assert not takes_part(rule, stages=["b", "c"])


def test_all_conditions_of_one_rule_have_to_hold() -> None:
    rule = 'include { phase: TRAIN stage: "a" min_level: 1 }'
    assert takes_part(rule, "TRAIN", 1, ["a"])
    assert not takes_part(rule, "TEST", 1, ["a"])
    assert not takes_part(rule, "TRAIN", 0, ["a"])
    assert not takes_part(rule, "TRAIN", 1, ["b"])


def test_one_of_several_includes_is_enough() -> None:
    rules = 'include { phase: TEST } include { stage: "a" }'
    assert takes_part(rules, "TEST")
    assert takes_part(rules, "TRAIN", stages=["a"])
    assert not takes_part(rules, "TRAIN")


def test_one_of_several_excludes_is_enough() -> None:
    rules = 'exclude { phase: TEST } exclude { stage: "a" }'
    assert takes_part(rules, "TRAIN")
    assert not takes_part(rules, "TRAIN", stages=["a"])
    assert not takes_part(rules, "TEST")


def test_a_rule_without_conditions_is_always_met() -> None:
    assert takes_part("include { }", "TEST")
    assert not takes_part("exclude { }", "TEST")


def test_includes_and_excludes_at_once_are_refused_with_layer_and_place() -> None:
    with pytest.raises(LayerError) as caught:
        takes_part("include { phase: TEST }\n exclude { phase: TRAIN }")
    assert caught.value.layer == "x"
    assert caught.value.line == 1
    assert "layer 'x'" in str(caught.value)


def test_what_is_left_out_is_kept_apart_in_order() -> None:
    text = read_net(
        'layer { name: "a" } layer { name: "b" include { phase: TEST } } layer { name: "c" }'
        'layer { name: "d" exclude { phase: TRAIN } }'
    )
    assert [layer.name for layer, _ in text.layers] == ["a", "c"]
    assert [layer.name for layer, _ in text.left_out] == ["b", "d"]


def test_a_layer_without_a_phase_of_its_own_gets_the_nets() -> None:
    text = read_net('layer { name: "a" }', phase="TEST")
    assert text.layers[0][0].phase == TEST


def test_a_layer_keeps_a_phase_of_its_own_and_takes_part_all_the_same() -> None:
    text = read_net('layer { name: "a" phase: TEST }', phase="TRAIN")
    assert text.layers[0][0].phase == TEST


def test_phases_go_by_the_names_that_caffe_gives_them() -> None:
    assert [phase_name(TRAIN), phase_name(TEST)] == ["TRAIN", "TEST"]
    assert read_net('layer { name: "a" }', phase="test").state.phase == TEST
    assert read_net('layer { name: "a" }', phase="train").state.phase == TRAIN


rules = st.builds(
    NetStateRule,
    phase=st.sampled_from([None, TRAIN, TEST]),
    min_level=st.none() | st.integers(-1, 1),
    max_level=st.none() | st.integers(-1, 1),
    stage=st.lists(st.sampled_from("ab"), max_size=2),
    not_stage=st.lists(st.sampled_from("bc"), max_size=2),
)


@given(
    rule=rules,
    phase=st.sampled_from(["TRAIN", "TEST"]),
    level=st.integers(-1, 1),
    stages=st.lists(st.sampled_from("abc"), unique=True),
)
def test_one_rule_includes_just_what_it_would_exclude(
    rule: NetStateRule, phase: str, level: int, stages: list[str]
) -> None:
    included = takes_part(f"include {{ {rule} }}", phase, level, stages)
    assert takes_part(f"exclude {{ {rule} }}", phase, level, stages) is not included
