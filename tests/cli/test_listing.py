"""``fillerkit fillers`` and ``fillerkit layers``."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import numpy as np
import pytest

import fillerkit as fk

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize(
    ("command", "names"),
    [("fillers", ["constant", "msra", "xavier"]), ("layers", ["Convolution", "InnerProduct"])],
)
def test_every_name_has_a_line_with_what_it_is(run: Run, command: str, names: list[str]) -> None:
    done = run(command)
    assert (done.returncode, done.stderr) == (0, "")
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    for name in names:
        assert len(lines[name].split()) > 2
    assert list(lines) == sorted(lines)


@pytest.mark.parametrize("command", ["fillers", "layers"])
def test_the_list_is_all_that_is_registered(run: Run, command: str) -> None:
    known = fk.filler_types.names() if command == "fillers" else fk.layer_types.names()
    assert [line.split()[0] for line in run(command).stdout.splitlines()] == known


@pytest.mark.parametrize("command", ["fillers", "layers"])
def test_what_things_are_stands_in_one_column(run: Run, command: str) -> None:
    lines = run(command).stdout.splitlines()
    width = max(len(line.split()[0]) for line in lines) + 2
    assert all(line[width - 2 : width] == "  " and line[width] != " " for line in lines)


def test_a_filler_is_explained_by_its_formula(run: Run) -> None:
    done = run("fillers", "xavier")
    assert done.returncode == 0
    assert done.stdout.startswith("xavier\n")
    for word in ("sqrt(3 / n)", "1/n", "Glorot"):
        assert word in done.stdout


def test_a_layer_type_is_explained(run: Run) -> None:
    done = run("layers", "InnerProduct")
    assert done.stdout.startswith("InnerProduct\n")
    assert "num_output" in done.stdout


@pytest.mark.parametrize(
    ("command", "name", "nearest"),
    [("fillers", "xaiver", "xavier"), ("layers", "Convolutoin", "Convolution")],
)
def test_an_unknown_name_is_a_mistake_in_use_with_the_nearest(
    run: Run, command: str, name: str, nearest: str
) -> None:
    done = run(command, name)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"'{name}'" in done.stderr
    assert f"did you mean '{nearest}'" in done.stderr


def test_a_filler_without_documentation_is_listed_and_explained_as_such(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    fk.filler_types.names()
    monkeypatch.setattr(fk.filler_types, "_items", dict(vars(fk.filler_types)["_items"]))

    def undocumented(
        spec: object, shape: tuple[int, ...], dtype: type[np.floating]
    ) -> fk.Distribution:
        return fk.Constant(0)

    fk.filler("undocumented_of_a_test")(undocumented)
    explained = run("fillers", "undocumented_of_a_test")
    assert explained.returncode == 0
    assert explained.stdout.startswith("undocumented_of_a_test\n")
    assert "None" not in explained.stdout
    for line in run("fillers").stdout.splitlines():
        assert line == line.rstrip()
