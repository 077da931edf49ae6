"""The images of a folder as a batch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fillerkit as fk
from fillerkit import messages

PICTURES = """
layer { name: "data" type: "ImageData" top: "data" top: "label"
        transform_param { mean_value: 10 mean_value: 20 mean_value: 30 scale: 0.5 }
        image_data_param { source: "none.txt" batch_size: 2 } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param {
        num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }
"""
VALUES = "mean_value: 10 mean_value: 20 mean_value: 30"


@pytest.fixture(scope="module")
def image() -> Any:
    return pytest.importorskip("PIL.Image", reason="Pillow is not installed")


def net(transform: str = VALUES) -> fk.Net:
    text = PICTURES.replace(VALUES, transform)
    return fk.load_net(text, shapes={"data": (2, 3, 6, 6), "label": (2,)})


def read(folder: Path, transform: str = VALUES) -> tuple[Any, str]:
    from fillerkit.signals.images import images

    values, (note,) = images(net(transform), folder, (2, 3, 6, 6), "data", 16)
    return values, note


def test_images_of_a_folder_are_as_caffe_has_them(tmp_path: Path, image: Any) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    image.new("RGB", (7, 5), (255, 100, 10)).save(tmp_path / "a.png")
    image.new("L", (7, 5), 10).save(tmp_path / "b.png")
    (tmp_path / "readme.txt").write_text("no image")
    values, note = read(tmp_path)
    assert values.shape == (2, 3, 6, 6)
    assert values[0, :, 3, 3].tolist() == [0.0, 40.0, 112.5]  # blue first, less the mean, halved
    assert values[1, :, 0, 0].tolist() == [0.0, -5.0, -10.0]
    assert "2 images" in note and "less mean_value 10, 20, 30, scale 0.5" in note
    assert fk.signal(net(), inputs=str(tmp_path)).batch == 2


def test_the_middle_of_a_mean_file_is_taken_from_them(tmp_path: Path, image: Any) -> None:
    image.new("RGB", (6, 6), (9, 9, 9)).save(tmp_path / "a.png")
    mean = np.zeros((3, 8, 8), np.float32)
    mean[:, 1:7, 1:7] = 5
    blob = messages.BlobProto(num=1, channels=3, height=8, width=8, data=mean.ravel().tolist())
    (tmp_path / "mean.binaryproto").write_bytes(blob.SerializeToString())
    values, note = read(tmp_path, f'mean_file: "{tmp_path}/mean.binaryproto"')
    assert set(values.ravel().tolist()) == {2.0}
    assert "less the mean of" in note


def test_a_mean_file_that_is_not_there_is_told_of(tmp_path: Path, image: Any) -> None:
    image.new("RGB", (6, 6), (9, 9, 9)).save(tmp_path / "a.png")
    values, note = read(tmp_path, 'mean_file: "no.binaryproto"')
    assert set(values.ravel().tolist()) == {4.5}
    assert "no mean, for no.binaryproto is not there" in note


def test_a_file_that_is_no_image_is_refused_by_its_name(tmp_path: Path, image: Any) -> None:
    (tmp_path / "broken.png").write_bytes(b"no image")
    with pytest.raises(fk.UsageError, match=r"broken\.png: .* it is of none of the formats BMP, "):
        read(tmp_path)


def flattened(items: int) -> fk.Net:
    """A net of two images whose Reshape states how many there are, 0 for as many as come."""
    return fk.load_net(
        'layer { name: "data" type: "Input" top: "data" '
        "input_param { shape { dim: [2, 3, 4, 4] } } }"
        'layer { name: "flat" type: "Reshape" bottom: "data" top: "flat" '
        f"reshape_param {{ shape {{ dim: [{items}, 48] }} }} }}"
    )


def test_a_net_that_fixes_its_batch_gets_as_many_images(tmp_path: Path, image: Any) -> None:
    for name in "abcde":
        image.new("RGB", (6, 6), (9, 9, 9)).save(tmp_path / f"{name}.png")
    found = fk.signal(flattened(2), inputs=tmp_path)
    assert found.batch == 2
    assert found.notes[0].startswith("data: 2 images of ")
    assert found.notes[1] == (
        "a batch of 2, as the net was read, for layer 'flat' (Reshape) may hold it fast; "
        "if it does not, a larger batch goes through too"
    )


def test_a_batch_that_is_asked_for_needs_no_word_on_what_fixes_it(
    tmp_path: Path, image: Any
) -> None:
    for name in "abc":
        image.new("RGB", (6, 6), (9, 9, 9)).save(tmp_path / f"{name}.png")
    found = fk.signal(flattened(0), inputs=tmp_path, batch=3)
    assert found.batch == 3
    assert len(found.notes) == 1


def test_a_folder_without_images_is_refused(tmp_path: Path, image: Any) -> None:
    with pytest.raises(fk.UsageError, match=r"no images in it$"):
        read(tmp_path)
    (tmp_path / "cats").mkdir()
    with pytest.raises(fk.UsageError, match="in it; folders in it, like 'cats', are not looked"):
        read(tmp_path)
