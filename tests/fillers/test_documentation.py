"""Every filler of ours is in ``docs/fillers.md``, with the fields that it reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import fillerkit as fk

PAGE = Path(__file__).resolve().parents[2] / "docs" / "fillers.md"
ROWS = {
    found[1]: [cell.strip() for cell in found[0].strip("|\n").split("|")]
    for found in re.finditer(r"^\| `(\w+)` \|.*$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
}
OURS = {
    filler.name: filler
    for filler in fk.filler_types
    if filler.make.__module__.startswith("fillerkit.fillers.")
}


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_filler_has_a_row_with_the_fields_that_it_reads(name: str) -> None:
    reads = OURS[name].reads
    assert reads is not None
    said = ROWS[name][2]
    assert said == (", ".join(f"`{field}`" for field in reads) or "nothing")
    assert all(ROWS[name])


@pytest.mark.parametrize("name", sorted(OURS))
def test_a_filler_documents_the_formula_in_a_line(name: str) -> None:
    assert OURS[name].summary


def test_no_row_is_of_a_filler_that_does_not_exist() -> None:
    assert {name for name, cells in ROWS.items() if len(cells) == 5} == set(OURS)
