"""Every field of a layer's messages is read, told of when it is set, or reviewed as harmless.

A type or a field that is new fails here until its plan reads the field, or it stands in
`fillerkit.layers.unread_fields`, or in ``reviewed_fields.toml`` after a look at the forks' sources.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from plan_reads import messages, unread

from fillerkit.layers.registry import LayerType, layer_types
from fillerkit.layers.unread_fields import READ_BESIDES, UNREAD, is_namesake

REVIEWED: dict[str, list[str]] = tomllib.loads(
    Path(__file__).with_name("reviewed_fields.toml").read_text()
)
TYPES = [known for name in layer_types.names() if (known := layer_types.get(name))]
OURS = [known for known in TYPES if known.plan.__module__.startswith("fillerkit.")]


def told(known: LayerType) -> set[tuple[str, str]]:
    """The fields that a net's notes tell of when a layer of the type sets them."""
    found = [field.partition(".") for field, (_, types) in UNREAD.items() if known.name in types]
    return {(message, name) for message, _, name in found if name}


def reviewed() -> set[tuple[str, str]]:
    return {(message, name) for message, names in REVIEWED.items() for name in names}


@pytest.mark.parametrize("known", OURS, ids=lambda known: known.name)
def test_no_field_is_passed_over_without_a_review(known: LayerType) -> None:
    assert unread(known) - told(known) - reviewed() == set()


@pytest.mark.parametrize("known", OURS, ids=lambda known: known.name)
def test_what_is_told_to_be_ignored_is(known: LayerType) -> None:
    assert told(known) - unread(known) == set()


def test_types_that_ignore_a_field_are_known() -> None:
    ignoring = {name for _, types in UNREAD.values() for name in types}
    reading = {name for types in READ_BESIDES.values() for name in types}
    assert ignoring | reading <= {known.name for known in OURS}


@pytest.mark.parametrize("known", OURS, ids=lambda known: known.name)
def test_every_message_that_a_plan_reads_is_said_to_be_read(known: LayerType) -> None:
    read = {message for message in messages(known) if not is_namesake(message, known.name)}
    assert {message for message in read if known.name not in READ_BESIDES.get(message, ())} == set()
    assert {message for message in read if known.name in UNREAD.get(message, ("", ()))[1]} == set()


def test_what_is_reviewed_is_there_and_not_read() -> None:
    passed_over = {field for known in OURS for field in unread(known) - told(known)}
    assert reviewed() - passed_over == set()
    assert reviewed() & {tuple(field.split(".")) for field in UNREAD} == set()


def test_the_lists_are_in_order() -> None:
    assert list(UNREAD) == sorted(UNREAD)
    assert list(READ_BESIDES) == sorted(READ_BESIDES)
    assert list(REVIEWED) == sorted(REVIEWED)
    assert all(names == sorted(set(names)) for names in REVIEWED.values())
