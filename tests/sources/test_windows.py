"""WindowData layers: the channels that a window file says, and crop_size."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from fillerkit.errors import LayerError
from fillerkit.sources import Found

Find = Callable[[str], Found | None]

FILE = """# 0
a.jpg
3
100
200
2
1 0.8 10 10 50 50
0 0.2 5 5 20 20
# 1
b.jpg
3
80
80
0
"""


def layer(transform: str = "crop_size: 8", batch: int = 4) -> str:
    return (
        'name: "d" type: "WindowData" top: "data" top: "label" '
        f"transform_param {{ {transform} }} "
        f'window_data_param {{ source: "windows.txt" batch_size: {batch} }}'
    )


@pytest.fixture
def listed(here: Path) -> Path:
    """A window file of two images, which are not there."""
    (here / "windows.txt").write_text(FILE)
    return here


def test_windows_are_crop_size_squared(find: Find, listed: Path) -> None:
    assert find(layer()) == Found(
        {"data": (4, 3, 8, 8), "label": (4,)},
        "data: 4x3x8x8, from the window file windows.txt",
    )


def test_the_last_image_s_channels_count(find: Find, listed: Path) -> None:
    (listed / "windows.txt").write_text(FILE.replace("b.jpg\n3", "b.jpg\n1"))
    found = find(layer())
    assert found is not None
    assert found.shapes["data"] == (4, 1, 8, 8)


def test_any_white_space_parts_the_words(find: Find, listed: Path) -> None:
    (listed / "windows.txt").write_text(" ".join(FILE.split()))
    assert find(layer()) is not None


def test_a_layer_without_crop_size_is_refused(find: Find, listed: Path) -> None:
    with pytest.raises(LayerError, match="needs crop_size in transform_param") as refusal:
        find(layer(""))
    assert refusal.value.field == "transform_param.crop_size"


def test_a_batch_of_none_is_refused(find: Find, listed: Path) -> None:
    with pytest.raises(LayerError, match="batch_size") as refusal:
        find(layer(batch=0))
    assert refusal.value.field == "window_data_param.batch_size"


def test_a_window_file_that_is_not_there_is_none(find: Find) -> None:
    assert find(layer()) is None


@pytest.mark.parametrize("text", ["", "\n \n"])
def test_an_empty_window_file_is_refused(find: Find, here: Path, text: str) -> None:
    (here / "windows.txt").write_text(text)
    with pytest.raises(LayerError, match=r"'windows.txt' is an empty window file") as refusal:
        find(layer())
    assert refusal.value.field == "window_data_param.source"


@pytest.mark.parametrize(
    "text",
    [
        "a.jpg 0\nb.jpg 1\n",
        "# 0 a.jpg 3",
        "# 0 a.jpg three 100 200 0",
        "# 0 a.jpg 0 100 200 0",
        "# 0 a.jpg 3 100 200 -1",
        f"# 0 a.jpg 3 100 200 {10**30}",
        FILE.replace("# 1", "1 0.8 10 10 50 50\n# 1"),
    ],
)
def test_what_is_no_window_file_is_refused(find: Find, here: Path, text: str) -> None:
    (here / "windows.txt").write_text(text)
    with pytest.raises(LayerError, match=r"'windows.txt' is no window file: an image begins '# "):
        find(layer())


def test_a_window_file_that_is_cut_off_is_refused(find: Find, here: Path) -> None:
    (here / "windows.txt").write_text(FILE[: FILE.index(" 20 20")])
    with pytest.raises(LayerError, match=r"'windows.txt' is cut off: .* before window 2 of 2"):
        find(layer())


def test_a_window_file_that_is_a_folder_is_refused(find: Find, here: Path) -> None:
    (here / "windows.txt").mkdir()
    with pytest.raises(LayerError, match=r"cannot read its source 'windows.txt'"):
        find(layer())


def test_a_mean_that_is_not_there_is_noted(find: Find, listed: Path) -> None:
    found = find(layer('crop_size: 8 mean_file: "mean"'))
    assert found is not None
    assert "its mean_file 'mean' is not there" in found.note


def test_mean_values_are_counted(find: Find, listed: Path) -> None:
    with pytest.raises(LayerError, match=r"the window file windows.txt has 3 channels"):
        find(layer("crop_size: 8 mean_value: [1, 2]"))


def test_a_scale_that_caffe_does_not_heed_is_told(find: Find, here: Path) -> None:
    (here / "windows").write_text("# 0\nx.png\n3 6 8\n0\n")
    found = find(
        'name: "d" type: "WindowData" top: "data" top: "label" transform_param { crop_size: 2 '
        "scale: 0.5 } window_data_param { source: 'windows' batch_size: 2 }"
    )
    assert found is not None
    assert found.note.endswith("; Caffe 1.0 does not heed transform_param's scale here")
