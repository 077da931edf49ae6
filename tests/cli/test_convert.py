"""``fillerkit convert``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import fillerkit as fk

from .conftest import Run


@pytest.fixture
def weights(folder: Path) -> Path:
    """Weights in ``a.npz``."""
    fk.load_net(folder / "net.prototxt").save("a.npz", seed=1)
    return folder / "a.npz"


def test_it_writes_the_same_values_and_says_what_they_are(run: Run, weights: Path) -> None:
    done = run("convert", "a.npz", "b.npz")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "b.npz: 28 parameters in 2 blobs, float32\n"
    assert weights.with_name("b.npz").read_bytes() == weights.read_bytes()


def test_the_suffix_chooses_the_format(run: Run, weights: Path) -> None:
    assert run("convert", "a.npz", "b.caffemodel").returncode == 0
    assert weights.with_name("b.caffemodel").read_bytes()[:2] != b"PK"
    assert fk.compare(fk.load("a.npz"), fk.load("b.caffemodel")).equal


@pytest.mark.parametrize(
    "command",
    [
        ["init", "slash.prototxt", "-o", "x.h5"],
        ["convert", "slash.npz", "x.h5"],
        ["transfer", "slash.npz", "-o", "x.h5"],
        ["merge-bn", "slash.prototxt", "slash.npz", "-o", "y.prototxt", "x.h5"],
    ],
)
def test_every_command_notes_what_caffe_would_not_find_in_an_h5(
    run: Run, folder: Path, command: list[str]
) -> None:
    pytest.importorskip("h5py", reason="h5py is not installed")
    text = (folder / "net.prototxt").read_text().replace('"ip"', '"ip/a"')
    (folder / "slash.prototxt").write_text(text.replace('"ReLU"', '"BatchNorm"'))
    fk.load_net("slash.prototxt", phase="TEST").save("slash.npz", seed=1)
    done = run(*command)
    assert done.returncode == 0
    assert "note: x.h5: Caffe 1.0 reads this HDF5 file otherwise: it takes no blobs" in done.stderr


def test_names_of_pytorch_are_written_where_they_are_asked_for(run: Run, weights: Path) -> None:
    pytest.importorskip("safetensors", reason="safetensors is not installed")
    assert run("convert", "a.npz", "b.safetensors", "--names", "torch").returncode == 0
    assert b'"ip.weight":{"dtype"' in weights.with_name("b.safetensors").read_bytes()
    assert fk.compare(fk.load("a.npz"), fk.load("b.safetensors")).equal
    refused = run("convert", "a.npz", "b.caffemodel", "--names", "torch")
    assert refused.returncode == 2
    assert "only a .safetensors takes --names torch" in refused.stderr


def test_names_in_gbk_are_told_and_stay_as_they_are(run: Run, folder: Path) -> None:
    text = (folder / "net.prototxt").read_text()
    (folder / "gbk.prototxt").write_bytes(text.replace('"ip"', '"网络"').encode("gbk"))
    told = "its names are not UTF-8 and are read as gb18030, the first one as '网络'"
    assert f"note: gbk.prototxt: {told}" in run("init", "gbk.prototxt", "-o", "a.caffemodel").stderr
    assert f"note: a.caffemodel: {told}" in run("convert", "a.caffemodel", "b.npz").stderr
    assert run("convert", "a.caffemodel", "b.npz", "--encoding", "gbk").stderr == ""
    assert run("convert", "b.npz", "c.caffemodel").stderr == ""
    assert "网络".encode("gbk") in (folder / "c.caffemodel").read_bytes()
    assert f"note: a.caffemodel: {told}" in run("diff", "a.caffemodel", "c.caffemodel").stderr
    assert f"note: a.caffemodel: {told}" in run("stats", "a.caffemodel").stderr
    weights = ("--weights", "a.caffemodel")
    done = run("init", "gbk.prototxt", "-o", "d.npz", *weights, "--encoding", "gbk")
    assert done.stderr.startswith("note: copied 1 layer (网络)")


def test_a_suffix_that_is_not_known_is_a_mistake_in_use(run: Run, weights: Path) -> None:
    done = run("convert", "a.npz", "b.weights")
    assert done.returncode == 2
    assert "'b.weights'" in done.stderr
    assert ".npz" in done.stderr
    assert not weights.with_name("b.weights").exists()


@pytest.mark.parametrize("same", ["a.npz", "./a.npz", "link.npz"])
def test_a_file_is_not_converted_to_itself(run: Run, weights: Path, same: str) -> None:
    weights.with_name("link.npz").symlink_to(weights)
    before = weights.read_bytes()
    done = run("convert", "a.npz", same)
    assert done.returncode == 2
    assert "the same file" in done.stderr
    assert weights.read_bytes() == before


def test_a_file_that_is_not_there_leaves_what_was_there(run: Run, weights: Path) -> None:
    before = weights.read_bytes()
    done = run("convert", "no.npz", "a.npz")
    assert done.returncode == 1
    assert "no.npz" in done.stderr
    assert weights.read_bytes() == before


def test_a_file_that_is_there_is_replaced(run: Run, weights: Path) -> None:
    weights.with_name("b.npz").write_text("old")
    assert run("convert", "a.npz", "b.npz").returncode == 0
    assert weights.with_name("b.npz").read_bytes() == weights.read_bytes()
    assert sorted(p.name for p in weights.parent.iterdir()) == ["a.npz", "b.npz", "net.prototxt"]


def test_a_mean_is_converted_there_and_back(run: Run, folder: Path) -> None:
    mean = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    np.save("a.npy", mean)
    done = run("convert", "a.npy", "b.binaryproto")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "b.binaryproto: a mean of 2x3x4, float32\n"
    assert run("convert", "b.binaryproto", "c.npy").returncode == 0
    assert (folder / "c.npy").read_bytes() == (folder / "a.npy").read_bytes()


def test_a_mean_that_float32_rounds_is_told_of(run: Run, folder: Path) -> None:
    np.save("a.npy", np.full((1, 2, 2), 0.1))
    assert "float32, as Caffe reads it, rounds" in run("convert", "a.npy", "b.binaryproto").stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("a.npy", "b.npz"), 2, "a mean goes from .binaryproto to .npy"),
        (("a.npz", "b.binaryproto"), 2, "a mean goes from .binaryproto to .npy"),
        (("a.npy", "b.npy"), 2, "a mean goes from .binaryproto to .npy"),
        (("a.npy", "b.binaryproto", "--format", "npz"), 2, "--format"),
        (("no.npy", "b.binaryproto"), 1, "no.npy: there is no such file"),
        (("a.npy", "no/b.binaryproto"), 1, "no/b.binaryproto"),
        (("a.npy", "./a.npy"), 2, "the same file"),
    ],
)
def test_a_slip_with_a_mean_is_told_and_nothing_is_written(
    words: tuple[str, ...], code: int, said: str, run: Run, weights: Path
) -> None:
    np.save("a.npy", np.zeros((1, 2, 2), np.float32))
    before = sorted(path.name for path in weights.parent.iterdir())
    done = run("convert", *words)
    assert done.returncode == code
    assert said in done.stderr
    assert sorted(path.name for path in weights.parent.iterdir()) == before
