"""A net in a folder of shards is the net that ``fill`` makes, however often it was gone on with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import dask
import pytest
import sliced_nets
import weights

import fillerkit as fk
from fillerkit.dask import save, slices

pytest.importorskip("safetensors", reason="safetensors is not installed")

STREAMS = ["caffe", "sharded"]
INDEX = "model.safetensors.index.json"


@pytest.fixture
def net() -> fk.Net:
    return sliced_nets.net("small")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "folder"


def shard(number: int, of: int = 3) -> str:
    return f"model-{number:05}-of-{of:05}.safetensors"


def state(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("largest", [1, 300, 32 << 20])
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", sliced_nets.NETS)
def test_a_folder_holds_what_fill_makes(
    name: str,
    count: int,
    largest: int,
    stream: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slices, "LARGEST", largest)
    net = sliced_nets.net(name)
    saved = save(net, folder, 5, shards=count, stream=stream)
    assert saved.made == tuple(shard(number, count) for number in range(1, count + 1))
    net.save(folder.parent / "one.safetensors", 5, stream=stream)
    one, several = fk.load(folder.parent / "one.safetensors"), fk.load(folder)
    assert weights.bits(several) == weights.bits(one)
    assert (several.origin, several.starts) == (one.origin, one.starts)
    assert saved.origin == several.origin
    assert sorted(path.name for path in folder.iterdir()) == [*saved.made, INDEX]


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("boost", ["1.64", "1.55"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_type_and_the_boost_are_those_that_are_asked(
    dtype: str, boost: str, stream: str, folder: Path
) -> None:
    net = sliced_nets.net("fillers")
    save(net, folder, 5, dtype, shards=2, boost=boost, stream=stream)
    expected = net.fill(5, dtype, boost=boost, stream=stream)
    assert weights.bits(fk.load(folder)) == weights.bits(expected)


def test_others_read_the_shards(net: fk.Net, folder: Path) -> None:
    save(net, folder, 5, shards=2)
    load_file = pytest.importorskip("safetensors.numpy").load_file
    keys = json.loads((folder / INDEX).read_text())["weight_map"]
    filled = net.fill(5)
    found = {key: load_file(folder / name)[key] for key, name in keys.items()}
    assert (found["a/b/0"] == filled["a/b"].weight).all()
    assert list(keys) == ["a/b/0", "a/b/1", "c/1", "bn/0", "bn/1", "bn/2"]


def test_a_run_is_the_same_bytes_again(net: fk.Net, folder: Path) -> None:
    save(net, folder, 5, shards=3)
    save(net, folder.parent / "again", 5, shards=3)
    assert state(folder) == state(folder.parent / "again")


def test_the_index_is_written_when_all_shards_are_there(
    net: fk.Net, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_at(monkeypatch, shard(3))
    with pytest.raises(fk.FormatError, match=shard(3)):
        save(net, folder, 5, shards=3)
    assert sorted(state(folder)) == [shard(1), shard(2)]
    with pytest.raises(fk.FormatError, match="did not come to its end"):
        fk.load(folder)


def fail_at(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Have a shard fail in its midst."""
    make = slices.Slices.make
    blobs = {shard(1): "a/b", shard(2): "c", shard(3): "bn"}

    def fails(self: slices.Slices, layer: str, index: int, rows: slice) -> Any:
        if layer == blobs[name]:
            raise OSError(28, "No space left on device")
        return make(self, layer, index, rows)

    monkeypatch.setattr(slices.Slices, "make", fails)


def test_a_shard_that_fails_is_named_and_not_there(
    net: fk.Net, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fail_at(monkeypatch, shard(2))
    with pytest.raises(fk.FormatError, match=f"{shard(2)}: .*No space left on device") as error:
        save(net, folder, 5, shards=3)
    assert "\n" not in str(error.value)
    assert str(error.value).endswith("the rest is made with resume=True")
    assert shard(2) not in state(folder)
    assert not [name for name in state(folder) if name.endswith(".part")]


def whole(net: fk.Net, folder: Path) -> dict[str, bytes]:
    save(net, folder, 5, shards=3)
    return state(folder)


def test_a_run_goes_on_with_what_is_whole(net: fk.Net, folder: Path) -> None:
    before = whole(net, folder)
    (folder / shard(2)).unlink()
    times = {name: (folder / name).stat().st_mtime_ns for name in (shard(1), shard(3))}
    saved = save(net, folder, 5, shards=3, resume=True)
    assert saved.made == (shard(2),)
    assert saved.notes == (f"2 of 3 shards are there and whole; missing: {shard(2)}",)
    assert state(folder) == before
    assert {name: (folder / name).stat().st_mtime_ns for name in times} == times


def test_what_was_found_is_told_before_anything_is_made(net: fk.Net, folder: Path) -> None:
    whole(net, folder)
    (folder / shard(2)).unlink()
    told: list[tuple[str, bool]] = []

    def note(text: str) -> None:
        told.append((text, (folder / shard(2)).exists()))

    save(net, folder, 5, shards=3, resume=True, note=note)
    assert told == [(f"2 of 3 shards are there and whole; missing: {shard(2)}", False)]


@pytest.mark.parametrize("size", [0, 4, 100, -1])
def test_a_shard_that_is_cut_is_made_again(size: int, net: fk.Net, folder: Path) -> None:
    before = whole(net, folder)
    (folder / shard(1)).write_bytes(before[shard(1)][:size])
    saved = save(net, folder, 5, shards=3, resume=True)
    assert saved.made == (shard(1),)
    assert saved.notes[0] == "2 of 3 shards are there and whole"
    assert shard(1) in saved.notes[1]
    assert state(folder) == before


def test_a_shard_of_another_seed_is_made_again(net: fk.Net, folder: Path) -> None:
    before = whole(net, folder)
    save(net, folder.parent / "six", 6, shards=3)
    (folder / shard(3)).write_bytes((folder.parent / "six" / shard(3)).read_bytes())
    saved = save(net, folder, 5, shards=3, resume=True)
    assert saved.made == (shard(3),)
    assert saved.notes[1] == (
        f"{shard(3)} is of another run (seed 6 instead of 5), so it is made again"
    )
    assert state(folder) == before


def test_a_run_beside_another_in_one_folder_does_not_call_it_whole(
    net: fk.Net, folder: Path
) -> None:
    save(net, folder.parent / "six", 6, shards=3)

    def write_the_other(count: int) -> None:
        (folder / shard(1)).write_bytes((folder.parent / "six" / shard(1)).read_bytes())

    with pytest.raises(fk.FormatError) as refusal:
        save(net, folder, 5, shards=3, progress=write_the_other)
    assert str(refusal.value) == (
        f"{folder}: another run changed it meanwhile: {shard(1)} is of another run "
        "(seed 6 instead of 5); write into a folder of its own"
    )
    assert not (folder / INDEX).exists()


def test_a_run_that_was_whole_makes_nothing(net: fk.Net, folder: Path) -> None:
    before = whole(net, folder)
    saved = save(net, folder, 5, shards=3, resume=True)
    assert (saved.made, saved.notes) == ((), ("3 of 3 shards are there and whole",))
    assert state(folder) == before


def test_a_folder_that_is_not_there_is_begun(net: fk.Net, folder: Path) -> None:
    saved = save(net, folder, 5, shards=3, resume=True)
    assert len(saved.made) == 3


def test_a_run_goes_on_with_the_seed_that_it_had(net: fk.Net, folder: Path) -> None:
    save(net, folder, shards=3)
    before = state(folder)
    (folder / shard(2)).unlink()
    save(net, folder, shards=3, resume=True)
    assert state(folder) == before


def test_shards_of_several_seeds_ask_for_one(net: fk.Net, folder: Path) -> None:
    whole(net, folder)
    save(net, folder.parent / "six", 6, shards=3)
    (folder / shard(3)).write_bytes((folder.parent / "six" / shard(3)).read_bytes())
    with pytest.raises(fk.UsageError, match=r"several seeds \(5, 6\): say which with seed"):
        save(net, folder, shards=3, resume=True)


def test_another_number_of_shards_is_refused(net: fk.Net, folder: Path) -> None:
    before = whole(net, folder)
    with pytest.raises(fk.UsageError, match="go on with shards=3"):
        save(net, folder, 5, shards=2, resume=True)
    assert state(folder) == before


@pytest.mark.parametrize("left", [[shard(2)], [INDEX], [shard(1, 9)]])
def test_a_folder_with_shards_is_refused_unless_it_is_gone_on_with(
    left: list[str], net: fk.Net, folder: Path
) -> None:
    folder.mkdir()
    for name in left:
        (folder / name).write_bytes(b"x")
    with pytest.raises(fk.UsageError, match=r"has shards already .* with resume=True"):
        save(net, folder, 5, shards=3)
    assert sorted(state(folder)) == left


def test_other_files_of_a_folder_are_left_alone(net: fk.Net, folder: Path) -> None:
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    save(net, folder, 5, shards=3)
    assert (folder / "config.json").read_text() == "{}"


@pytest.mark.parametrize("count", [0, -1, 7])
def test_a_number_of_shards_that_cannot_be_is_refused(
    count: int, net: fk.Net, folder: Path
) -> None:
    with pytest.raises(fk.UsageError, match="a number from 1 to 6"):
        save(net, folder, 5, shards=count)
    assert not folder.exists()


def test_a_file_in_the_place_of_the_folder_is_refused(net: fk.Net, folder: Path) -> None:
    folder.write_text("x")
    with pytest.raises(fk.FormatError, match="folder"):
        save(net, folder, 5, shards=3)


@pytest.mark.parametrize("url", ["nonsense://x", "s3://", "http://127.0.0.1:9/x"])
def test_a_place_that_cannot_be_reached_is_told_in_one_line(url: str, net: fk.Net) -> None:
    with pytest.raises(fk.FillerkitError) as error:
        save(net, url, 5, shards=3)
    assert url in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_system_in_memory_does_too(net: fk.Net, tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec")
    url = f"memory://{tmp_path.name}"
    save(net, url, 5, shards=3)
    memory = fsspec.filesystem("memory")
    memory.get(f"/{tmp_path.name}/", f"{tmp_path}/copy/", recursive=True)
    assert weights.bits(fk.load(tmp_path / "copy")) == weights.bits(net.fill(5))
    memory.rm(f"/{tmp_path.name}/{shard(1)}")
    memory.pipe(f"/{tmp_path.name}/.{shard(1)}.0123456789abcdef.part", b"what a worker left")
    assert save(net, url, 5, shards=3, resume=True).made == (shard(1),)
    assert len(memory.ls(f"/{tmp_path.name}")) == 4
    memory.rm(f"/{tmp_path.name}", recursive=True)


def test_progress_is_told_of_every_shard(net: fk.Net, folder: Path) -> None:
    told: list[int] = []
    save(net, folder, 5, shards=3, progress=told.append)
    assert sum(told) == net.count
    (folder / shard(1)).unlink()
    again: list[int] = []
    save(net, folder, 5, shards=3, resume=True, progress=again.append)
    assert sorted(again) == sorted(told)


def test_progress_is_told_while_others_are_still_to_be_made(net: fk.Net, folder: Path) -> None:
    there: list[int] = []
    with dask.config.set(scheduler="synchronous"):
        save(net, folder, 5, shards=3, progress=lambda _: there.append(len(state(folder))))
    assert there == [1, 2, 3]


def test_the_index_is_not_written_where_a_scheduler_loses_a_shard(
    net: fk.Net, folder: Path
) -> None:
    def forgetful(graph: object, keys: list[object], **options: object) -> list[str]:
        return ["x" for _ in keys]

    with dask.config.set(scheduler=forgetful), pytest.raises(fk.FormatError, match="nobody has"):
        save(net, folder, 5, shards=3)
    assert state(folder) == {}


def test_a_worker_holds_a_slice_at_a_time(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slices, "LARGEST", 40 * 4 * 7)
    sizes: list[int] = []
    make = slices.Slices.make

    def spy(self: slices.Slices, layer: str, index: int, rows: slice) -> Any:
        made = make(self, layer, index, rows)
        sizes.append(made.nbytes)
        return made

    monkeypatch.setattr(slices.Slices, "make", spy)
    net = sliced_nets.net("fillers")
    save(net, folder, 5, shards=2)
    assert max(sizes) <= 40 * 4 * 7
    assert sum(sizes) == 4 * net.count


def test_a_map_of_the_draws_says_the_seed(net: fk.Net, folder: Path) -> None:
    saved = save(net, folder, shards=2, draws=net.map_draws(7))
    assert (saved.origin["seed"], saved.fresh) == (7, False)
    assert weights.bits(fk.load(folder)) == weights.bits(net.fill(7))
