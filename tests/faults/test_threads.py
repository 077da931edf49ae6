"""Many threads that fill, save and read at once, and forks among them: all make what one makes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from threading import Barrier
from typing import Literal

import pytest

import fillerkit as fk

THREADS = 8
NET = """
    layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 1 dim: 700 } } }
    layer { name: "a" type: "InnerProduct" bottom: "d" top: "a" inner_product_param {
            num_output: 900 weight_filler { type: "msra" } bias_filler { type: "uniform" } } }
    layer { name: "b" type: "InnerProduct" bottom: "a" top: "b" inner_product_param {
            num_output: 80 weight_filler { type: "gaussian" sparse: 9 } } }
    layer { name: "c" type: "InnerProduct" bottom: "b" top: "c" inner_product_param {
            num_output: 70 weight_filler { type: "truncated_gaussian" } } }
"""
OPTIONAL = {".h5": "h5py", ".safetensors": "safetensors"}
SUFFIXES = [".npz", ".caffemodel", *(s for s, library in OPTIONAL.items() if find_spec(library))]

Stream = Literal["caffe", "sharded"]
STREAMS: tuple[Stream, ...] = ("caffe", "sharded")


@pytest.fixture
def _often() -> Iterator[None]:
    """Threads take turns a thousand times as often as they do else."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(interval / 1000)
    yield
    sys.setswitchinterval(interval)


def _work(net: fk.Net, folder: Path, seed: int) -> list[str]:
    """What a seed makes in every format and with every stream: hashes of files and of values."""
    folder.mkdir()
    made = []
    for stream in STREAMS:
        for suffix in SUFFIXES:
            path = folder / f"{stream}{suffix}"
            net.save(path, seed, stream=stream)
            made.append(sha256(path.read_bytes()).hexdigest())
            filled, read = net.fill(seed, stream=stream), fk.load(path)
            for layer in ("a", "b", "c"):
                assert read[layer].weight.tobytes() == filled[layer].weight.tobytes()
                made.append(sha256(read[layer].weight.tobytes()).hexdigest())
    return made


@pytest.mark.usefixtures("_often")
def test_eight_threads_that_fill_save_and_read_at_once_make_what_one_makes(tmp_path: Path) -> None:
    net = fk.load_net(NET)
    wanted = [_work(net, tmp_path / f"alone-{seed}", seed) for seed in range(THREADS)]
    start = Barrier(THREADS)

    def together(seed: int) -> list[str]:
        start.wait()
        return _work(net, tmp_path / f"together-{seed}", seed)

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(together, range(THREADS))) == wanted


# Forks while threads fill. Each child fills and saves too; it ends with 0 where all is as alone.
FORKS = """
import os, signal, sys, threading, warnings
import fillerkit as fk

warnings.simplefilter("ignore")  # newer Pythons warn of a fork among threads
net, folder = fk.load_net(sys.argv[1]), sys.argv[2]
words = [(seed, stream) for seed in range(2) for stream in ("caffe", "sharded")]
wanted = {each: net.fill(each[0], stream=each[1])["a"].weight.tobytes() for each in words}
wrong, ended = [], threading.Event()

def agrees(seed, stream):
    return net.fill(seed, stream=stream)["a"].weight.tobytes() == wanted[seed, stream]

def fill(each):
    while not ended.is_set():
        if not agrees(*each):
            wrong.append(each)

threads = [threading.Thread(target=fill, args=(each,)) for each in words * 2]
for thread in threads:
    thread.start()
codes = []
for number in range(3):
    child = os.fork()
    if not child:
        signal.alarm(300)
        path = f"{folder}/{number}.npz"
        net.save(path, 0)
        saved = fk.load(path)["a"].weight.tobytes() == wanted[0, "caffe"]
        os._exit(0 if saved and all(agrees(*each) for each in words) else 1)
    codes.append(os.waitpid(child, 0)[1])
ended.set()
for thread in threads:
    thread.join()
print(codes, wrong)
"""


@pytest.mark.long
@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
def test_a_fork_while_threads_fill_makes_what_one_thread_makes_on_both_sides(
    tmp_path: Path,
) -> None:
    said = subprocess.run(
        [sys.executable, "-c", FORKS, NET, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert (said.stdout.strip(), said.stderr) == (f"{[0] * 3} []", "")
