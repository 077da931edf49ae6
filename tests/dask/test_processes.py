"""Processes of this machine write the shards, and end when they are to."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import sliced_nets
import weights
from dask_cluster import until

import fillerkit as fk
from fillerkit.dask import processes, save

pytest.importorskip("safetensors", reason="safetensors is not installed")
pytestmark = pytest.mark.long

LARGE = sliced_nets.INPUT + "".join(
    sliced_nets.product(f"l{i}", "d", 'type: "msra"', 200_000) for i in range(4)
)
NUMPY = (
    "note: the kernels in C are not built here, so NumPy makes the values: the same bits, six to "
    "forty times slower\n"
)
SLOW = os.environ | {"FILLERKIT_KERNELS": "numpy"}


def test_two_processes_write_what_one_thread_makes(tmp_path: Path) -> None:
    net = sliced_nets.net("fillers")
    with processes(2):
        save(net, tmp_path / "folder", 5, shards=4)
    assert weights.bits(fk.load(tmp_path / "folder")) == weights.bits(net.fill(5))


@pytest.mark.parametrize("count", [0, -1])
def test_a_number_of_processes_that_cannot_be_is_refused(count: int) -> None:
    with pytest.raises(fk.UsageError, match=f"1 or more, not {count}"), processes(count):
        pass


def test_files_that_only_a_process_sees_are_told_of(tmp_path: Path) -> None:
    net = sliced_nets.net("small")
    with processes(1), pytest.raises(fk.FormatError, match="is not seen from here"):
        save(net, f"memory://{tmp_path.name}", 5, shards=2)


def test_processes_that_are_not_needed_any_more_end_without_a_word(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(fk.UsageError, match="too early"), processes(2):
        raise fk.UsageError("too early")
    assert capfd.readouterr() == ("", "")


@pytest.fixture
def command(tmp_path: Path) -> list[str]:
    (tmp_path / "net.prototxt").write_text(LARGE)
    net, folder = str(tmp_path / "net.prototxt"), str(tmp_path / "folder")
    words = ["init", net, "-o", folder, "--shards", "4", "--jobs", "2"]
    return [sys.executable, "-m", "fillerkit", *words]


def begun(command: list[str], folder: Path) -> subprocess.Popen[str]:
    """The command, once a shard is being written."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=SLOW,
        start_new_session=True,
        preexec_fn=heed_interrupts,
    )
    until(lambda: process.poll() is not None or any(folder.glob(".*.part")))
    return process


def heed_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # who runs the tests may ignore it


def children(process: subprocess.Popen[str]) -> list[int]:
    found = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    return [
        int(number)
        for number in found.split()
        if "spawn_main" in Path(f"/proc/{number}/cmdline").read_text()
    ]


@pytest.mark.parametrize(
    ("number", "to_all", "code", "said"),
    [
        (signal.SIGINT, True, 130, "\nerror: interrupted\n"),
        (signal.SIGINT, False, 130, "\nerror: interrupted\n"),
        (signal.SIGTERM, False, 143, "error: stopped\n"),
    ],
)
def test_a_run_that_is_stopped_leaves_nothing_that_is_not_whole(
    number: int, to_all: bool, code: int, said: str, command: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    with begun(command, folder) as process:
        (os.killpg if to_all else os.kill)(process.pid, number)
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output, errors.removeprefix(NUMPY)) == (code, "", said)
    assert list(folder.glob(".*")) == []
    assert not (folder / "model.safetensors.index.json").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into processes as Linux shows them")
def test_a_process_that_is_killed_is_told_in_one_line_and_the_run_can_go_on(
    command: list[str], tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    with begun(command, folder) as process:
        os.kill(children(process)[0], signal.SIGKILL)
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (1, "")
    assert errors.removeprefix(NUMPY).startswith(f"error: {folder}: not all shards were written: ")
    assert errors.removeprefix(NUMPY).count("\n") == 1
    net = fk.load_net(LARGE)
    save(net, folder, 5, shards=4, resume=True)
    assert weights.bits(fk.load(folder)) == weights.bits(net.fill(5))
    assert list(folder.glob(".*")) == []


@pytest.mark.skipif(sys.platform != "linux", reason="looks into processes as Linux shows them")
def test_processes_end_with_the_one_that_started_them(command: list[str], tmp_path: Path) -> None:
    with begun(command, tmp_path / "folder") as process:
        numbers = children(process)
        process.kill()
        process.communicate(timeout=60)
    assert numbers
    until(lambda: not any(map(_runs, numbers)))


def _runs(number: int) -> bool:
    try:
        status = Path(f"/proc/{number}/status").read_text()
    except OSError:
        return False
    return "State:\tZ" not in status
