"""Mean, scale, and what of them is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_sources import IMAGE, datums, write_lmdb, write_records

import fillerkit as fk
from fillerkit.schema.forks_pb2 import BlobProto

Read = Callable[..., list[dict[str, list[float]]]]
DB = "data_param { source: 'db' backend: LMDB batch_size: 1 }"


def mean_file(values: np.ndarray) -> str:
    channels, height, width = values.shape
    blob = BlobProto(num=1, channels=channels, height=height, width=width, data=values.ravel())
    Path("mean").write_bytes(blob.SerializeToString())
    return "mean_file: 'mean'"


def test_the_mean_is_taken_off_before_the_scale(read: Read) -> None:
    write_records()
    (batch,) = read("Data", f"transform_param {{ mean_value: 2 scale: 0.5 }} {DB}", 1)
    assert batch["data"] == [(value - 2) / 2 for value in range(12)]


def test_each_channel_has_its_mean(read: Read) -> None:
    write_lmdb("db", datums([np.concatenate([IMAGE, IMAGE])[:, :1, :2]]))
    (batch,) = read("Data", f"transform_param {{ mean_value: 1 mean_value: 5 }} {DB}", 1)
    assert batch["data"] == [-1, 0, -5, -4]


def test_of_a_mean_file_the_place_of_the_crop_is_taken(read: Read) -> None:
    write_records()
    mean = mean_file(np.arange(12, dtype=np.float32).reshape(1, 3, 4) * 2)
    crop = f"transform_param {{ crop_size: 2 {mean} }} {DB}"
    (batch,) = read("Data", crop, 1, "TEST")
    assert batch["data"] == [-1, -2, -5, -6]


def test_a_mean_file_is_mirrored_with_its_image(read: Read) -> None:
    write_records()
    mean = mean_file(np.arange(12, dtype=np.float32).reshape(1, 3, 4))
    batches = read("Data", f"transform_param {{ mirror: true {mean} }} {DB}", 5)
    assert [set(batch["data"]) for batch in batches] == [{0}, {50}, {100}, {150}, {200}]


def test_a_mean_file_of_another_size_is_refused(read: Read) -> None:
    write_records()
    mean = mean_file(np.zeros((1, 2, 2), np.float32))
    with pytest.raises(fk.LayerError, match=r"its mean_file is 1x2x2, but record 1 of db is 1x3x4"):
        read("Data", f"transform_param {{ {mean} }} {DB}", 1)


def test_a_mean_file_that_is_gone_is_refused(read: Read) -> None:
    write_records()
    with pytest.raises(fk.LayerError, match="its mean_file 'gone' is not there"):
        read("Data", f"transform_param {{ mean_file: 'gone' }} {DB}", 1)
