"""What pip is told of the package."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
FOR_WORK = {"test-core", "test", "fuzz", "release", "dev"}
"""The extras that are for work on fillerkit itself."""


def _others(extra: str) -> set[str]:
    """The extras that an extra names."""
    named = re.findall(r"fillerkit\[(.*?)\]", " ".join(EXTRAS[extra]))
    return {name for names in named for name in names.split(",")}


def test_all_brings_every_extra_but_those_for_work_on_fillerkit() -> None:
    assert _others("all") == EXTRAS.keys() - FOR_WORK - {"all"}


def test_only_the_tests_have_a_ceiling_for_pytorch() -> None:
    limited = [
        extra for extra, packages in EXTRAS.items() if any("torch<" in name for name in packages)
    ]
    assert limited == ["test"]


def test_every_extra_that_a_message_or_a_page_names_is_there() -> None:
    files = [*(ROOT / "src").rglob("*.py"), *(ROOT / "docs").glob("*.md"), ROOT / "README.md"]
    named = {
        extra
        for file in files
        for names in re.findall(r"pip install '?[.\w]*\[([\w,-]+)\]", file.read_text())
        for extra in names.split(",")
    }
    assert {"data", "draw", "torch"} <= named <= EXTRAS.keys()
