"""ImageData layers: the first image that a list names."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from fillerkit.errors import LayerError, ShapeNeeded
from fillerkit.sources import Found

Find = Callable[[str], Found | None]
Encode = Callable[..., bytes]


def layer(body: str = "", *, transform: str = "") -> str:
    return (
        'name: "d" type: "ImageData" top: "data" top: "label" '
        f"transform_param {{ {transform} }} "
        f'image_data_param {{ source: "list.txt" batch_size: 4 {body} }}'
    )


def shape(found: Found | None) -> tuple[int, ...]:
    assert found is not None
    assert found.shapes["label"] == (4,)
    return found.shapes["data"]


@pytest.fixture
def listed(here: Path, encode: Encode) -> Path:
    """A list of two images, the first of 20 x 24."""
    (here / "list.txt").write_text("a.jpg 0\nb.jpg 1\n")
    (here / "a.jpg").write_bytes(encode("JPEG", "RGB", 20, 24))
    (here / "b.jpg").write_bytes(encode("JPEG", "RGB", 5, 5))
    return here


def test_the_first_image_counts(find: Find, listed: Path) -> None:
    assert find(layer()) == Found(
        {"data": (4, 3, 20, 24), "label": (4,)},
        "data: 4x3x20x24, from a.jpg, the first image of list.txt",
    )


def test_shuffling_does_not_change_the_shape(find: Find, listed: Path) -> None:
    assert shape(find(layer("shuffle: true rand_skip: 2"))) == (4, 3, 20, 24)


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_is_color_decides_on_the_channels(
    find: Find, listed: Path, encode: Encode, kind: str, mode: str
) -> None:
    (listed / "a.jpg").write_bytes(encode(kind, mode, 20, 24))
    assert shape(find(layer())) == (4, 3, 20, 24)
    assert shape(find(layer("is_color: false"))) == (4, 1, 20, 24)


def test_an_image_is_resized_before_it_is_cropped(find: Find, listed: Path) -> None:
    assert shape(find(layer("new_height: 40 new_width: 50"))) == (4, 3, 40, 50)
    found = find(layer("new_height: 40 new_width: 50", transform="crop_size: 32"))
    assert shape(found) == (4, 3, 32, 32)


def test_a_crop_larger_than_the_resized_image_is_refused(find: Find, listed: Path) -> None:
    with pytest.raises(LayerError, match=r"cannot crop 16x16 out of a.jpg, the first image"):
        find(layer("new_height: 10 new_width: 50", transform="crop_size: 16"))


@pytest.mark.parametrize("field", ["new_height", "new_width"])
def test_one_new_side_without_the_other_is_refused(find: Find, listed: Path, field: str) -> None:
    with pytest.raises(LayerError, match="both new_height and new_width, or neither") as refusal:
        find(layer(f"{field}: 40"))
    assert refusal.value.field == f"image_data_param.{field}"


def test_a_batch_of_none_is_refused(find: Find, listed: Path) -> None:
    with pytest.raises(LayerError, match="batch_size") as refusal:
        find(layer().replace("batch_size: 4", "batch_size: 0"))
    assert refusal.value.field == "image_data_param.batch_size"


def test_the_root_folder_is_a_prefix(find: Find, listed: Path) -> None:
    (listed / "a.jpg").rename(listed / "prefix_a.jpg")
    assert shape(find(layer('root_folder: "./prefix_"'))) == (4, 3, 20, 24)


@pytest.mark.parametrize("line", ["a b.jpg 7", "a b.jpg 7\n", "a b.jpg 7\r\n", "a b.jpg \n"])
def test_the_label_follows_the_last_space(find: Find, listed: Path, line: str) -> None:
    (listed / "a.jpg").rename(listed / "a b.jpg")
    (listed / "list.txt").write_bytes(line.encode())
    assert shape(find(layer())) == (4, 3, 20, 24)


def test_a_line_without_a_space_is_a_path(find: Find, listed: Path) -> None:
    (listed / "list.txt").write_text("a.jpg\nb.jpg\n")
    assert shape(find(layer())) == (4, 3, 20, 24)


def test_a_mean_file_is_noted(find: Find, listed: Path) -> None:
    (listed / "mean").write_bytes(b"")
    found = find(layer(transform='mean_file: "mean"'))
    assert found is not None
    assert "its mean_file 'mean' is not looked at" in found.note


def test_mean_values_are_counted(find: Find, listed: Path) -> None:
    with pytest.raises(LayerError, match="needs one mean_value, not 3"):
        find(layer("is_color: false", transform="mean_value: [1, 2, 3]"))


def test_the_sides_of_a_turned_image_are_not_guessed(
    find: Find, listed: Path, encode: Encode
) -> None:
    (listed / "a.jpg").write_bytes(encode("JPEG", "RGB", 20, 24, orientation=8))
    with pytest.raises(ShapeNeeded, match=r"is 20x24 .* EXIF orientation .*'data': \(4, C, H, W\)"):
        find(layer())


@pytest.mark.parametrize(
    "text",
    [layer("new_height: 40 new_width: 50"), layer(transform="crop_size: 20")],
    ids=["resized", "cropped"],
)
def test_the_sides_of_a_turned_image_need_not_be_known(
    find: Find, listed: Path, encode: Encode, text: str
) -> None:
    (listed / "a.jpg").write_bytes(encode("JPEG", "RGB", 20, 24, orientation=8))
    assert find(text) is not None


@pytest.mark.parametrize("orientation", [1, 3, 99])
def test_an_image_that_is_not_turned_by_a_quarter_has_its_sides(
    find: Find, listed: Path, encode: Encode, orientation: int
) -> None:
    (listed / "a.jpg").write_bytes(encode("JPEG", "RGB", 20, 24, orientation=orientation))
    assert shape(find(layer())) == (4, 3, 20, 24)


def test_a_list_that_is_not_there_is_none(find: Find) -> None:
    assert find(layer()) is None


def test_an_empty_list_is_refused(find: Find, here: Path) -> None:
    (here / "list.txt").write_text("")
    with pytest.raises(LayerError, match=r"'list.txt' is an empty list") as refusal:
        find(layer())
    assert refusal.value.field == "image_data_param.source"


def test_a_list_that_is_a_folder_is_refused(find: Find, here: Path) -> None:
    (here / "list.txt").mkdir()
    with pytest.raises(LayerError, match=r"cannot read its source 'list.txt'"):
        find(layer())


def test_a_listed_image_that_is_not_there_leaves_the_shape_to_be_given(
    find: Find, listed: Path
) -> None:
    (listed / "a.jpg").unlink()
    with pytest.raises(ShapeNeeded, match=r"'a\.jpg', which 'list\.txt' lists .*'data': \(4,"):
        find(layer())


def test_an_image_that_is_a_folder_is_refused(find: Find, listed: Path) -> None:
    (listed / "a.jpg").unlink()
    (listed / "a.jpg").mkdir()
    with pytest.raises(LayerError, match=r"cannot read a.jpg, the first image of list.txt"):
        find(layer())


@pytest.mark.parametrize("data", [b"", b"no image", b"\xff\xd8\xff\xe0" + bytes(20)])
def test_an_image_that_cannot_be_decoded_is_refused(find: Find, listed: Path, data: bytes) -> None:
    (listed / "a.jpg").write_bytes(data)
    with pytest.raises(LayerError, match=r"cannot decode a.jpg, the first image of list.txt"):
        find(layer())


def test_an_image_that_is_cut_off_is_refused(find: Find, listed: Path) -> None:
    whole = (listed / "a.jpg").read_bytes()
    (listed / "a.jpg").write_bytes(whole[:-30])
    with pytest.raises(LayerError, match=r"cannot decode a.jpg"):
        find(layer())


def test_without_pillow_both_ways_out_are_named(
    find: Find, listed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    ways_out = r"package pillow .*pip install 'fillerkit\[data\]'.*'data': \(4, C, H, W\)"
    with pytest.raises(ShapeNeeded, match=ways_out):
        find(layer())


def test_an_image_that_is_larger_than_its_bytes_can_be_is_refused_before_it_is_decoded(
    find: Find, listed: Path
) -> None:
    (listed / "a.jpg").write_bytes(b"P6 12000 12000 255\n")
    with pytest.raises(LayerError, match=r"it says it is 12,000x12,000 .* which 19 bytes are not"):
        find(layer())


def test_an_image_of_one_colour_may_be_small(find: Find, listed: Path, encode: Encode) -> None:
    (listed / "a.jpg").write_bytes(encode("PNG", "L", 4000, 4000))
    assert (listed / "a.jpg").stat().st_size * 1000 < 4000 * 4000
    assert shape(find(layer())) == (4, 3, 4000, 4000)


def test_a_line_without_end_is_refused(find: Find, here: Path) -> None:
    (here / "list").write_bytes(b"x" * 70_000)
    with pytest.raises(LayerError, match="line 1 of its source 'list' is longer than 65,536 bytes"):
        find(
            'name: "d" type: "ImageData" top: "data" top: "label" '
            "image_data_param { source: 'list' batch_size: 2 }"
        )
