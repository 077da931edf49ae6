"""``fillerkit upgrade``."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import fillerkit as fk

Run = Callable[..., subprocess.CompletedProcess[str]]

OLD = """
name: "old"
input: "data" input_dim: [2, 1, 1, 6]
layers { name: "ip" type: INNER_PRODUCT bottom: "data" top: "ip" blobs_lr: 1 blobs_lr: 2
         inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }
"""


@pytest.fixture
def old(folder: Path) -> Path:
    path = folder / "old.prototxt"
    path.write_text(OLD)
    return path


def test_it_prints_the_net_in_the_current_form(run: Run, old: Path) -> None:
    done = run("upgrade", "old.prototxt")
    assert (done.returncode, done.stderr) == (0, "")
    assert 'type: "InnerProduct"' in done.stdout
    assert "layers" not in done.stdout
    assert done.stdout.endswith("\n")


def test_what_it_prints_fills_to_the_same_bits(run: Run, old: Path) -> None:
    new = fk.load_net(run("upgrade", "old.prototxt").stdout).fill(seed=1)
    assert new["ip"].weight.tobytes() == fk.load_net(OLD).fill(seed=1)["ip"].weight.tobytes()


def test_it_writes_a_file_and_says_so(run: Run, old: Path, folder: Path) -> None:
    printed = run("upgrade", "old.prototxt").stdout
    done = run("upgrade", "old.prototxt", "-o", "new.prototxt")
    assert done.returncode == 0
    assert done.stdout.startswith("new.prototxt: ")
    assert (folder / "new.prototxt").read_text() == printed


def test_it_may_write_over_what_it_read(run: Run, old: Path) -> None:
    printed = run("upgrade", "old.prototxt").stdout
    assert run("upgrade", "old.prototxt", "-o", "old.prototxt").returncode == 0
    assert old.read_text() == printed


def test_a_dash_means_standard_input_and_output(run: Run, old: Path) -> None:
    printed = run("upgrade", "old.prototxt").stdout
    assert run("upgrade", "-", "-o", "-", stdin=OLD).stdout == printed


def test_a_mistake_in_the_old_text_is_1_and_leaves_what_was_there(run: Run, folder: Path) -> None:
    (folder / "bad.prototxt").write_text("layers {")
    done = run("upgrade", "bad.prototxt", "-o", "net.prototxt")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: bad.prototxt:1:9: ")
    assert "small" in (folder / "net.prototxt").read_text()


def test_a_folder_that_is_not_there_is_told(run: Run, old: Path) -> None:
    done = run("upgrade", "old.prototxt", "-o", "nowhere/new.prototxt")
    assert done.returncode == 1
    assert "nowhere/new.prototxt" in done.stderr


def test_an_upgraded_net_in_gbk_stays_in_gbk(run: Run, folder: Path) -> None:
    (folder / "gbk.prototxt").write_bytes('name: "网络"\n'.encode("gbk"))
    done = run("upgrade", "gbk.prototxt", "-o", "new.prototxt")
    assert done.stderr.startswith("note: gbk.prototxt: its names are not UTF-8")
    assert (folder / "new.prototxt").read_bytes() == 'name: "网络"\n'.encode("gbk")
    assert run("upgrade", "gbk.prototxt", "-o", "new.prototxt", "--encoding", "gbk").stderr == ""


def test_it_writes_the_form_that_another_reader_asks_for(run: Run, old: Path, folder: Path) -> None:
    run("upgrade", "old.prototxt", "-o", "new.prototxt")
    done = run("upgrade", "new.prototxt", "--form", "v1", "--form", "caffe", "-o", "v1.prototxt")
    assert done.stdout == "v1.prototxt: 20 lines in the form v1, caffe\n"
    assert "type: INNER_PRODUCT" in (folder / "v1.prototxt").read_text()
    assert run("upgrade", "v1.prototxt").stdout == (folder / "new.prototxt").read_text()


@pytest.mark.parametrize("wrap", ["{}", "base_lr: 1 test_net_param {{ {} }}"])
def test_layer_types_of_forks_that_stay_are_told(run: Run, folder: Path, wrap: str) -> None:
    layer = 'layer {{ name: "{0}" type: "{0}" bottom: "a" top: "{0}" }}'
    text = "".join(map(layer.format, ("ReLU", "ReLU6", "Mystery", "Python", "ReLU6")))
    (folder / "fork.prototxt").write_text(wrap.format(text))
    done = run("upgrade", "fork.prototxt", "--form", "caffe")
    told = "note: the fields are Caffe's now, but Caffe 1.0 has no layer type ReLU6, Mystery\n"
    assert (done.returncode, done.stderr) == (0, told)
    assert run("upgrade", "fork.prototxt").stderr == ""
