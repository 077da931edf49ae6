"""The facade stands on the public API, and nothing of fillerkit's core on the facade."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import fillerkit as fk

FILES = sorted((Path(fk.__file__).parent / "pycaffe").rglob("*.py"))
PUBLIC = ("fillerkit.pycaffe", "fillerkit.torch", "fillerkit.messages")


def imported(file: Path) -> Iterator[str]:
    """The modules of fillerkit that a file imports, and the names that it takes of the package."""
    tree = ast.parse(file.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = [alias.name for alias in node.names] if node.module == "fillerkit" else [""]
            yield from (f"{node.module}.{name}".rstrip(".") for name in names)
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "fk":
            yield f"fk.{node.attr}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_uses_the_public_api_only(file: Path) -> None:
    used = [name for name in imported(file) if name.startswith(("fillerkit.", "fk."))]
    public = {f"fk.{name}" for name in (*fk.__all__, "__file__")}
    public |= {f"fillerkit.{name}" for name in fk.__all__}
    assert [name for name in used if not (name.startswith(PUBLIC) or name in public)] == []
