"""``fillerkit init --shards``."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import weights

import fillerkit as fk

pytest.importorskip("dask", reason="Dask is not installed")
pytest.importorskip("distributed", reason="Dask's distributed is not installed")
pytest.importorskip("safetensors", reason="safetensors is not installed")

from dask_cluster import scheduler, workers

from fillerkit.dask import cluster

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.long
def test_it_writes_a_folder_and_says_what_it_is(run: Run, folder: Path) -> None:
    done = run("init", "net.prototxt", "--seed", 5, "-o", "folder", "--shards", 2)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "folder: 28 parameters in 2 blobs, float32, phase TRAIN, seed 5, 2 shards\n"
    )
    filled = fk.load_net(folder / "net.prototxt").fill(5)
    assert weights.bits(fk.load(folder / "folder")) == weights.bits(filled)
    run("init", "net.prototxt", "--seed", 5, "-o", "one.npz")
    for path in ("folder", "folder/model.safetensors.index.json"):
        assert run("diff", "one.npz", path).returncode == 0
        assert run("stats", path).returncode == 0
        assert run("convert", path, "two.npz").returncode == 0
        assert run("init", "net.prototxt", "-o", "three.npz", "--weights", path).returncode == 0


@pytest.mark.long
def test_the_folder_is_named_like_the_net_unless_said(run: Run, folder: Path) -> None:
    assert run("init", "net.prototxt", "--shards", 1).stdout.startswith("net: ")
    assert (folder / "net" / "model-00001-of-00001.safetensors").is_file()


@pytest.mark.long
def test_a_run_that_was_cut_short_goes_on_with_its_seed(run: Run, folder: Path) -> None:
    said = run("init", "net.prototxt", "-o", "folder", "--shards", 2).stdout
    seed = re.findall(r"seed (\d+) \(fresh\)", said)
    (folder / "folder" / "model-00002-of-00002.safetensors").unlink()
    done = run("init", "net.prototxt", "-o", "folder", "--shards", 2, "--resume")
    assert done.returncode == 0
    assert re.findall(r"seed (\d+),", done.stdout) == seed
    assert done.stderr == (
        "note: 1 of 2 shards are there and whole; missing: model-00002-of-00002.safetensors\n"
    )


def test_a_folder_with_shards_says_how_to_go_on(run: Run, folder: Path) -> None:
    (folder / "folder").mkdir()
    (folder / "folder" / "model-00001-of-00003.safetensors").touch()
    done = run("init", "net.prototxt", "-o", "folder", "--shards", 2)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "has shards already" in done.stderr
    assert "--resume" in done.stderr
    done = run("init", "net.prototxt", "-o", "folder", "--shards", 2, "--resume")
    assert done.returncode == 2
    assert "--shards 3" in done.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--resume"], "say --shards too"),
        (["--dask", "tcp://x:1"], "say --shards too"),
        (["--shards", 2, "-o", "x.npz"], "'x.npz' is a file's name"),
        (["--shards", 2, "-o", "a/x.safetensors"], "is a file's name"),
        (["--shards", 2, "--format", "npz"], "leave out --format"),
        (["--shards", 2, "--names", "torch"], "leave out --names torch"),
        (["--shards", 2, "--weights", "net.prototxt"], "leave out --shards"),
        (["--shards", 2, "--jobs", 2, "--dask", "tcp://x:1"], "--jobs is for this machine"),
        (["--shards", 0], "'--shards': 0 is not in the range"),
        (["--shards", 2, "--jobs", 0], "'--jobs': 0 is not in the range"),
        (["--shards", 3], "a number from 1 to 2"),
        (["--shards", 2, "-o", "-"], "standard output"),
    ],
)
def test_options_that_make_no_sense_are_a_mistake_in_use(
    options: list[object], words: str, run: Run, folder: Path
) -> None:
    done = run("init", "net.prototxt", *options)
    assert done.returncode == 2
    assert words in done.stderr
    assert [path.name for path in folder.iterdir()] == ["net.prototxt"]


def test_an_address_where_nobody_answers_is_told_in_one_line(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    for address in ("tcp://127.0.0.1:9", "\x1b[2J\n:9"):
        done = run("init", "net.prototxt", "--shards", 2, "--dask", address)
        assert done.returncode == 2
        assert done.stderr.startswith("error: no scheduler of Dask answers at '")
        assert done.stderr.count("\n") == 1
        assert "\x1b" not in done.stderr
    assert [path.name for path in folder.iterdir()] == ["net.prototxt"]


def test_without_dask_it_says_what_to_install(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "dask"]:
        monkeypatch.setitem(sys.modules, name, None)
    for name in [name for name in sys.modules if name.startswith("fillerkit.dask")]:
        monkeypatch.delitem(sys.modules, name)
    done = run("init", "net.prototxt", "--shards", 2)
    assert done.returncode == 2
    assert done.stderr == ("error: fillerkit.dask needs dask: pip install 'fillerkit[dask]'\n")


@pytest.mark.long
@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_the_workers_of_a_cluster_write_the_shards(run: Run, folder: Path) -> None:
    with scheduler(folder) as address, workers(address, 2):
        options = ("--seed", 5, "-o", "folder", "--shards", 2, "--dask", address)
        done = run("init", "net.prototxt", *options)
    assert (done.returncode, done.stderr) == (0, "")
    filled = fk.load_net(folder / "net.prototxt").fill(5)
    assert weights.bits(fk.load(folder / "folder")) == weights.bits(filled)
