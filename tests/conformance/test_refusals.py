"""What we say where Caffe refuses a net: a reviewed list, a line each."""

from __future__ import annotations

from pathlib import Path

import pytest

import fillerkit as fk

HERE = Path(__file__).parent
# `net:line:column: message`; a new message is read by a person before it goes in here.
REFUSALS = dict(line.split(":", 1) for line in (HERE / "refusals.txt").read_text().splitlines())


@pytest.mark.parametrize("net", REFUSALS)
def test_a_refusal_says_what_is_wrong_and_where(net: str) -> None:
    with pytest.raises(fk.FillerkitError) as refusal:
        fk.load_net(HERE / "nets" / f"{net}.prototxt", phase="TRAIN")
    error = refusal.value
    assert f"{error.line}:{error.column}: {error.message}" == REFUSALS[net]
