"""Every field of a layer's messages is read, told of when it is set, or reviewed as harmless.

A type or a field that is new fails here until its plan reads the field, or it stands in
`fillerkit.layers.unread_fields`, or in ``reviewed_fields.toml`` after a look at the forks' sources.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from plan_reads import unread

from fillerkit.layers.registry import LayerType, layer_types
from fillerkit.layers.unread_fields import UNREAD

REVIEWED: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_name("reviewed_fields.toml").read_text()
)
TYPES = [known for name in layer_types.names() if (known := layer_types.get(name))]
OURS = [known for known in TYPES if known.plan.__module__.startswith("fillerkit.")]


def told(known: LayerType) -> set[tuple[str, str]]:
    """The fields that a net's notes tell of when a layer of the type sets them."""
    found = [field.split(".") for field, (_, types) in UNREAD.items() if known.name in types]
    return {(message, name) for message, name in found}


def reviewed() -> set[tuple[str, str]]:
    return {(message, name) for message, names in REVIEWED.items() for name in names}


@pytest.mark.parametrize("known", OURS, ids=lambda known: known.name)
def test_no_field_is_passed_over_without_a_review(known: LayerType) -> None:
    assert unread(known) - told(known) - reviewed() == set()


@pytest.mark.parametrize("known", OURS, ids=lambda known: known.name)
def test_what_is_told_to_be_ignored_is(known: LayerType) -> None:
    assert told(known) - unread(known) == set()


def test_types_that_ignore_a_field_are_known() -> None:
    assert {name for _, types in UNREAD.values() for name in types} <= {t.name for t in OURS}


def test_what_is_reviewed_is_there_and_not_read() -> None:
    passed_over = {field for known in OURS for field in unread(known) - told(known)}
    assert reviewed() - passed_over == set()
    assert reviewed() & {tuple(field.split(".")) for field in UNREAD} == set()


def test_the_lists_are_in_order() -> None:
    assert list(UNREAD) == sorted(UNREAD)
    assert list(REVIEWED) == sorted(REVIEWED)
    assert all(names == sorted(set(names)) for names in REVIEWED.values())
