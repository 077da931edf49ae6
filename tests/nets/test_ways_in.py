"""What is said of a layer that phase, level or stages leave out."""

from __future__ import annotations

import pytest
from net_texts import INPUT, layer, refusal


def _said(*rules: str, phase: str = "TEST", stages: tuple[str, ...] = ()) -> str:
    makers = [layer(f"m{at}", "data > x", rest=rule) for at, rule in enumerate(rules)]
    text = INPUT + "".join(makers) + layer("r", "x > r")
    return refusal(text, phase=phase, stages=stages).message.partition("; ")[2]


TRAIN = "include { phase: TRAIN }"
ON_TEST = 'include { phase: TEST stage: "on-test" }'


@pytest.mark.parametrize("rules", [(TRAIN, ON_TEST), (ON_TEST, TRAIN)])
def test_a_stage_more_is_offered_before_another_phase(rules: tuple[str, ...]) -> None:
    said = _said(*rules)
    assert "does not take part in phase TEST without a stage: stages=['on-test']" in said
    assert f"'m{rules.index(ON_TEST)}'" in said


def test_phase_and_stage_are_both_named_where_both_are_needed() -> None:
    assert _said(ON_TEST, phase="TRAIN").endswith("TRAIN: phase='test' stages=['on-test']")


def test_all_stages_of_a_rule_are_named_and_rules_are_alternatives() -> None:
    both = 'include { stage: "a" stage: "b" }'
    assert _said(both).endswith("stages=['a', 'b']")
    assert _said(both, stages=("a",)).endswith("stages=['b']")
    assert _said('include { stage: "a" } include { stage: "b" }').endswith(
        "stages=['a'] or stages=['b']"
    )


def test_a_level_is_named() -> None:
    assert _said("include { min_level: 2 }").endswith("level=2")
    assert _said("include { max_level: -1 }").endswith("level=-1")


def test_a_layer_that_a_phase_excludes_takes_part_in_the_other() -> None:
    assert _said("exclude { phase: TEST }").endswith("phase='train'")


def test_where_more_does_not_help_nothing_is_offered() -> None:
    said = _said('include { not_stage: "a" }', 'exclude { stage: "a" }', stages=("a",))
    assert said.endswith("does not take part in phase TEST")
