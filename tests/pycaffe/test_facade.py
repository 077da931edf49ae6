"""The facade imports the public API only, and the core imports neither it nor the commands."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import fillerkit as fk

ROOT = Path(fk.__file__).parent
FILES = sorted((ROOT / "pycaffe").rglob("*.py"))
CORE = sorted(set(ROOT.rglob("*.py")) - set(FILES) - set((ROOT / "cli").rglob("*.py")))
PUBLIC = (
    "fillerkit.pycaffe",
    "fillerkit.torch",
    "fillerkit.messages",
    "fillerkit.python_layers",
    "fillerkit.printable",  # what comes from outside is shown in one way
    "fillerkit.libraries",  # a library that is missing is told in one way
)


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
def test_a_file_of_the_facade_uses_the_public_api_only(file: Path) -> None:
    used = [name for name in imported(file) if name.startswith(("fillerkit.", "fk."))]
    public = {f"fk.{name}" for name in (*fk.__all__, "__file__")}
    public |= {f"fillerkit.{name}" for name in fk.__all__}
    assert [name for name in used if not (name.startswith(PUBLIC) or name in public)] == []


@pytest.mark.parametrize("file", CORE, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_of_the_core_imports_neither_the_facade_nor_a_command(file: Path) -> None:
    above = ("fillerkit.pycaffe", "fillerkit.cli")
    found = [name for name in imported(file) if name.startswith(above)]
    start = ["fillerkit.cli"] if file == ROOT / "__main__.py" else []  # python -m fillerkit
    assert found == start


def test_the_commands_do_not_import_the_facade() -> None:
    for file in (ROOT / "cli").rglob("*.py"):
        assert not [name for name in imported(file) if name.startswith("fillerkit.pycaffe")]
