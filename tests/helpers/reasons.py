"""Why a net that Caffe refuses is refused: its check, and the field or the rule that we name."""

from __future__ import annotations

from pathlib import Path

import fillerkit as fk

# `net: Caffe's check => class field`, or words of the message in quotes where no field is at fault.
TABLE = Path(__file__).parents[1] / "conformance" / "reasons.txt"
REASONS = dict(line.split(": ", 1) for line in TABLE.read_text().splitlines())


def check_reason(net: str, golden: str, refusal: fk.FillerkitError) -> None:
    """Fail unless the golden's error and ours are the two that the table puts side by side."""
    check, _, ours = REASONS[net].partition(" => ")
    assert check in golden.replace("Check failed: ", "")
    kind, rule = ours.split(" ", 1)
    field = getattr(refusal, "field", "")
    assert type(refusal).__name__ == kind
    if rule.startswith('"'):
        assert rule.strip('"') in refusal.message
        rule = ""
    assert field == rule
