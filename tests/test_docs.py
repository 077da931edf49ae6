"""What README.md and the pages for a start and for tasks have their reader do, done."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import doc_pages
import pytest

ROOT = Path(__file__).parents[1]
DOCS = sorted((ROOT / "docs").rglob("*.md"))
NAMES = [
    "README.md",
    "docs/start.md",
    *sorted(f"docs/tasks/{path.name}" for path in ROOT.glob("docs/tasks/*.md")),
]
SLOW = {"docs/tasks/stuck.md", "docs/tasks/pytorch.md", "docs/tasks/large.md"}
PAGES = [pytest.param(name, marks=[pytest.mark.long] if name in SLOW else []) for name in NAMES]
TEXTS = [ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "ARCHITECTURE.md", *DOCS]
NEEDS = {
    "docs/tasks/stuck.md": ["torch"],
    "docs/tasks/pytorch.md": ["torch", "onnx", "onnxscript"],
    "docs/tasks/large.md": ["safetensors", "dask", "fsspec"],
}

LINK = re.compile(r"\]\(([^)\s#]*)(#[^)\s]*)?\)")


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_does_what_it_says(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for package in NEEDS.get(name, ()):
        pytest.importorskip(package, reason=f"{package} is not installed")
    monkeypatch.chdir(tmp_path)
    shutil.copytree(ROOT / "sample_nets" / "lenet", tmp_path / "sample_nets" / "lenet")
    text = (ROOT / name).read_text()
    doc_pages.downloads(text, tmp_path)
    names: dict[str, Any] = {}
    done = 0
    for step in doc_pages.steps(text):
        if step.kind == "sh":  # what installs something
            assert step.text.startswith("pip install ")
            continue
        printed = doc_pages.run(step, names)
        assert doc_pages.agrees(printed, step.printed), f"{step.text}\nprints\n{printed}"
        done += 1
    assert done > 0


def anchors(text: str) -> set[str]:
    """The places of a page that GitHub names."""
    outside = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    heads = re.findall(r"^#+ (.*)$", outside, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", TEXTS, ids=named)
def test_a_link_in_the_repository_leads_somewhere(page: Path) -> None:
    astray = []
    for target, anchor in LINK.findall(page.read_text()):
        if "://" in target:
            continue
        there = page.parent / target if target else page
        found = there.exists() and (not anchor or anchor[1:] in anchors(there.read_text()))
        astray += [] if found else [target + anchor]
    assert astray == []


@pytest.mark.parametrize(
    ("said", "agrees"),
    [
        ("a 1.5 b\n", True),
        ("a ... b\n", True),
        ("...\n", True),
        ("a 1x5 b\n", False),
        ("a ...\nc\n", False),
        ("\n", False),
    ],
)
def test_three_dots_stand_for_any_text(said: str, agrees: bool) -> None:
    assert doc_pages.agrees("a 1.5 b\n", said) is agrees
