"""The notebooks of examples/ as they are stored, and what of them is held against a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import notebooks
import pytest

FILES = sorted(notebooks.EXAMPLES.glob("*.ipynb"))


def test_there_are_notebooks() -> None:
    assert len(FILES) == 4


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_notebook_is_stored_as_it_can_be_read_in_a_change(path: Path) -> None:
    text = path.read_text()
    assert text == notebooks.text(notebooks.plain(json.loads(text)))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_notebook_is_small_whole_and_names_no_place_of_a_machine(path: Path) -> None:
    text = path.read_text()
    assert len(text) < 60_000
    assert not any(place in text for place in ("/home/", "/root/", "/tmp/", "/Users/"))
    cells = json.loads(text)["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    assert {output["output_type"] for output in outputs} <= {
        "display_data",
        "execute_result",
        "stream",
    }
    assert {output.get("name", "stdout") for output in outputs} == {"stdout"}


def notebook(*outputs: dict[str, Any]) -> notebooks.Notebook:
    cell = {"cell_type": "code", "source": "x", "outputs": list(outputs), "execution_count": 3}
    return {"cells": [{"cell_type": "markdown", "source": "# A"}, cell]}


def stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


PICTURE = {
    "output_type": "display_data",
    "metadata": {"a": 1},
    "data": {"image/png": "AA\n", "text/plain": "<Figure>"},
}


def test_what_a_machine_adds_is_not_stored() -> None:
    found = notebooks.plain(notebook(PICTURE, stream("a\n"), stream("b\n")))
    assert found["cells"][1]["execution_count"] is None
    assert found["cells"][1]["outputs"] == [{**PICTURE, "metadata": {}}, stream("a\nb\n")]


def test_what_is_shown_is_compared_but_for_the_points_of_a_picture() -> None:
    other = {**PICTURE, "data": {"image/png": "BB\n", "text/plain": "<Figure>"}}
    assert notebooks.shown(notebook(PICTURE)) == notebooks.shown(notebook(other))
    assert notebooks.shown(notebook(stream("a\nb\n"))) == ["a", "b"]
    assert notebooks.shown(notebook()) != notebooks.shown(notebook(PICTURE))


def test_a_notebook_becomes_a_page() -> None:
    found = notebooks.page(notebook(stream("1\n"), PICTURE))
    assert found == (
        "# A\n\n```python\nx\n```\n\n```text\n1\n```\n\n"
        + "![What the lines above draw](data:image/png;base64,AA)\n"
    )
