"""A folder of shards reads as the one file that has all of their blobs."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import weights

import fillerkit as fk
from fillerkit.formats import content_of, safetensors
from fillerkit.formats.shard_plan import index_of, shards_of
from fillerkit.formats.shards import differences

pytest.importorskip("safetensors", reason="safetensors is not installed")


def written(blobs: fk.Blobs, folder: Path, count: int) -> Path:
    folder.mkdir()
    shards = shards_of(content_of(blobs.stored), count)
    for shard in shards:
        safetensors.write(folder / shard.name, shard.content)
    (folder / "model.safetensors.index.json").write_bytes(index_of(shards))
    return folder


@pytest.mark.parametrize("count", [1, 2, 6])
def test_a_folder_or_its_index_reads_as_one_file(tmp_path: Path, count: int) -> None:
    blobs = weights.small_blobs()
    blobs.save(tmp_path / "one.safetensors")
    one = fk.load(tmp_path / "one.safetensors")
    folder = written(blobs, tmp_path / "shards", count)
    for path in (folder, folder / "model.safetensors.index.json"):
        several = fk.load(path)
        assert weights.bits(several) == weights.bits(one)
        assert weights.names(several) == weights.names(one)
        assert (several.origin, several.starts) == (one.origin, one.starts)
        assert list(several) == list(one)
        assert np.shares_memory(several["a/b"].weight, several["c"].weight)


def test_what_is_read_is_mapped(tmp_path: Path) -> None:
    folder = written(weights.small_blobs(), tmp_path / "shards", 2)
    weight = fk.load(folder)["c"].weight
    assert not weight.flags.writeable
    assert not weight.flags.owndata


def test_an_index_without_an_origin_leads_to_tensors_of_pytorch(tmp_path: Path) -> None:
    numpy = pytest.importorskip("safetensors.numpy")
    numpy.save_file({"a.weight": np.ones((2, 3), np.float32)}, tmp_path / "x-2.safetensors")
    numpy.save_file({"a.bias": np.zeros(2, np.float32)}, tmp_path / "x-1.safetensors")
    index = tmp_path / "x.safetensors.index.json"
    keys = {"a.bias": "x-1.safetensors", "a.weight": "x-2.safetensors"}
    index.write_text(json.dumps({"metadata": {"total_size": 32}, "weight_map": keys}))
    blobs = fk.load(index)
    assert blobs["a"].weight.shape == (2, 3)
    assert blobs["a"].bias.shape == (2,)


def test_transfer_takes_a_folder(tmp_path: Path) -> None:
    folder = written(weights.small_blobs(seed=8), tmp_path / "shards", 3)
    filled = fk.load_net(weights.SMALL).fill(seed=1, weights=folder)
    assert weights.bits(filled) == weights.bits(weights.small_blobs(seed=8))


def test_what_differs_of_two_runs_is_told_the_seed_first() -> None:
    one: dict[str, object] = {"stream": "caffe", "seed": 5, "net": "a"}
    assert differences(one, dict(one)) == ""
    assert (
        differences(one, one | {"seed": 6, "net": "b"}) == "seed 5 instead of 6, net a instead of b"
    )
    assert differences(one, {"seed": 5, "stream": "caffe"}) == "net a instead of none"
    assert differences({"shapes": {"d": [1, 2]}}, {"shapes": {"d": (1, 2)}}) == ""
