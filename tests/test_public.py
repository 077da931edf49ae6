"""The public names, each imported when it is asked for."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import fillerkit as fk

SOURCE = ast.parse(Path(fk.__file__).read_text())


def test_the_names_for_type_checkers_are_those_that_are_found() -> None:
    imported = {
        (alias.name, node.module)
        for node in ast.walk(SOURCE)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("fillerkit.")
        for alias in node.names
    }
    assert imported == set(vars(fk)["_WHERE"].items())
    assert {name for name, _ in imported} == set(fk.__all__)


@pytest.mark.parametrize("name", fk.__all__)
def test_a_public_name_is_there(name: str) -> None:
    assert getattr(fk, name) is not None
    assert name in dir(fk)


def test_a_name_that_is_not_public_is_not_there() -> None:
    with pytest.raises(AttributeError, match="load_nets"):
        getattr(fk, "load_nets")  # noqa: B009


def test_importing_the_package_imports_nothing_of_it_yet() -> None:
    code = (
        "import sys, fillerkit\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('numpy', 'google')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
