"""The .npz layout: what plain NumPy reads, how it is aligned, and that it is mapped."""

from __future__ import annotations

import ast
import gc
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from traceback import extract_stack
from typing import Any

import numpy as np
import pytest

import fillerkit as fk
from fillerkit.formats import npz
from fillerkit.formats.entry import Content, Entry

NET = """
name: "small"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 6 } } }
layer { name: "a/b" type: "InnerProduct" bottom: "data" top: "a" param { name: "w" }
        inner_product_param { num_output: 6 weight_filler { type: "xavier" } } }
layer { name: "c" type: "InnerProduct" bottom: "a" top: "c" param { name: "w" }
        inner_product_param { num_output: 6 weight_filler { type: "msra" }
                              bias_filler { type: "uniform" } } }
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "small.npz"
    fk.load_net(NET).save(path, seed=5)
    return path


def test_plain_numpy_reads_every_blob(file: Path) -> None:
    blobs = fk.load_net(NET).fill(seed=5)
    with np.load(file) as archive:
        assert archive.files == ["a/b/0", "a/b/1", "c/1"]
        for key in archive.files:
            layer, _, index = key.rpartition("/")
            assert archive[key].tobytes() == blobs[layer][int(index)].tobytes()
            assert archive[key].dtype == np.float32


def test_loading_gives_the_blobs_back_with_names_and_aliases(file: Path) -> None:
    blobs, loaded = fk.load_net(NET).fill(seed=5), fk.load(file)
    assert list(loaded) == list(blobs) == ["a/b", "c"]
    for layer, arrays in blobs.items():
        assert loaded[layer].names == arrays.names == ("weight", "bias")
        for ours, theirs in zip(loaded[layer], arrays, strict=True):
            assert ours.tobytes() == theirs.tobytes()
    assert np.shares_memory(loaded["c"].weight, loaded["a/b"].weight)
    assert loaded.origin == blobs.origin


def test_a_permissive_alias_keeps_its_own_shape(tmp_path: Path) -> None:
    first, second = NET.rsplit('param { name: "w" }', 1)
    net = fk.load_net(f'{first}param {{ name: "w" share_mode: PERMISSIVE }}{second}')
    net.save(tmp_path / "p.npz", seed=1)
    assert fk.load(tmp_path / "p.npz")["c"].weight.shape == net.layers[2].params[0].shape


def test_the_same_input_makes_the_same_bytes(file: Path, tmp_path: Path) -> None:
    fk.load_net(NET).save(tmp_path / "again.npz", seed=5)
    assert (tmp_path / "again.npz").read_bytes() == file.read_bytes()


def test_saving_from_memory_makes_the_same_file(file: Path, tmp_path: Path) -> None:
    fk.load_net(NET).fill(seed=5).save(tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == file.read_bytes()


def test_every_array_begins_at_a_multiple_of_64(file: Path) -> None:
    data = file.read_bytes()
    for arrays in fk.load(file).values():
        for array in arrays:
            assert data.find(array.tobytes()) % 64 == 0


def test_the_archive_is_sound_and_uncompressed(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_comment_says_where_the_values_come_from(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        origin = json.loads(archive.comment)
    assert origin["net"] == "small"
    assert origin["seed"] == 5
    assert origin["phase"] == "TRAIN"
    assert origin["stream"] == "caffe"
    assert origin["fillerkit"] == fk.__version__
    assert origin["sha256"] == fk.load_net(NET).sha256


def test_loaded_arrays_cannot_be_written_to(file: Path) -> None:
    with pytest.raises(ValueError, match="read-only"):
        fk.load(file)["c"].bias[0] = 1


def test_a_file_larger_than_the_memory_allowed_is_read(tmp_path: Path) -> None:
    # 256 MB of weights are looked at under a limit of 128 MB of private memory.
    path = tmp_path / "large.npz"
    value = np.full(1 << 16, 0.5, np.float32)
    entry = Entry(
        "fc", 0, "weight", (1 << 10, 1 << 16), np.dtype(np.float32), iter([value] * (1 << 10))
    )
    npz.write(path, Content([entry], {}))
    code = (
        "import resource, sys\n"
        "import fillerkit as fk\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (128 << 20, 128 << 20))\n"
        "weight = fk.load(sys.argv[1])['fc'].weight\n"
        "assert weight.nbytes == 256 << 20\n"
        "total = sum(float(row.sum(dtype='float64')) for row in weight)\n"
        "assert total == weight.size / 2, total\n"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_a_file_of_plain_savez_is_read(tmp_path: Path) -> None:
    arrays: dict[str, Any] = {
        "conv1/0": np.ones((2, 3)),
        "conv1/1": np.zeros(2, np.float32),
    }
    np.savez(tmp_path / "plain.npz", **arrays)
    loaded = fk.load(tmp_path / "plain.npz")
    assert (loaded["conv1"][0] == 1).all()
    assert loaded["conv1"][1].dtype == np.float32
    with pytest.raises(AttributeError, match="indices only"):
        _ = loaded["conv1"].weight


def test_a_compressed_file_is_read(tmp_path: Path) -> None:
    arrays: dict[str, Any] = {"ip/0": np.eye(4)}
    np.savez_compressed(tmp_path / "small.npz", **arrays)
    assert (fk.load(tmp_path / "small.npz")["ip"][0] == np.eye(4)).all()


def test_fortran_order_is_read(tmp_path: Path) -> None:
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    arrays: dict[str, Any] = {"ip/0": array}
    np.savez(tmp_path / "f.npz", **arrays)
    assert fk.load(tmp_path / "f.npz")["ip"][0].tolist() == array.tolist()


@pytest.fixture
def _another_parses_meanwhile() -> Iterator[None]:
    """Once, in the middle of what comes next, a text is parsed from deeper in the stack."""

    def deep(levels: int) -> ast.AST:
        return deep(levels - 1) if levels else ast.parse("1")

    def once(phase: str, _: dict[str, int]) -> None:
        inside = any(each.name == "literal_eval" for each in extract_stack())
        if phase == "start" and inside and not parsed:
            parsed.append(deep(9))

    parsed: list[ast.AST] = []
    threshold = gc.get_threshold()
    gc.callbacks.append(once)
    gc.set_threshold(1)
    yield
    gc.set_threshold(*threshold)
    gc.callbacks.remove(once)
    assert parsed


@pytest.mark.usefixtures("_another_parses_meanwhile")
def test_what_is_parsed_elsewhere_meanwhile_is_not_taken_for_damage(file: Path) -> None:
    assert fk.load(file)["a/b"].weight.shape == (6, 6)


def test_objects_are_refused_not_unpickled(tmp_path: Path) -> None:
    arrays: dict[str, Any] = {"ip/0": np.array([{}], object)}
    np.savez(tmp_path / "o.npz", **arrays)
    with pytest.raises(fk.FormatError, match=r"o\.npz"):
        fk.load(tmp_path / "o.npz")


def test_keys_that_are_no_blobs_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "x.npz", weights=np.eye(2))
    with pytest.raises(fk.FormatError, match="<layer>/<index>"):
        fk.load(tmp_path / "x.npz")


@pytest.mark.parametrize("keep", [0, 3, 64, 200, -30, -1])
def test_a_truncated_file_is_an_error_that_names_it(file: Path, keep: int) -> None:
    file.write_bytes(file.read_bytes()[:keep])
    with pytest.raises(fk.FormatError, match=r"small\.npz"):
        fk.load(file)


def test_a_missing_file_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(fk.FormatError, match="no such file"):
        fk.load(tmp_path / "none.npz")


def test_a_file_that_is_not_there_is_told_before_its_suffix(tmp_path: Path) -> None:
    with pytest.raises(fk.FormatError, match=r"w\.cafemodel: there is no such file"):
        fk.load(tmp_path / "w.cafemodel")
    (tmp_path / "w.cafemodel").touch()
    with pytest.raises(fk.UsageError, match=r"has to end in one of \.npz"):
        fk.load(tmp_path / "w.cafemodel")


@pytest.mark.parametrize(
    ("name", "command"), [("w.onnx", "fillerkit export"), ("w.prototxt", "fillerkit show")]
)
def test_a_file_that_is_no_weight_file_leads_to_what_takes_it(
    tmp_path: Path, name: str, command: str
) -> None:
    (tmp_path / name).touch()
    with pytest.raises(fk.UsageError, match=command):
        fk.load(tmp_path / name)


def test_an_unknown_suffix_names_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(fk.UsageError, match=r"\.npz, .caffemodel"):
        fk.load_net(NET).save(tmp_path / "x.onnx", seed=1)


def test_a_failure_on_the_way_leaves_the_old_file(file: Path, tmp_path: Path) -> None:
    before = file.read_bytes()

    def break_off(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fk.load_net(NET).save(file, seed=6, progress=break_off)
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["small.npz"]


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(fk.FormatError, match="cannot be written"):
        fk.load_net(NET).save(tmp_path / "none" / "x.npz", seed=1)


def test_what_is_not_a_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "dir.npz").mkdir()
    with pytest.raises(fk.FormatError, match="not a regular file"):
        fk.load_net(NET).save(tmp_path / "dir.npz", seed=1)


def test_a_link_keeps_pointing_where_it_points(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.npz"
    link.symlink_to(file)
    fk.load_net(NET).save(link, seed=9)
    assert link.is_symlink()
    assert fk.load(file).origin["seed"] == 9


def test_a_disk_that_is_full_is_an_error_and_leaves_nothing(tmp_path: Path) -> None:
    # A limit on the size of files stands in for a full disk: the write fails on its thread.
    code = (
        "import resource, signal, sys\n"
        "import fillerkit as fk\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))\n"
        'net = fk.load_net(\'layer { name: "d" type: "Input" top: "d" input_param '
        '{ shape { dim: 1 dim: 3000 } } } layer { name: "i" type: "InnerProduct" bottom: '
        '"d" top: "i" inner_product_param { num_output: 3000 weight_filler '
        '{ type: "xavier" } } }\')\n'
        "try:\n"
        "    net.save(sys.argv[1], seed=1)\n"
        "except fk.FormatError as error:\n"
        "    print(error)\n"
    )
    path = tmp_path / "full.npz"
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True)
    assert "File too large" in done.stdout, done.stderr
    assert list(tmp_path.iterdir()) == []
