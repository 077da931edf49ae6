"""One `init` after another, each with a fault at another call of the system: faults/shim.c.

Run as a program under the shim, with a folder, a format, how many moments are tried, and what
happens at each (`signal:9`, ...). It prints, in JSON, what became of each: a `Became`.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import fillerkit as fk
from fillerkit.cli import init, main

# Blobs enough for many calls, one of several pieces, and one that shares another's values.
NET = """
    layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 1 dim: 500 } } }
    layer { name: "large" type: "InnerProduct" bottom: "d" top: "large" inner_product_param {
            num_output: 700 weight_filler { type: "xavier" } bias_filler { type: "uniform" } } }
""" + "".join(
    f"""layer {{ name: "ip{i}" type: "InnerProduct" bottom: "d" top: "ip{i}"
        param {{ name: "{"shared" * (i in (3, 7)) or f"weight {i}"}" }} inner_product_param {{
        num_output: 4 weight_filler {{ type: "msra" }} bias_filler {{ type: "uniform" }} }} }}"""
    for i in range(9)
)


class Became(NamedTuple):
    """What became of a run."""

    fault: str
    at: int  # which call
    call: str
    code: int  # of the exit; negative if a signal ended it
    said: str
    file: str  # "old", "new" or "a third one"
    left: list[str]  # what lies beside it
    left_again: list[str]  # what the next run left of that


class Run:
    """A command that can be run with faults, and what it writes."""

    def __init__(self, folder: Path, suffix: str) -> None:
        self.net, self.log, self.said = (folder / name for name in ("net.prototxt", "log", "said"))
        self.net.write_text(NET)
        self.target = folder / "out" / f"x.{suffix}"
        self.target.parent.mkdir()
        fk.load_net(self.net).save(self.target, seed=1)  # this imports the library of the format
        self.old = self.target.read_bytes()
        assert self.run({"FAULT_LOG": str(self.log)}) == 0
        self.states = {self.old: "old", self.target.read_bytes(): "new"}
        self.calls = self.log.read_text().split()

    def moments(self, fault: str, most: int) -> list[int]:
        """The calls at which a fault can be, or some of them, the first and the last ones too."""
        short = fault == "short"
        all_ = [i for i, call in enumerate(self.calls, 1) if "write" in call or not short]
        step = max(1, (len(all_) - 1) / (most - 1))
        return [all_[int(i * step)] for i in range(min(most, len(all_)))]

    def run(self, fault: dict[str, str]) -> int:
        """Run the command in a process of its own; what it ends with."""
        child = os.fork()
        if child:
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        code = 99
        try:
            os.environ |= {"FAULT_FOLDER": f"{self.target.parent}/"} | fault
            said = os.open(self.said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(said, 2)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            sys.argv = ["fillerkit", "init", str(self.net), "--seed", "2", "-o", str(self.target)]
            main()
            code = 0
        except SystemExit as stop:
            code = int(stop.code or 0)
        finally:
            os._exit(code)

    def became(self, fault: str, at: int) -> Became:
        """Run the command with a fault at a call, and once more if something is left."""
        self.target.write_bytes(self.old)
        code = self.run({"FAULT_AT": str(at), "FAULT_DO": fault})
        said, state = (
            self.said.read_text(),
            self.states.get(self.target.read_bytes(), "a third one"),
        )
        if left := self.left():
            assert self.run({}) == 0
        return Became(fault, at, self.calls[at - 1], code, said, state, left, self.left())

    def left(self) -> list[str]:
        """What lies beside the file."""
        return [path.name for path in self.target.parent.iterdir() if path != self.target]


def all_became(folder: Path, suffix: str, most: int, faults: list[str]) -> Iterator[Became]:
    """Try every fault at every moment, or at no more than some."""
    assert init  # what is imported here is not imported by each child
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have it ignored
    run = Run(folder, suffix)
    for fault in faults:
        for at in run.moments(fault, most):
            yield run.became(fault, at)


if __name__ == "__main__":
    folder, suffix, most, *faults = sys.argv[1:]
    json.dump(list(all_became(Path(folder), suffix, int(most), faults)), sys.stdout)
