"""Data layers: the first datum of an LMDB or a LevelDB."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import small_sources

from fillerkit.errors import LayerError, ShapeNeeded
from fillerkit.schema.forks_pb2 import Datum
from fillerkit.sources import Found

Find = Callable[[str], Found | None]
Write = Callable[[str, Mapping[bytes, bytes]], None]
Encode = Callable[..., bytes]


def layer(body: str = "", *, transform: str = "", backend: str = "LMDB", batch: int = 4) -> str:
    says = f"backend: {backend}" if backend else ""
    return (
        'name: "d" type: "Data" top: "data" top: "label" '
        f"transform_param {{ {transform} }} "
        f'data_param {{ source: "db" batch_size: {batch} {says} {body} }}'
    )


def raw(channels: int, height: int, width: int) -> bytes:
    data = bytes(channels * height * width)
    return Datum(channels=channels, height=height, width=width, data=data).SerializeToString()


def encoded(image: bytes) -> bytes:
    return Datum(encoded=True, data=image).SerializeToString()


def shapes(found: Found | None) -> dict[str, tuple[int, ...]]:
    assert found is not None
    return found.shapes


def test_an_lmdb_gives_its_first_record_s_shape(find: Find, write_lmdb: Write) -> None:
    write_lmdb("db", {b"0": raw(3, 20, 24), b"1": raw(1, 5, 5)})
    assert find(layer()) == Found(
        {"data": (4, 3, 20, 24), "label": (4,)}, "data: 4x3x20x24, from the first record of db"
    )


def test_a_leveldb_gives_its_first_record_s_shape(find: Find, write_leveldb: Write) -> None:
    write_leveldb("db", {b"0": raw(3, 20, 24), b"1": raw(1, 5, 5)})
    assert find(layer(backend="LEVELDB")) == Found(
        {"data": (4, 3, 20, 24), "label": (4,)}, "data: 4x3x20x24, from the first record of db"
    )


def test_leveldb_is_the_backend_that_is_not_written(find: Find, write_leveldb: Write) -> None:
    write_leveldb("db", {b"0": raw(1, 28, 28)})
    assert shapes(find(layer(backend="")))["data"] == (4, 1, 28, 28)


def test_the_first_record_of_an_lmdb_is_the_one_of_the_least_key(
    find: Find, write_lmdb: Write
) -> None:
    write_lmdb("db", {b"7": raw(1, 7, 7), b"10": raw(1, 10, 10), b"9": raw(1, 9, 9)})
    assert shapes(find(layer()))["data"] == (4, 1, 10, 10)


def test_the_first_record_of_a_leveldb_is_the_one_of_the_least_key(
    find: Find, write_leveldb: Write
) -> None:
    write_leveldb("db", {b"7": raw(1, 7, 7), b"10": raw(1, 10, 10), b"9": raw(1, 9, 9)})
    assert shapes(find(layer(backend="LEVELDB")))["data"] == (4, 1, 10, 10)


def test_a_layer_without_labels_has_one_shape(find: Find, write_lmdb: Write) -> None:
    write_lmdb("db", {b"0": raw(3, 20, 24)})
    assert shapes(find(layer().replace('top: "label"', ""))) == {"data": (4, 3, 20, 24)}


@pytest.mark.parametrize("crop", [1, 16, 20])
def test_a_crop_takes_the_place_of_height_and_width(
    find: Find, write_lmdb: Write, crop: int
) -> None:
    write_lmdb("db", {b"0": raw(3, 20, 24)})
    found = shapes(find(layer(transform=f"crop_size: {crop}")))
    assert found["data"] == (4, 3, crop, crop)


@pytest.mark.parametrize("size", [(20, 30), (30, 20)])
def test_a_crop_larger_than_the_image_is_refused(
    find: Find, write_lmdb: Write, size: tuple[int, int]
) -> None:
    write_lmdb("db", {b"0": raw(3, *size)})
    with pytest.raises(
        LayerError, match=r"cannot crop 21x21 .* crop_size of 20 or less"
    ) as refusal:
        find(layer(transform="crop_size: 21"))
    assert refusal.value.field == "transform_param.crop_size"


def test_the_layer_s_own_crop_size_of_old_says_nothing(find: Find, write_lmdb: Write) -> None:
    write_lmdb("db", {b"0": raw(3, 20, 24)})
    assert shapes(find(layer("crop_size: 12")))["data"] == (4, 3, 20, 24)


@pytest.mark.parametrize("source", ["", "nowhere", "db/0/deep"])
def test_a_source_that_is_not_there_is_none(find: Find, here: Path, source: str) -> None:
    (here / "db").write_text("a file")
    assert find(layer().replace('"db"', f'"{source}"')) is None


def test_a_layer_of_another_type_has_no_source(find: Find) -> None:
    assert find('name: "d" type: "Input" top: "data"') is None


def test_a_batch_of_none_is_refused(find: Find, write_lmdb: Write) -> None:
    write_lmdb("db", {b"0": raw(3, 20, 24)})
    with pytest.raises(LayerError, match="batch_size") as refusal:
        find(layer(batch=0))
    assert refusal.value.field == "data_param.batch_size"


# Backends


def test_an_lmdb_is_not_read_as_a_leveldb(find: Find, write_lmdb: Write) -> None:
    write_lmdb("db", {b"0": raw(3, 20, 24)})
    with pytest.raises(
        LayerError, match=r"is of backend LMDB, but .* write backend: LMDB"
    ) as error:
        find(layer(backend="LEVELDB"))
    assert error.value.field == "data_param.backend"


def test_it_is_said_that_leveldb_is_what_no_backend_means(find: Find, write_lmdb: Write) -> None:
    write_lmdb("db", {b"0": raw(3, 20, 24)})
    with pytest.raises(LayerError, match="backend is LEVELDB, as it is where data_param does not"):
        find(layer(backend=""))


def test_a_leveldb_is_not_read_as_an_lmdb(find: Find, write_leveldb: Write) -> None:
    write_leveldb("db", {b"0": raw(3, 20, 24)})
    with pytest.raises(LayerError, match="write backend: LEVELDB"):
        find(layer())


@pytest.mark.parametrize(("backend", "mark"), [("LMDB", "data.mdb"), ("LEVELDB", "CURRENT")])
def test_a_folder_that_is_no_database_is_refused(
    find: Find, here: Path, backend: str, mark: str
) -> None:
    (here / "db").mkdir()
    with pytest.raises(LayerError, match=f"is no database of backend {backend}: .* {mark}") as e:
        find(layer(backend=backend))
    assert e.value.field == "data_param.source"


def test_a_file_is_no_database(find: Find, here: Path) -> None:
    (here / "db").write_text("a file")
    with pytest.raises(LayerError, match="it is not a folder"):
        find(layer())


# Encoded datums


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize(("mode", "channels"), [("L", 1), ("RGB", 3)])
def test_an_encoded_image_has_the_channels_it_has(
    find: Find, write_lmdb: Write, encode: Encode, kind: str, mode: str, channels: int
) -> None:
    write_lmdb("db", {b"0": encoded(encode(kind, mode, 20, 24))})
    assert shapes(find(layer()))["data"] == (4, channels, 20, 24)


@pytest.mark.parametrize(
    ("kind", "mode", "channels"),
    [("PNG", "RGBA", 4), ("PNG", "LA", 4), ("PNG", "P", 3), ("PNG", "1", 1), ("JPEG", "CMYK", 3)],
)
def test_channels_are_counted_as_opencv_does(
    find: Find, write_lmdb: Write, encode: Encode, kind: str, mode: str, channels: int
) -> None:
    write_lmdb("db", {b"0": encoded(encode(kind, mode, 20, 24))})
    assert shapes(find(layer()))["data"] == (4, channels, 20, 24)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
@pytest.mark.parametrize(("force", "channels"), [("force_color", 3), ("force_gray", 1)])
def test_colour_or_grey_is_forced_on_an_encoded_image(
    find: Find,
    write_lmdb: Write,
    encode: Encode,
    kind: str,
    mode: str,
    force: str,
    channels: int,
) -> None:
    write_lmdb("db", {b"0": encoded(encode(kind, mode, 20, 24))})
    assert shapes(find(layer(transform=f"{force}: true")))["data"] == (4, channels, 20, 24)


def test_colour_and_grey_cannot_be_forced_at_once(
    find: Find, write_lmdb: Write, encode: Encode
) -> None:
    write_lmdb("db", {b"0": encoded(encode("PNG", "L", 20, 24))})
    with pytest.raises(LayerError, match="both force_color and force_gray"):
        find(layer(transform="force_color: true force_gray: true"))


def test_a_raw_image_is_not_forced(find: Find, write_lmdb: Write) -> None:
    write_lmdb("db", {b"0": raw(1, 20, 24)})
    assert shapes(find(layer(transform="force_color: true")))["data"] == (4, 1, 20, 24)


def test_force_encoded_color_is_not_heeded_and_that_is_said(
    find: Find, write_lmdb: Write, encode: Encode
) -> None:
    write_lmdb("db", {b"0": encoded(encode("PNG", "L", 20, 24))})
    found = find(layer("force_encoded_color: true"))
    assert shapes(found)["data"] == (4, 1, 20, 24)
    assert found is not None
    assert "Caffe 1.0 does not heed force_encoded_color" in found.note


def test_force_encoded_color_is_passed_over_where_it_changes_nothing(
    find: Find, write_lmdb: Write, encode: Encode
) -> None:
    write_lmdb("db", {b"0": encoded(encode("PNG", "RGB", 20, 24))})
    found = find(layer("force_encoded_color: true"))
    assert found is not None
    assert "heed" not in found.note


def test_an_encoded_image_is_cropped_too(find: Find, write_lmdb: Write, encode: Encode) -> None:
    write_lmdb("db", {b"0": encoded(encode("JPEG", "RGB", 20, 24))})
    assert shapes(find(layer(transform="crop_size: 16")))["data"] == (4, 3, 16, 16)


def test_an_image_decoded_as_it_is_keeps_the_sides_it_is_stored_with(
    find: Find, write_lmdb: Write, encode: Encode
) -> None:
    write_lmdb("db", {b"0": encoded(encode("JPEG", "RGB", 20, 24, orientation=6))})
    assert shapes(find(layer()))["data"] == (4, 3, 20, 24)


def test_the_sides_of_a_turned_image_are_not_guessed_where_opencv_s_versions_differ(
    find: Find, write_lmdb: Write, encode: Encode
) -> None:
    write_lmdb("db", {b"0": encoded(encode("JPEG", "RGB", 20, 24, orientation=6))})
    with pytest.raises(ShapeNeeded, match=r"EXIF orientation .*'data': \(4, C, H, W\)"):
        find(layer(transform="force_color: true"))


def test_the_sides_of_a_turned_image_do_not_matter_to_a_crop(
    find: Find, write_lmdb: Write, encode: Encode
) -> None:
    write_lmdb("db", {b"0": encoded(encode("JPEG", "RGB", 20, 24, orientation=6))})
    found = find(layer(transform="force_color: true crop_size: 20"))
    assert shapes(found)["data"] == (4, 3, 20, 20)


# Faults


def test_an_lmdb_without_records_is_refused(find: Find, write_lmdb: Write) -> None:
    write_lmdb("db", {})
    with pytest.raises(LayerError, match="'db' holds no records"):
        find(layer())


def test_a_leveldb_without_records_is_refused(find: Find, write_leveldb: Write) -> None:
    write_leveldb("db", {})
    with pytest.raises(LayerError, match="'db' holds no records"):
        find(layer(backend="LEVELDB"))


def test_a_record_that_is_no_datum_is_refused(find: Find, write_lmdb: Write) -> None:
    write_lmdb("db", {b"0": b"\xff\xff\xff"})
    with pytest.raises(LayerError, match="first record of db: it is no Datum"):
        find(layer())


@pytest.mark.parametrize("size", [(0, 20, 24), (3, 0, 24), (3, -1, 24)])
def test_a_datum_without_a_size_is_refused(
    find: Find, write_lmdb: Write, size: tuple[int, int, int]
) -> None:
    channels, height, width = size
    datum = Datum(channels=channels, height=height, width=width)
    write_lmdb("db", {b"0": datum.SerializeToString(), b"1": raw(3, 20, 24)})
    with pytest.raises(LayerError, match="as a Datum it is"):
        find(layer())


@pytest.mark.parametrize("image", [b"", b"no image", b"GIF89a" + bytes(20), b"%!PS-Adobe-3.0 EPSF"])
def test_an_encoded_datum_that_is_no_image_is_refused(
    find: Find, write_lmdb: Write, image: bytes
) -> None:
    write_lmdb("db", {b"0": encoded(image)})
    with pytest.raises(LayerError, match="cannot decode the first record of db: none of BMP"):
        find(layer())


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_an_encoded_image_that_is_cut_off_is_refused(
    find: Find, write_lmdb: Write, encode: Encode, kind: str
) -> None:
    whole = encode(kind, "RGB", 60, 60)
    write_lmdb("db", {b"0": encoded(whole[: len(whole) * 2 // 3])})
    with pytest.raises(LayerError, match="cannot decode the first record of db"):
        find(layer())


# Missing packages

WAYS_OUT = r"pip install 'fillerkit\[data\]'.*'data': \(4, C, H, W\)"


def test_an_lmdb_needs_no_package(
    find: Find, write_lmdb: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lmdb("db", {b"0": raw(3, 20, 24)})
    monkeypatch.setitem(sys.modules, "lmdb", None)
    assert shapes(find(layer()))["data"] == (4, 3, 20, 24)


def test_without_plyvel_both_ways_out_are_named(
    find: Find, write_leveldb: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_leveldb("db", {b"0": raw(3, 20, 24)})
    for name in ("plyvel", "plyvel_next"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ShapeNeeded, match=f"package plyvel .*{WAYS_OUT}"):
        find(layer(backend="LEVELDB"))


def test_without_pillow_both_ways_out_are_named(
    find: Find, write_lmdb: Write, encode: Encode, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_lmdb("db", {b"0": encoded(encode("PNG", "L", 20, 24))})
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    with pytest.raises(ShapeNeeded, match=f"package pillow .*{WAYS_OUT}"):
        find(layer())


def test_a_crop_is_part_of_the_way_out(
    find: Find, write_leveldb: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_leveldb("db", {b"0": raw(3, 20, 24)})
    for name in ("plyvel", "plyvel_next"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ShapeNeeded, match=r"'data': \(4, C, 16, 16\)"):
        find(layer(backend="LEVELDB", transform="crop_size: 16"))


def test_a_rand_skip_that_caffe_does_not_heed_is_told(find: Find) -> None:
    small_sources.write_records()
    found = find(
        'name: "d" type: "Data" top: "data" '
        "data_param { source: 'db' backend: LMDB batch_size: 2 rand_skip: 3 }"
    )
    assert found is not None
    assert found.note.endswith("; Caffe 1.0 does not heed rand_skip here")
