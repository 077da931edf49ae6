"""Windows chosen and warped as real Caffe 1.0 does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from small_sources import write_windows

import fillerkit as fk

pytest.importorskip("PIL.Image")

Read = Callable[..., list[dict[str, list[float]]]]


def params(transform: str = "", more: str = "", batch: int = 4) -> str:
    return (
        f"transform_param {{ crop_size: 3 {transform} }} window_data_param {{ source: 'windows' "
        f"batch_size: {batch} fg_fraction: 0.5 fg_threshold: 0.5 bg_threshold: 0.5 {more} }}"
    )


def test_windows_are_those_that_caffe_chooses(read: Read) -> None:
    write_windows()
    batches = read("WindowData", params(), 4)
    assert [batch["label"] for batch in batches] == [  # from real Caffe 1.0, seed 1701
        [0, 0, 1, 2],
        [0, 0, 1, 2],
        [0, 0, 2, 1],
        [0, 0, 1, 2],
    ]


def test_windows_are_mirrored_and_warped_as_in_caffe(read: Read) -> None:
    write_windows()
    (batch,) = read("WindowData", params("mirror: true mean_value: 100"), 1)
    blue = np.array(batch["data"]).reshape(4, 3, 9)[:, 0].tolist()
    assert blue == [  # from real Caffe 1.0, seed 1701
        [-89, -93, -98, -65, -69, -74, -41, -45, -50],
        [-89, -93, -98, -65, -69, -74, -41, -45, -50],
        [-67, -63, -59, -35, -30, -26, -3, 1, 5],
        [-59, -63, -67, -26, -30, -35, 5, 1, -3],
    ]


@pytest.mark.parametrize("cached", ["false", "true"])
def test_what_of_a_square_lies_outside_the_image_stays_zero(read: Read, cached: str) -> None:
    write_windows()
    more = f"context_pad: 1 crop_mode: 'square' cache_images: {cached}"
    (batch,) = read("WindowData", params("mirror: true", more), 1)
    blue = np.array(batch["data"]).reshape(4, 3, 9)[:, 0].tolist()
    assert blue == [  # from real Caffe 1.0, seed 1701
        [0, 0, 0, 79, 67, 0, 0, 0, 0],
        [0, 0, 0, 79, 67, 0, 0, 0, 0],
        [0, 0, 0, 0, 67, 79, 0, 0, 0],
        [0, 0, 0, 79, 67, 0, 0, 0, 0],
    ]


def test_a_window_outside_its_image_is_refused(read: Read) -> None:
    write_windows()
    text = Path("windows").read_text().replace("4 2 7 5", "4 2 8 5").replace("0 0 3 2", "4 2 8 5")
    Path("windows").write_text(text)
    with pytest.raises(fk.LayerError, match=r"the window 4 2 8 5 .* image \d of windows, .* 6x8"):
        read("WindowData", params(), 1)


def test_a_file_without_objects_is_refused(read: Read) -> None:
    write_windows()
    Path("windows").write_text(Path("windows").read_text().replace("0.9", "0.1"))
    with pytest.raises(fk.LayerError, match="'windows' has no windows of objects"):
        read("WindowData", params(), 1)


def test_a_window_that_is_no_numbers_is_refused(read: Read) -> None:
    write_windows()
    Path("windows").write_text(Path("windows").read_text().replace("4 4", "4 four"))
    with pytest.raises(fk.LayerError, match="window 1 of image 0 is 'class overlap x1 y1 x2 y2'"):
        read("WindowData", params(), 1)


def test_a_window_of_an_image_that_is_not_listed_is_refused(read: Read) -> None:
    write_windows()
    Path("windows").write_text(Path("windows").read_text().replace("# 1", "# 9"))
    with pytest.raises(fk.LayerError, match="a window in image 9, but lists 2, counted from 0"):
        read("WindowData", params(batch=40), 1)
