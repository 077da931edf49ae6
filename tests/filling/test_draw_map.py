"""The map of a net's draws, in a file and out of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk

NUMBERS = st.integers(0, 2**62)


def _marks(steps: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    value = draw = 0
    marks = [(0, 0)]
    for more_values, more_draws in steps:
        value, draw = value + more_values, draw + more_draws
        marks.append((value, draw))
    return tuple(marks)


MARKS = st.lists(st.tuples(NUMBERS, NUMBERS), max_size=4).map(_marks)
MAPS = st.builds(
    fk.DrawMap,
    net=st.text(),
    phase=st.sampled_from(["TRAIN", "TEST"]),
    seed=NUMBERS,
    dtype=st.sampled_from(["float32", "float64"]),
    boost=st.text(),
    blobs=st.dictionaries(
        st.tuples(st.text(st.characters(exclude_categories=())), st.integers(0, 9)), MARKS
    ),
    draws=NUMBERS,
    fillerkit=st.text(),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("map")


@given(draws=MAPS)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, draws: fk.DrawMap
) -> None:
    path = tmp_path_factory.mktemp("map") / "draws.json"
    draws.save(path)
    assert fk.DrawMap.load(path) == draws


GOOD = {
    "net": "x",
    "phase": "TEST",
    "seed": 1,
    "dtype": "float32",
    "boost": "1.64",
    "blobs": {"a": {"0": [[0, 0], [5, 6]]}},
    "draws": 6,
    "fillerkit": "0.1.0",
}


@pytest.mark.parametrize(
    "change",
    [
        {"seed": "1"},
        {"seed": True},
        {"net": 3},
        {"blobs": []},
        {"blobs": {"a": []}},
        {"blobs": {"a": {"x": [[0, 0]]}}},
        {"blobs": {"a": {"0": []}}},
        {"blobs": {"a": {"0": [[1, 1]]}}},
        {"blobs": {"a": {"0": [[0, -1]]}}},
        {"blobs": {"a": {"0": [[0, 0, 0]]}}},
        {"blobs": {"a": {"0": [[0, 0.5]]}}},
        {"blobs": {"a": {"0": [[0, 5], [3, 4]]}}},
        {"blobs": {"a": {"0": [[0, 5], [-1, 6]]}}},
    ],
    ids=str,
)
def test_a_file_that_is_no_map_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "draws.json"
    path.write_text(json.dumps(GOOD))
    assert fk.DrawMap.load(path).blobs == {("a", 0): ((0, 0), (5, 6))}
    path.write_text(json.dumps(GOOD | change))
    with pytest.raises(fk.FormatError, match=r"draws\.json: is no map of draws"):
        fk.DrawMap.load(path)


@pytest.mark.parametrize("text", ["", "[]", "3", "{}", "[" * 100_000, "\0"])
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "draws.json"
    path.write_text(text)
    with pytest.raises(fk.FormatError, match="is no map of draws"):
        fk.DrawMap.load(path)


def test_a_map_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(fk.FormatError, match="cannot be read: No such file"):
        fk.DrawMap.load(tmp_path / "draws.json")
