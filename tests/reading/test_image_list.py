"""Batches of lists of images, in the order of real Caffe 1.0."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from small_sources import write_images

import fillerkit as fk

pytest.importorskip("PIL.Image")

Read = Callable[..., list[dict[str, list[float]]]]


def labels(read: Read, more: str, transform: str = "") -> list[list[float]]:
    params = f"transform_param {{ {transform} }} image_data_param {{ source: 'list' batch_size: 2 "
    return [batch["label"] for batch in read("ImageData", f"{params} {more} }}", 8)]


def test_shuffled_images_come_in_caffes_order_in_every_round(read: Read) -> None:
    write_images()
    assert labels(read, "shuffle: true") == [  # from real Caffe 1.0, seed 1701
        *([40, 30], [0, 10], [20, 0], [20, 30], [10, 40], [20, 10], [40, 30], [0, 20]),
    ]


def test_rand_skip_passes_over_images_of_the_first_round(read: Read) -> None:
    write_images()
    assert labels(read, "rand_skip: 4") == [  # from real Caffe 1.0, seed 1701
        *([20, 30], [40, 0], [10, 20], [30, 40], [0, 10], [20, 30], [40, 0], [10, 20]),
    ]


def test_with_a_mirror_too_every_draw_seeds_what_it_does_in_caffe(read: Read) -> None:
    write_images()
    assert labels(read, "rand_skip: 4 shuffle: true", "mirror: true") == [  # from real Caffe 1.0
        *([0, 10], [40, 10], [0, 30], [40, 20], [0, 10], [20, 30], [40, 10], [20, 40]),
    ]


def test_an_image_is_blue_first_and_made_to_the_size_asked_for(read: Read) -> None:
    write_images()
    params = "image_data_param { source: 'list' batch_size: 1 new_height: 3 new_width: 2 }"
    (batch,) = read("ImageData", params, 1)
    assert batch["data"] == [200] * 6 + [100] * 6 + [0] * 6


def test_labels_are_read_as_c_reads_them(read: Read) -> None:
    write_images(count=1)
    Path("list").write_text("0.png 7x\n0.png -3\r\n0.png x\n0.png 4294967297\n")
    params = "image_data_param { source: 'list' batch_size: 4 }"
    assert read("ImageData", params, 1)[0]["label"] == [7, -3, 0, 1]


def test_an_image_that_is_gone_is_named_with_its_line(read: Read) -> None:
    write_images()
    Path("2.png").unlink()
    with pytest.raises(fk.LayerError, match=r"cannot read 2\.png, line 3 of list: No such file"):
        labels(read, "")


def test_more_skipped_than_listed_is_refused(read: Read) -> None:
    write_images(count=1)
    with pytest.raises(fk.LayerError, match=r"rand_skip passes over \d+ images, and .* lists 1"):
        labels(read, "rand_skip: 1000")


def test_a_name_with_a_null_byte_is_refused(read: Read) -> None:
    write_images()
    with Path("list").open("ab") as file:
        file.write(b"a\0b 1\n")
    with pytest.raises(fk.LayerError, match="line 6 of list: its name has a null byte"):
        labels(read, "")
