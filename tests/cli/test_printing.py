"""The words of an error at the command line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fillerkit.cli import printing
from fillerkit.cli.printing import as_option, told
from fillerkit.errors import Keyword, Line, UsageError


@pytest.mark.parametrize(
    ("keyword", "words"),
    [
        (Keyword("python_layers"), "--python-layers"),
        (Keyword("allow_unknown_fields", True), "--allow-unknown-fields"),
        (Keyword("layers"), "--copy"),
        (Keyword("on_mismatch", "fill"), "--on-mismatch fill"),
        (Keyword("stages", ["a", "b"]), "--stage a --stage b"),
        (Keyword("rename", {"OLD": "NEW"}), "--rename OLD=NEW"),
        (Keyword("params", {"m": ["64x3:msra", "64"]}), "--param m=64x3:msra --param m=64"),
        (
            Keyword("shapes", {"data": (64, 3, "H", "W"), "label": (64,)}),
            "--shape data=64,3,H,W --shape label=64",
        ),
    ],
)
def test_a_keyword_reads_as_the_option_that_means_the_same(keyword: Keyword, words: str) -> None:
    assert as_option(keyword) == words


def test_an_error_is_told_with_options() -> None:
    error = UsageError("say ", Keyword("phase", "test"), " or nothing")
    assert told(error) == "say --phase test or nothing"


def test_nothing_is_printed_past_the_file_that_makes_it_printable() -> None:
    past = re.compile(r"click\.s?echo|\bprint\(|std(out|err)\.(buffer\.)?write|pager")
    found = {
        file.name
        for file in Path(printing.__file__).parent.glob("*.py")
        if past.search(file.read_text()) and file.name != "printing.py"
    }
    assert not found


def test_a_line_is_made_printable_and_only_an_error_has_line_breaks(
    capsys: pytest.CaptureFixture[str],
) -> None:
    printing.say("a\nb ", printing.Label("error", "red"), UsageError(": c\x1b[m", Line("d\r")))
    assert capsys.readouterr().out == "a\\nb error: c\\x1b[m\nd\\r\n"
