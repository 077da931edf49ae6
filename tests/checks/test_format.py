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
