"""How fast values are made and written, beside what limits it and what others take.

    python benchmarks/bench.py [--repeats 5] [--only WORD] [--json FILE] [--large]

All cases of a group run in turn, once in each round, so that what else the machine does meets all
of them alike; a ratio is the median of a case's ratios to the group's first, its limit, in the same
round. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

import numpy as np

import fillerkit as fk
from fillerkit.random import Engine, kernel_path, kernel_paths, processors
from fillerkit.random.reference import ReferenceEngine
from fillerkit.random.sharded import ShardedStream
from fillerkit.random.team import Team
from fillerkit.threads import Threads

ROOT = Path(__file__).parents[1]
VGG16 = ROOT / "tests/conformance/large/vgg16_xavier.prototxt"
LENET = ROOT / "sample_nets/lenet/deploy.prototxt"
VGG16_WEIGHTS = 138_357_544
FEW = 1 << 23
"""Values of the cases that are slow."""

Floats = np.ndarray[Any, np.dtype[np.floating]]


@dataclass(frozen=True)
class Case:
    """Something to be timed.

    Attributes
    ----------
    name : str
    run : callable
        Does it once.
    weights : int
        How many weights that makes, if it makes any: times are compared for a weight.
    clock : callable
        Of the world, or of the processors.
    """

    name: str
    run: Callable[[], object]
    weights: int = 1
    clock: Callable[[], float] = time.perf_counter


@dataclass(frozen=True)
class Group:
    """Cases that are compared with the first of them."""

    name: str
    cases: list[Case]


@dataclass(frozen=True)
class Result:
    group: str
    name: str
    weights: int
    seconds: list[float]
    ratio: float

    @property
    def row(self) -> str:
        """A line of the table."""
        typical = median(self.seconds)
        each = f"{typical / self.weights * 1e9:.2f}" if self.weights > 1 else ""
        best = f"{min(self.seconds):.4f}"
        return f"| {self.name} | {typical:.4f} | {best} | {each} | {self.ratio:.2f} |"


# ---------------------------------------------------------------- in memory


def filled(fill: Callable[[Floats], object], weights: int, dtype: type[np.floating]) -> Floats:
    """Fresh memory, filled."""
    out = np.empty(weights, dtype)
    fill(out)
    return out


def made(
    name: str,
    fill: Callable[[Floats], object],
    weights: int = VGG16_WEIGHTS,
    dtype: type[np.floating] = np.float32,
) -> Case:
    """A case that fills fresh memory."""
    return Case(name, partial(filled, fill, weights, dtype), weights)


def engine(path: str, boost: str = "1.64") -> Engine:
    """The engine of a kernel path."""
    if path == "numpy":
        return ReferenceEngine(1, boost)
    from fillerkit.random.compiled import KernelEngine

    return KernelEngine(1, boost, path)


def xavier(engine: Engine) -> Callable[[Floats], object]:
    """What fills memory with uniforms."""
    return lambda out: engine.uniform(-0.1, 0.1, out)


def msra(engine: Engine) -> Callable[[Floats], object]:
    """What fills memory with gaussians."""
    return lambda out: engine.gaussian(0, 0.1, out)


def sparse(engine: Engine) -> Callable[[Floats], object]:
    """What fills memory with gaussians and keeps a tenth of them."""

    def fill(out: Floats) -> None:
        engine.gaussian(0, 0.1, out)
        engine.thin(0.1, out)

    return fill


def memory_cases() -> Iterator[Case]:
    """VGG-16's weights in fresh memory, one thread; the limit is to write that memory."""
    yield made("fresh memory, fill", lambda out: out.fill(1.0))
    for path in kernel_paths():
        if path != "numpy":
            yield made(f"{path}: xavier", xavier(engine(path)))
            yield made(f"{path}: msra", msra(engine(path)))
            yield made(f"{path}: msra, Boost 1.58", msra(engine(path, "1.58")))
    best = kernel_path()
    if best != "numpy":
        # Half as many, for as much memory.
        yield made(f"{best}: msra, float64", msra(engine(best)), VGG16_WEIGHTS // 2, np.float64)
        yield made(f"{best}: sparse gaussian", sparse(engine(best)))
        for jobs in (1, 2):
            for name, values in (("xavier", fk.Uniform(-0.1, 0.1)), ("msra", fk.Gaussian(0, 0.1))):
                stream = ShardedStream(1, "1.64", jobs)
                fill = partial(stream.fill, ("fc6", 0), values)
                yield made(f"sharded, {jobs} job{'s' * (jobs > 1)}: {name}", fill)
    yield from others()


def jobs_cases() -> Iterator[Case]:
    """All of VGG-16 in memory by several threads; the limit is to write one number there."""
    yield made("fresh memory, fill, one thread", lambda out: out.fill(1.0))
    for filler in ("xavier", "msra"):
        net = vgg16(filler)
        for jobs in sorted({1, 2, processors()}):
            words = f"VGG-16 {filler}, {jobs} job{'s' * (jobs > 1)}"
            yield Case(words, partial(net.fill, 1, jobs=jobs), VGG16_WEIGHTS)
        yield Case(f"VGG-16 {filler}, map of the draws", partial(net.map_draws, 1), VGG16_WEIGHTS)


def work_cases(filler: str) -> Iterator[Case]:
    """The processors' time for the parts of 64 threads together; the limit is one thread's walk.

    As many threads as there are processors make them, so that they do not push one another out of
    the caches as they would not on 64 processors.
    """
    net = vgg16(filler)

    def threads(team: Team, number: int) -> AbstractContextManager[Threads | None]:
        return all_threads(team, processors())

    all_threads = Team.threads

    def simulated() -> None:
        with (
            patch.object(Team, "threads", threads),
            patch("fillerkit.random.parts._ahead", lambda _: processors() + 2),
        ):
            net.fill(1, jobs=64)

    for words, run in (("one walk", partial(net.fill, 1, jobs=1)), ("64 jobs", simulated)):
        name = f"VGG-16 {filler}, {words}, seconds of all processors"
        yield Case(name, run, VGG16_WEIGHTS, time.process_time)


def slice_cases(filler: str) -> Iterator[Case]:
    """A million values at the end of VGG-16's fc6; the limit is PyTorch's own of that number."""
    net, rows = vgg16(filler), slice(-40, None)
    draws, weights = net.map_draws(1), 40 * 25088
    name = {"xavier": "uniform_", "msra": "normal_"}[filler]
    yield from (case for case in others(weights) if name in case.name)
    run = partial(net.fill_slice, "fc6", 0, rows, draws=draws, jobs=1)
    yield Case(f"{filler}: a slice at the end of fc6, map at hand", run, weights)


def vgg16(filler: str) -> fk.Net:
    """The net with one filler for all its weights."""
    return fk.load_net(VGG16.with_name(f"vgg16_{filler}.prototxt"), phase="TEST")


def slow_cases() -> Iterator[Case]:
    """Fewer weights, for what is slow.

    They are apart from the others, for a host takes memory back from a machine that does not need
    it for a second, and the next to ask for much of it would wait.
    """
    yield made("fresh memory, fill, 8 M", lambda out: out.fill(1.0), FEW)
    yield made("numpy: xavier", xavier(engine("numpy")), FEW)
    yield made("numpy: msra", msra(engine("numpy")), FEW)
    yield made("numpy: msra, Boost 1.58", msra(engine("numpy", "1.58")), FEW)
    best = kernel_path()
    yield made(f"{best}: msra, Boost 1.55", msra(engine(best, "1.55")), FEW)


def others(weights: int = VGG16_WEIGHTS) -> Iterator[Case]:
    """The generators that people use otherwise; other values, on one thread."""
    rng = np.random.default_rng(1)

    def random(out: Floats) -> None:
        rng.random(out=out, dtype=np.float32)

    def standard_normal(out: Floats) -> None:
        rng.standard_normal(out=out, dtype=np.float32)

    yield made("NumPy: random", random, weights)
    yield made("NumPy: standard_normal", standard_normal, weights)
    try:
        import torch
    except ImportError:
        return
    torch.set_num_threads(1)
    yield made("PyTorch: uniform_", lambda out: torch.from_numpy(out).uniform_(), weights)
    yield made("PyTorch: normal_", lambda out: torch.from_numpy(out).normal_(), weights)


def scaling_cases(large: bool) -> Iterator[Case]:
    """From a million weights on: the time for each is to stay what it is."""
    best = engine(kernel_path())
    for weights in [10**6, 10**7, 10**8, *([10**9] if large else [])]:
        size = f"{weights // 10**6:,} M"
        yield made(f"xavier, {size}", xavier(best), weights)
        yield made(f"msra, {size}", msra(best), weights)


# ---------------------------------------------------------------- files and processes


def zeros(path: Path, size: int) -> None:
    """A file of zeros, written 1 MiB at a time."""
    block = bytes(1 << 20)
    with open(path, "wb", buffering=0) as file:
        for start in range(0, size, len(block)):
            file.write(block[: size - start])


def fillerkit(*words: str | Path) -> None:
    """A whole process of the command."""
    python("-m", "fillerkit", *words)


def python(*words: str | Path) -> None:
    """A whole process of this Python."""
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)


def first_value(path: Path) -> object:
    """The first weight of a file."""
    return fk.load(path)["conv1_1"].weight.flat[0]


def file_cases(folder: Path) -> Iterator[Case]:
    """VGG-16's weights in a file, from the start of Python on; the limit is to write zeros."""
    out, nothing = folder / "vgg16.npz", folder / "zeros"
    yield Case("1 MiB blocks of zeros", partial(zeros, nothing, 4 * VGG16_WEIGHTS), VGG16_WEIGHTS)
    for filler in ("xavier", "msra"):
        net = VGG16.with_name(f"vgg16_{filler}.prototxt")
        run = partial(fillerkit, "init", net, "--seed", "1", "-o", out)
        yield Case(f"fillerkit init, VGG-16 {filler}, .npz", run, VGG16_WEIGHTS)


def start_cases(folder: Path) -> Iterator[Case]:
    """What a small net takes; the limit is an interpreter that imports what we import."""
    out, vgg = folder / "lenet.npz", folder / "loaded.npz"
    yield Case(
        "python importing numpy and protobuf",
        partial(python, "-c", "import numpy, google.protobuf.text_format"),
    )
    yield Case(
        "fillerkit init, LeNet, .npz",
        partial(fillerkit, "init", LENET, "--seed", "1", "-o", out),
    )
    fk.load_net(VGG16).save(vgg, seed=1)
    yield Case("fillerkit.load, first weight of VGG-16", partial(first_value, vgg))


# ---------------------------------------------------------------- running


def groups(folder: Path, large: bool) -> list[Group]:
    """Everything that is measured."""
    return [
        Group("VGG-16's weights in memory", list(memory_cases())),
        Group("VGG-16 in memory, by jobs", list(jobs_cases())),
        *(
            Group(f"What all processors work, {filler}", list(work_cases(filler)))
            for filler in ("xavier", "msra")
        ),
        *(
            Group(f"A slice alone, {filler}", list(slice_cases(filler)))
            for filler in ("xavier", "msra")
        ),
        Group("What is slow, 8 M weights in memory", list(slow_cases())),
        Group("A number of weights in memory", list(scaling_cases(large))),
        Group("VGG-16's weights in a file", list(file_cases(folder))),
        Group("Starting", list(start_cases(folder))),
    ]


def measured(group: Group, repeats: int, only: str) -> list[Result]:
    """The cases of a group whose names have the word, and the limit."""
    limit = group.cases[0]
    cases = [case for case in group.cases if case is limit or only in case.name]
    if only and len(cases) == 1:
        return []
    seconds: dict[str, list[float]] = {case.name: [] for case in cases}
    for case in cases:
        case.run()  # what is slow only the first time, like memory that a host has to find
    for _ in range(repeats):
        for case in cases:
            begin = case.clock()
            made = case.run()
            seconds[case.name].append(case.clock() - begin)
            del made  # memory is given back when the clock does not run
    results = []
    for case in cases:
        pairs = zip(seconds[case.name], seconds[limit.name], strict=True)
        ratio = median(ours / theirs for ours, theirs in pairs) * limit.weights / case.weights
        results.append(Result(group.name, case.name, case.weights, seconds[case.name], ratio))
    return results


def machine() -> str:
    """The processor, as the system calls it, and what runs on it."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        model = next(line.partition(":")[2].strip() for line in lines if "model name" in line)
    except (OSError, StopIteration):
        model = platform.processor() or platform.machine()
    return (
        f"{model}, {os.cpu_count()} cores; Python {platform.python_version()}, "
        f"NumPy {np.__version__}, fillerkit {fk.__version__} ({kernel_path()})"
    )


def main() -> None:
    """Run, print the table, and write the JSON."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--repeats", type=int, default=5, help="rounds")
    parser.add_argument("--only", default="", metavar="WORD", help="cases with WORD in their names")
    parser.add_argument("--json", type=Path, metavar="FILE", help="all times, for programs")
    parser.add_argument("--large", action="store_true", help="1,000 M weights too: takes 4 GB")
    parser.add_argument("--folder", type=Path, help="where files are written: a disk to measure")
    arguments = parser.parse_args()
    print(machine(), f"; medians of {arguments.repeats}", sep="", flush=True)
    results: list[Result] = []
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        for group in groups(Path(folder), arguments.large):
            found = measured(group, arguments.repeats, arguments.only)
            if found:
                print(
                    f"\n| {group.name} | s | best s | ns a weight | ratio |\n| --- |{' ---: |' * 4}"
                )
                print(*(result.row for result in found), sep="\n", flush=True)
            results += found
    if arguments.json:
        rows = [vars(result) for result in results]
        arguments.json.write_text(json.dumps({"machine": machine(), "results": rows}, indent=1))


if __name__ == "__main__":
    main()
