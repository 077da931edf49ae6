"""Mean images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import fillerkit as fk
from fillerkit.formats import mean
from fillerkit.messages import BlobProto

MEAN = np.arange(24, dtype=np.float32).reshape(2, 3, 4) / 7


@pytest.mark.parametrize("suffix", mean.MEANS)
def test_a_mean_is_read_as_it_was_written(suffix: str, tmp_path: Path) -> None:
    mean.write(tmp_path / f"m{suffix}", MEAN)
    found = mean.read(tmp_path / f"m{suffix}")
    assert found.dtype == np.float32
    assert np.array_equal(found, MEAN)


def test_the_bytes_are_those_of_caffe_s_own_writer(tmp_path: Path) -> None:
    mean.write(tmp_path / "m.binaryproto", MEAN)
    blob = BlobProto(num=1, channels=2, height=3, width=4, data=MEAN.reshape(-1).tolist())
    assert (tmp_path / "m.binaryproto").read_bytes() == blob.SerializeToString()


@pytest.mark.parametrize(
    "blob",
    [
        BlobProto(num=1, channels=2, height=3, width=4, data=MEAN.reshape(-1).tolist()),
        BlobProto(shape={"dim": [2, 3, 4]}, data=MEAN.reshape(-1).tolist()),
        BlobProto(shape={"dim": [1, 2, 3, 4]}, double_data=MEAN.reshape(-1).tolist()),
    ],
)
def test_means_of_any_age_are_read(blob: BlobProto, tmp_path: Path) -> None:
    (tmp_path / "m.binaryproto").write_bytes(blob.SerializeToString())
    assert np.array_equal(mean.read(tmp_path / "m.binaryproto"), MEAN)


@pytest.mark.parametrize("dtype", ["float64", "uint8", ">f4"])
def test_caffe_gets_float32(dtype: str, tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", np.floor(MEAN).astype(dtype))
    written = mean.write(tmp_path / "m.binaryproto", mean.read(tmp_path / "m.npy"))
    assert np.array_equal(mean.read(tmp_path / "m.binaryproto"), np.floor(MEAN))
    assert written.dtype == np.float32


@pytest.mark.parametrize(
    ("array", "said"),
    [
        (np.zeros(3), "holds 3, and a mean is channels x height x width"),
        (np.zeros((2, 3, 4, 4)), "holds 2x3x4x4"),
        (np.zeros((3, 0, 4)), "holds 3x0x4"),
        (np.array([["a"]]), "not numbers"),
        (np.array([[None]]), "is not an .npy, or is damaged"),
    ],
)
def test_what_is_no_mean_is_refused(array: np.ndarray, said: str, tmp_path: Path) -> None:
    np.save(tmp_path / "m.npy", array)
    with pytest.raises(fk.FormatError, match=said):
        mean.read(tmp_path / "m.npy")


@pytest.mark.parametrize("suffix", mean.MEANS)
@pytest.mark.parametrize(
    "data", [b"", b"\x93NUMPY", b"layer { }", b"\x08\x01", b"\x2a\xff\xff\x03ab"]
)
def test_a_damaged_file_is_refused(data: bytes, suffix: str, tmp_path: Path) -> None:
    (tmp_path / f"m{suffix}").write_bytes(data)
    with pytest.raises(fk.FormatError, match=f"m{suffix}"):
        mean.read(tmp_path / f"m{suffix}")


@pytest.mark.parametrize("suffix", mean.MEANS)
def test_a_cut_file_is_refused(suffix: str, tmp_path: Path) -> None:
    mean.write(tmp_path / f"m{suffix}", MEAN)
    whole = (tmp_path / f"m{suffix}").read_bytes()
    for length in range(len(whole)):
        (tmp_path / f"m{suffix}").write_bytes(whole[:length])
        with pytest.raises(fk.FormatError, match=f"m{suffix}"):
            mean.read(tmp_path / f"m{suffix}")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    for suffix in mean.MEANS:
        with pytest.raises(fk.FormatError, match=f"no{suffix}: there is no such file"):
            mean.read(tmp_path / f"no{suffix}")
