"""Hostile folders of shards: an index that lies, or leads out of its folder."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import weights

import fillerkit as fk
from fillerkit.formats import content_of, safetensors
from fillerkit.formats.shard_plan import index_of, shards_of

pytest.importorskip("safetensors", reason="safetensors is not installed")

Refused = Callable[..., str]
NAMES = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"]
SEED = 5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    shards = shards_of(content_of(weights.small_blobs(SEED).stored), 2)
    for shard in shards:
        safetensors.write(folder / shard.name, shard.content)
    (folder / "model.safetensors.index.json").write_bytes(index_of(shards))
    return folder


@pytest.fixture
def index(folder: Path) -> Path:
    return folder / "model.safetensors.index.json"


def change(index: Path, key: str, file: object) -> None:
    text = json.loads(index.read_text())
    text["weight_map"][key] = file
    index.write_text(json.dumps(text))


@pytest.mark.parametrize(
    "name",
    ["/etc/passwd", "../x.safetensors", "a/../../x", "sub/x.safetensors", "..", ".", "", "C:\\x"],
)
def test_a_name_that_leads_out_of_the_folder(name: str, index: Path, refused: Refused) -> None:
    change(index, "c/1", name)
    refused(index, f"names '{name}'", "out of its folder")


def test_a_link_that_leads_out_of_the_folder(folder: Path, index: Path, refused: Refused) -> None:
    (folder / NAMES[0]).rename(folder.parent / "outside")
    (folder / NAMES[0]).symlink_to("../outside")
    refused(index, NAMES[0], "out of its folder")


def test_a_link_inside_the_folder_is_followed(folder: Path) -> None:
    (folder / NAMES[0]).rename(folder / "inside")
    (folder / NAMES[0]).symlink_to("inside")
    assert weights.bits(fk.load(folder)) == weights.bits(weights.small_blobs(SEED))


def test_a_name_that_no_file_can_have(index: Path, refused: Refused) -> None:
    change(index, "c/1", "a\0b")
    refused(index)


def test_a_name_that_is_too_long(index: Path, refused: Refused) -> None:
    change(index, "c/1", "x" * 300)
    with pytest.raises(fk.FormatError, match="File name too long"):
        fk.load(index)
    refused(index.with_name("x" * 300 + ".safetensors.index.json"), "File name too long")


def test_a_link_that_leads_to_itself(folder: Path, index: Path, refused: Refused) -> None:
    (folder / NAMES[0]).unlink()
    (folder / NAMES[0]).symlink_to(NAMES[0])
    with pytest.raises(fk.FormatError, match=NAMES[0]):
        fk.load(folder)


def test_a_name_cannot_forge_a_line(index: Path, refused: Refused) -> None:
    change(index, "c/1", "\n\x1b[2J../x")
    assert "\x1b" not in refused(index, r"\n\x1b[2J../x")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        "{}",
        '{"weight_map": []}',
        '{"weight_map": {}}',
        '{"weight_map": {"a/0": 7}}',
        '{"weight_map": {"a/0": null}}',
        '{"weight_map": {"a/0": "x"}, "metadata": 7}',
        '{"weight_map": {"a/0": "x"}, "metadata": {"origin": "{}"}}',
        "[" * 100_000,
        "\udcff",
    ],
    ids=lambda text: text[:40].encode("ascii", "backslashreplace").decode(),
)
def test_an_index_that_is_none(text: str, index: Path, refused: Refused) -> None:
    index.write_bytes(text.encode("utf-8", "surrogateescape"))
    refused(index)


def test_a_pipe_for_an_index(folder: Path, index: Path, refused: Refused) -> None:
    index.unlink()
    os.mkfifo(index)
    refused(index, "not a regular file")


def test_a_folder_whose_writing_was_cut_short(folder: Path, index: Path, refused: Refused) -> None:
    index.unlink()
    refused(folder, "without model.safetensors.index.json")


@pytest.mark.parametrize("name", NAMES)
def test_a_shard_that_is_missing(name: str, folder: Path) -> None:
    (folder / name).unlink()
    with pytest.raises(fk.FormatError, match=f"{name}: there is no such file"):
        fk.load(folder)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("size", [0, 5, 100, -4])
def test_a_shard_that_is_cut(size: int, name: str, folder: Path) -> None:
    data = (folder / name).read_bytes()
    (folder / name).write_bytes(data[:size])
    with pytest.raises(fk.FormatError, match=f"{name}: is "):
        fk.load(folder)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("with_origin", [True, False])
def test_a_shard_of_another_run(
    name: str, with_origin: bool, folder: Path, index: Path, tmp_path: Path
) -> None:
    shards = shards_of(content_of(weights.small_blobs(6).stored), 2)
    (shard,) = (shard for shard in shards if shard.name == name)
    safetensors.write(folder / name, shard.content)
    if not with_origin:
        text = json.loads(index.read_text())
        del text["metadata"]["origin"]
        index.write_text(json.dumps(text))
    with pytest.raises(fk.FormatError, match=r"of-00002.safetensors: .* another run .* seed [56]"):
        fk.load(folder)


def test_a_key_that_is_not_in_its_file(folder: Path, index: Path) -> None:
    change(index, "x/0", NAMES[0])
    with pytest.raises(fk.FormatError, match=f"{NAMES[0]}: has no 'x/0'"):
        fk.load(folder)


def test_a_key_that_is_in_another_file_than_its_own(folder: Path, index: Path) -> None:
    change(index, "bn/2", NAMES[0])
    with pytest.raises(fk.FormatError, match=f"{NAMES[0]}: has no 'bn/2'"):
        fk.load(folder)


def test_a_file_has_a_key_that_the_index_does_not_say(folder: Path, index: Path) -> None:
    text = json.loads(index.read_text())
    del text["weight_map"]["bn/2"]
    index.write_text(json.dumps(text))
    with pytest.raises(fk.FormatError, match=f"{NAMES[1]}: has 'bn/2', of which"):
        fk.load(folder)
