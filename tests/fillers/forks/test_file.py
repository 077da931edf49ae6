"""The filler file, as daerduoCarey/SpatialTransformerLayer has it."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import fillerkit as fk

Weight = Callable[..., fk.Net]
Filled = Callable[..., list[list[float]]]


@pytest.fixture
def filled(weight: Weight, tmp_path: Path) -> Filled:
    """``filled(text)``: a weight of 2 x 3 whose file holds the text."""

    def fill(text: str, dtype: str = "float32") -> list[list[float]]:
        path = tmp_path / "theta.txt"
        path.write_text(text)
        net = weight(f'type: "file" file: "{path}"', 2, 3)
        values: list[list[float]] = net.fill(seed=1, dtype=dtype)["x"].weight.tolist()
        return values

    return fill


def test_the_numbers_of_the_file_fill_the_blob_in_order(filled: Filled) -> None:
    assert filled("1 0 .5\n-2. 1e-1\t+3\n") == [[1, 0, 0.5], [-2, float(np.float32(0.1)), 3]]
    assert filled("1 0 .5\n-2. 1e-1\t+3\n", "float64")[1][1] == 0.1


def test_numbers_beyond_the_blob_are_not_looked_at_which_a_note_says(
    weight: Weight, tmp_path: Path
) -> None:
    path = tmp_path / "theta.txt"
    path.write_text("0 1 2 3 4 5 6 7")
    net = weight(f'type: "file" file: "{path}"', 2, 3)
    assert net.fill(seed=1)["x"].weight.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert f"x/weight: given in '{path}', its first 6 of 8, mean 2.5, std 1.708" in net.notes


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 2 3\n4 5", "has 5 values for the 6 of the blob"),
        ("", "has 0 values for the 6 of the blob"),
        ("1 2\n3 four 5 6", "theta.txt:2: 'four' is no number"),
        ("1,2,3,4,5,6", "theta.txt:1: '1,2,3,4,5,6' is no number"),
        ("1 2 3 4 5\n1e39", "theta.txt:2: '1e39' is no number of float32"),
        ("nan 0 0 0 0 0", "theta.txt:1: 'nan' is no number"),
        ("1_0 0 0 0 0 0", "theta.txt:1: '1_0' is no number"),
        ("0 " * 60_000, "is too long for the 6 values"),
    ],
)
def test_a_file_that_does_not_fit_is_refused(text: str, words: str, filled: Filled) -> None:
    with pytest.raises(fk.FillerError, match=words):
        filled(text)


def test_only_a_regular_file_is_read(weight: Weight, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path):
        with pytest.raises(fk.FillerError, match=r"not a regular file|Is a directory"):
            weight(f'type: "file" file: "{path}"')


def test_a_filler_without_a_file_is_refused(weight: Weight) -> None:
    with pytest.raises(fk.FillerError, match="needs file, the path of a text file"):
        weight('type: "file"')


def test_a_file_that_is_not_there_is_missed_only_by_filling(weight: Weight, tmp_path: Path) -> None:
    net = weight('type: "file" file: "theta.txt"', 2, 3)
    assert net.notes == ("x/weight: values of the file 'theta.txt', which is not here",)
    for need in (lambda: net.fill(seed=1), lambda: net.save(tmp_path / "x.npz", seed=1)):
        with pytest.raises(fk.FillerError, match="neither from the working directory") as caught:
            need()
        assert caught.value.message.startswith("layer 'x' (InnerProduct): its weight: takes its")
        assert caught.value.message.endswith("another filler: fillers={'LAYER:BLOB': 'constant'}")
    assert not list(tmp_path.iterdir())


def test_values_of_a_weight_file_do_without_it(weight: Weight, tmp_path: Path) -> None:
    weight('type: "constant" value: 3', 2, 3).save(tmp_path / "x.npz", seed=1)
    net = weight('type: "file" file: "theta.txt"', 2, 3)
    assert net.fill(seed=1, weights=tmp_path / "x.npz")["x"].weight.tolist() == [[3] * 3] * 2
