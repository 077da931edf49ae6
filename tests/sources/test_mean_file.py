"""The mean that a transformer takes from images: a file, or a value a channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from fillerkit.errors import LayerError
from fillerkit.schema.forks_pb2 import BlobProto, BlobShape, Datum
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


def mean(channels: int, height: int, width: int) -> BlobProto:
    """A mean as compute_image_mean writes it."""
    count = channels * height * width
    return BlobProto(num=1, channels=channels, height=height, width=width, data=[0.5] * count)


NAMED = layer('mean_file: "mean.binaryproto"')


def test_a_mean_of_the_record_s_shape_fits(find: Find, here: Path) -> None:
    (here / "mean.binaryproto").write_bytes(mean(3, 20, 24).SerializeToString())
    assert note(find(NAMED)) == "data: 4x3x20x24, from the first record of db"


def test_a_mean_fits_the_record_before_it_is_cropped(find: Find, here: Path) -> None:
    (here / "mean.binaryproto").write_bytes(mean(3, 20, 24).SerializeToString())
    note(find(layer('mean_file: "mean.binaryproto" crop_size: 8')))


def test_a_mean_may_give_its_shape_in_the_new_form(find: Find, here: Path) -> None:
    proto = BlobProto(shape=BlobShape(dim=[1, 3, 20, 24]), double_data=[0.5] * 1440)
    (here / "mean.binaryproto").write_bytes(proto.SerializeToString())
    note(find(NAMED))


@pytest.mark.parametrize("shape", [(1, 20, 24), (3, 24, 20), (3, 20, 25)])
def test_a_mean_of_another_shape_is_refused(
    find: Find, here: Path, shape: tuple[int, int, int]
) -> None:
    (here / "mean.binaryproto").write_bytes(mean(*shape).SerializeToString())
    size = "x".join(map(str, shape))
    with pytest.raises(LayerError, match=f"is a mean of {size} .* is 3x20x24") as refusal:
        find(NAMED)
    assert refusal.value.field == "transform_param.mean_file"


def test_a_mean_without_its_leading_axis_is_another_shape(find: Find, here: Path) -> None:
    proto = BlobProto(shape=BlobShape(dim=[3, 20, 24]), data=[0.5] * 1440)
    (here / "mean.binaryproto").write_bytes(proto.SerializeToString())
    with pytest.raises(LayerError, match="is a mean of 20x24x1"):
        find(NAMED)


def test_a_mean_that_is_not_there_is_noted(find: Find) -> None:
    assert "its mean_file 'mean.binaryproto' is not there" in note(find(NAMED))


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"\x93NUMPY\x01\x00", id="an array of NumPy's"),
        pytest.param(b"", id="empty"),
        pytest.param(mean(3, 20, 24).SerializeToString()[:-10], id="cut off"),
        pytest.param(BlobProto(num=1, channels=3, data=[0.5]).SerializeToString(), id="no sides"),
        pytest.param(
            BlobProto(
                shape=BlobShape(dim=[1, 1, 3, 20, 24]), data=[0.5] * 1440
            ).SerializeToString(),
            id="five axes",
        ),
        pytest.param(
            BlobProto(shape=BlobShape(dim=[1, 3, 20, 24]), data=[0.5]).SerializeToString(),
            id="one value",
        ),
    ],
)
def test_a_file_that_is_no_mean_is_refused(find: Find, here: Path, data: bytes) -> None:
    (here / "mean.binaryproto").write_bytes(data)
    with pytest.raises(LayerError, match=r"'mean.binaryproto' is no mean in Caffe's binary form"):
        find(NAMED)


def test_a_mean_that_cannot_be_read_is_refused(find: Find, here: Path) -> None:
    (here / "mean.binaryproto").mkdir()
    with pytest.raises(LayerError, match=r"cannot read its mean_file 'mean.binaryproto'"):
        find(NAMED)


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
