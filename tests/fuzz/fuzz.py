"""The campaign: what no test thinks of, found by changing inputs and watching the code they reach.

    python tests/fuzz/fuzz.py --seconds 300             all targets, in 300 seconds altogether
    python tests/fuzz/fuzz.py net h5 --seconds 60       some of them

What is found lies in build/fuzz/TARGET/found: the smallest input of each fault, beside it what it
did. The inputs that reach new code lie in build/fuzz/TARGET/corpus, and the next run starts there.
Exits with 1 where anything was found. Needs atheris (the extra ``fuzz``, part of ``test``).
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

HERE = Path(__file__).parent
PATHS = (HERE.parents[1] / "src", HERE, HERE.parent / "helpers")
BUILD = HERE.parents[1] / "build" / "fuzz"
SHARED_MEMORY = Path("/dev/shm")


class Figures(NamedTuple):
    """What the fuzzing of one target came to: edges and features are libFuzzer's."""

    target: str
    executions: int
    edges: int
    features: int
    found: int


class Fuzzers:
    """A process that has imported all that is fuzzed, and forks for each run: one_target.py."""

    def __init__(self, *program: str) -> None:
        self._said = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [sys.executable, *(program or (str(HERE / "one_target.py"),))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._said,
            env=os.environ | {"PYTHONPATH": _python_path(), "OMP_NUM_THREADS": "1"},
            text=True,
        )

    def __enter__(self) -> Fuzzers:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.communicate()  # its input ends, and so does it
        self._said.close()

    def run(self, name: str, seconds: int, seed: int, folder: Path) -> tuple[int, str]:
        """Fuzz a target in a process of its own: the status of that, and what it said."""
        log = folder / "log"
        # What is written waits for no disk there.
        where = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
        with tempfile.TemporaryDirectory(dir=where) as work:
            status = self._ask([name, seconds, seed, str(folder), work, str(log)])
        return status, log.read_text(errors="replace")

    def _ask(self, task: list[object]) -> int:
        asked, answered = self._process.stdin, self._process.stdout
        assert asked and answered
        with suppress(BrokenPipeError):
            print(json.dumps(task), file=asked, flush=True)
        if answer := answered.readline():
            return int(answer)
        self._said.seek(0)
        raise SystemExit(f"fuzzing did not start:\n{self._said.read().decode()[-2000:]}")


def campaign(
    fuzzers: Fuzzers, names: Sequence[str], seconds: float, seed: int, build: Path
) -> list[Figures]:
    """Fuzz targets one after the other, each in processes of its own, and print a table."""
    print(f"{'target':12} {'executions':>11} {'edges':>7} {'features':>9} {'found':>6}")
    all_figures = []
    for name in names:
        figures = _fuzzed(fuzzers, name, seconds / len(names), seed, (build / name).absolute())
        print("{:12} {:11,} {:7,} {:9,} {:6,}".format(*figures), flush=True)
        all_figures.append(figures)
    return all_figures


def _fuzzed(fuzzers: Fuzzers, name: str, seconds: float, seed: int, folder: Path) -> Figures:
    """Fuzz a target, and again from a new seed where a fault ended the process, till time is up."""
    folder.mkdir(parents=True, exist_ok=True)
    end = time.monotonic() + seconds
    executions = edges = features = 0
    while (left := round(end - time.monotonic())) > 0:
        status, log = fuzzers.run(name, left, seed, folder)
        told = re.findall(r"^#(\d+)\s.*cov: (\d+) ft: (\d+)", log, re.MULTILINE)
        if not told:
            raise SystemExit(f"{name} did not start:\n{log[-2000:]}")
        executions += int(told[-1][0])
        edges, features = max(edges, int(told[-1][1])), max(features, int(told[-1][2]))
        if status == 0:
            break
        seed += 1
    found = [file for file in (folder / "found").iterdir() if file.suffix != ".txt"]
    return Figures(name, executions, edges, features, len(found))


def _python_path() -> str:
    return os.pathsep.join([*map(str, PATHS), os.environ.get("PYTHONPATH", "")])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("targets", nargs="*")
    parser.add_argument("--seconds", type=float, default=300, help="for all of them together")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    sys.path[:0] = map(str, PATHS)
    targets: Any = import_module("targets")
    names = asked.targets or list(targets.TARGETS)
    with Fuzzers() as fuzzers:
        figures = campaign(fuzzers, names, asked.seconds, asked.seed, BUILD)
    sys.exit(any(each.found for each in figures))


if __name__ == "__main__":
    main()
