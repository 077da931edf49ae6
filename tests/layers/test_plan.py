"""What a layer type answers."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

import fillerkit as fk


def test_a_plan_has_no_parameters_and_takes_no_draws_unless_said() -> None:
    plan = fk.Plan(tops=[(2, 3)])
    assert (list(plan.tops), list(plan.params), plan.draws) == ([(2, 3)], [], 0)


def test_a_param_that_nothing_fills_has_no_filler() -> None:
    assert fk.Param("mean", (3,)).filler is None


@pytest.mark.parametrize(("thing", "name"), [(fk.Plan([()]), "draws"), (fk.Param("w", ()), "name")])
def test_neither_ever_changes(thing: object, name: str) -> None:
    with pytest.raises(FrozenInstanceError):
        setattr(thing, name, 1)
