"""Rooms stand on one another in the order of ARCHITECTURE.md: no import goes up, none in a circle.

All imports count, those inside functions and those for type checkers too.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import fillerkit as fk

SOURCE = Path(fk.__file__).parent
FILES = {
    ".".join(("fillerkit", *file.relative_to(SOURCE).with_suffix("").parts)): file
    for file in sorted(SOURCE.rglob("*.py"))
}
MODULES = {name.removesuffix(".__init__"): name for name in FILES}
PAGE = SOURCE.parents[1] / "ARCHITECTURE.md"


def floors() -> dict[str, int]:
    """By room, on which floor it stands: the rows of the page's first table, from the ground up."""
    table = PAGE.read_text().partition("| floor |")[2].partition("\n\n")[0]
    rows = [row for row in table.splitlines() if re.match(r"\| \d", row)]
    return {
        room.removesuffix("/"): int(row.split("|")[1])
        for row in rows
        for room in re.findall(r"`([^`]+)`", row.split("|")[2])
    }


def room(module: str) -> str:
    return module.split(".")[1]


def imports(module: str) -> Iterator[tuple[str, int]]:
    """The modules of fillerkit that a module imports, each with the line."""
    for node in ast.walk(ast.parse(FILES[module].read_text())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name in MODULES:
                    yield MODULES[alias.name], node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found = MODULES.get(inner) or MODULES.get(node.module)
                if found and not is_in_c(inner):
                    yield found, node.lineno


def is_in_c(module: str) -> bool:
    """Whether a module is compiled, so that only its stub is Python."""
    return (SOURCE.parent / module.replace(".", "/")).with_suffix(".pyi").exists() and (
        module not in MODULES
    )


def test_the_page_knows_every_room_and_only_those() -> None:
    assert set(floors()) == {room(name) for name in FILES}


@pytest.mark.parametrize("module", FILES)
def test_no_import_goes_up(module: str) -> None:
    height = floors()
    own = height[room(module)]
    up = [
        f"{FILES[module].name}:{line} imports {other}"
        for other, line in imports(module)
        if height[room(other)] > own or (height[room(other)] == own and room(other) != room(module))
    ]
    assert up == []


def test_no_files_import_one_another_in_a_circle() -> None:
    graph = {name: {other for other, _ in imports(name)} for name in FILES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))
