"""What pip is told of the package."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import release

import fillerkit as fk

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]
FOR_WORK = {"test-core", "test", "fuzz", "docs", "notebooks", "release", "dev"}
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


def test_the_citation_and_the_recipe_state_the_version_of_the_package() -> None:
    said = [line for line in release.missing(ROOT, fk.__version__) if "CHANGELOG" not in line]
    assert said == []


def test_the_recipe_needs_what_pip_is_told() -> None:
    recipe = (ROOT / "recipe" / "recipe.yaml").read_text()
    run = recipe.partition("\n  run:\n")[2].partition("\n\n")[0]
    needed = [line.removeprefix("    - ").replace(" ", "") for line in run.splitlines()]
    (python,) = re.findall(r'python_min: "(.*)"', recipe)
    assert needed == ["python>=${{python_min}}", *PROJECT["dependencies"]]
    assert PROJECT["requires-python"] == f">={python}"


@pytest.mark.parametrize("file", release.STATED)
def test_a_release_names_each_file_that_does_not_state_the_version(
    file: str, tmp_path: Path
) -> None:
    for other, line in release.STATED.items():
        (tmp_path / other).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / other).write_text(line.format(version="1.2.3", date="2026-01-31") + "\n")
    assert list(release.missing(tmp_path, "1.2.3")) == []
    (tmp_path / file).write_text(release.STATED[file].format(version="1.2.30", date="2026-01-31"))
    (said,) = release.missing(tmp_path, "1.2.3")
    assert said.startswith(f"{file} does not say ")


def test_a_release_wants_no_section_that_is_unreleased(tmp_path: Path) -> None:
    for file, line in release.STATED.items():
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text(line.format(version="1.2.3", date="2026-01-31") + "\n")
    with (tmp_path / "CHANGELOG.md").open("a") as changelog:
        changelog.write("## Unreleased\n")
    assert list(release.missing(tmp_path, "1.2.3")) == [
        "CHANGELOG.md still has a section Unreleased"
    ]
