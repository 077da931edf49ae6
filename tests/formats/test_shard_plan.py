"""Which blobs go into which shard."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest
import weights

import fillerkit as fk
from fillerkit.formats import Content, content_of
from fillerkit.formats.shard_plan import Shard, index_of, is_part_of_a_folder, shards_of


def content(*sizes: int) -> Content:
    """A blob of each size."""
    arrays = {(f"l{i}", 0): np.zeros(size, np.float32) for i, size in enumerate(sizes)}
    return content_of(weights.blobs_of(arrays).stored)


def counts(shards: tuple[Shard, ...]) -> list[int]:
    return [shard.count for shard in shards]


def test_shards_are_called_as_hugging_face_calls_them() -> None:
    names = [shard.name for shard in shards_of(content(1, 1, 1), 3)]
    assert names[1] == "model-00002-of-00003.safetensors"
    assert all(map(is_part_of_a_folder, [*names, "model.safetensors.index.json"]))
    assert not is_part_of_a_folder("model.safetensors")


@pytest.mark.parametrize(
    ("sizes", "count", "expected"),
    [
        ([1, 1, 1, 1, 1, 1], 3, [2, 2, 2]),
        ([1, 1, 1, 1, 1, 1], 1, [6]),
        ([1, 1, 1], 3, [1, 1, 1]),
        ([5, 5, 5, 100, 5, 5], 2, [15, 110]),
        ([5, 5, 5, 100, 5, 5], 4, [5, 10, 100, 10]),
        ([0, 0, 7], 3, [0, 0, 7]),
        ([9, 1, 2, 6], 2, [9, 9]),
    ],
)
def test_whole_blobs_in_order_make_shards_of_about_one_size(
    sizes: list[int], count: int, expected: list[int]
) -> None:
    shards = shards_of(content(*sizes), count)
    assert counts(shards) == expected
    layers = [entry.layer for shard in shards for entry in shard.content.entries]
    assert layers == [f"l{i}" for i in range(len(sizes))]


@pytest.mark.parametrize("count", [0, -1, 4])
def test_more_shards_than_blobs_or_none_are_refused(count: int) -> None:
    with pytest.raises(fk.UsageError, match=f"a number from 1 to 3, .*; not {count}"):
        shards_of(content(1, 1, 1), count)


def test_a_net_without_blobs_has_no_shards() -> None:
    with pytest.raises(fk.UsageError, match="no blobs"):
        shards_of(content(), 1)


def test_a_header_says_what_follows_it() -> None:
    (_, shard) = shards_of(content(3, 4), 2)
    (length,) = struct.unpack_from("<Q", shard.header)
    assert length + 8 == len(shard.header) == shard.nbytes - 16
    assert json.loads(shard.header[8:])["l1/0"] == {
        "dtype": "F32",
        "shape": [4],
        "data_offsets": [0, 16],
    }


def test_the_index_has_the_shard_of_every_key_and_the_size_of_all() -> None:
    index = json.loads(index_of(shards_of(content(3, 4), 2)))
    assert index["metadata"]["total_size"] == 28
    assert index["weight_map"] == {
        "l0/0": "model-00001-of-00002.safetensors",
        "l1/0": "model-00002-of-00002.safetensors",
    }
