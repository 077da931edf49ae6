"""The mean that a transformer takes from images: a file, or a value a channel."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from fillerkit.errors import LayerError
from fillerkit.schema.forks_pb2 import Datum
from fillerkit.sources import Found

Find = Callable[[str], Found | None]


@pytest.fixture(autouse=True)
def database(write_lmdb: Callable[[str, Mapping[bytes, bytes]], None]) -> None:
    datum = Datum(channels=3, height=20, width=24, data=bytes(3 * 20 * 24))
    write_lmdb("db", {b"0": datum.SerializeToString()})


def layer(transform: str) -> str:
    return (
        f'name: "d" type: "Data" top: "data" transform_param {{ {transform} }} '
        'data_param { source: "db" batch_size: 4 backend: LMDB }'
    )


def note(found: Found | None) -> str:
    assert found is not None
    assert found.shapes["data"][1:] in ((3, 20, 24), (3, 8, 8))
    return found.note


NAMED = layer('mean_file: "mean.binaryproto"')


def test_a_mean_file_is_not_opened_and_that_is_noted(find: Find, here: Path) -> None:
    os.mkfifo(here / "mean.binaryproto")  # to open it would be to wait for ever
    assert note(find(NAMED)) == (
        "data: 4x3x20x24, from the first record of db; its mean_file 'mean.binaryproto' is not "
        "looked at: no weight depends on it"
    )


def test_a_mean_that_is_not_there_is_noted(find: Find) -> None:
    assert "its mean_file 'mean.binaryproto' is not there" in note(find(NAMED))


@pytest.mark.parametrize("count", [1, 3])
def test_one_mean_value_or_one_for_each_channel_fits(find: Find, count: int) -> None:
    note(find(layer("mean_value: 104 " * count)))


@pytest.mark.parametrize("count", [2, 4])
def test_another_number_of_mean_values_is_refused(find: Find, count: int) -> None:
    with pytest.raises(LayerError, match=f"one mean_value, or 3, .* not {count}") as refusal:
        find(layer("mean_value: 104 " * count))
    assert refusal.value.field == "transform_param.mean_value"


def test_a_mean_file_and_a_mean_value_are_refused(find: Find) -> None:
    with pytest.raises(LayerError, match="both mean_file and mean_value"):
        find(layer('mean_file: "mean.binaryproto" mean_value: 104'))
