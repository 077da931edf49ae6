"""Run a client's script on a net, and hold what it made against what fillerkit makes."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from client_nets import ClientNet, difference

SCRIPTS = Path(__file__).with_name("in_clients")
PURE = {"PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"}
"""Some clients have messages that are older than protobuf's C++."""
CLOSE = 1e-4
"""Outputs that differ by no more of their largest value are equal: other sums, other orders."""


@dataclass(frozen=True)
class Verdict:
    """What a client made of a net.

    Attributes
    ----------
    refused
        Its last words where it did not take the net, else "".
    equal, of
        How many blobs it has byte for byte, of how many; None where it shows none.
    differences
        By output the largest difference, relative.
    """

    refused: str = ""
    equal: int | None = None
    of: int = 0
    differences: Mapping[str, float] = field(default_factory=dict)

    @property
    def worst(self) -> float:
        """The largest difference of any output, infinity where it made none."""
        return max(self.differences.values(), default=float("inf"))

    @property
    def right(self) -> bool:
        """Whether it took the net and its outputs are equal, or its weights where it runs none."""
        equal = self.worst <= CLOSE if self.differences else self.equal == self.of
        return not self.refused and equal


def run(
    python: str, script: str, net: ClientNet, *, limit: float | None = None, **variables: str
) -> Verdict:
    """Run one client on one net, in a process of its own: some end theirs where they refuse.

    One that needs more than `limit` seconds is ended, and counts as a refusal.
    """
    environment = {**os.environ, "PYTHONPATH": "", "GLOG_minloglevel": "2", **variables}
    with tempfile.TemporaryDirectory() as folder:
        command = [python, str(SCRIPTS / script), str(net.folder), folder]
        try:
            result = subprocess.run(
                command,
                env=environment,
                cwd=folder,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=limit,
            )
        except subprocess.TimeoutExpired:
            return Verdict(refused=f"not done in {limit:g} s")
        if result.returncode:
            words = _last_words(result).replace(f"{net.folder}/", "").replace(f"{folder}/", "")
            return Verdict(refused=words)
        return judge(net, Path(folder))


def judge(net: ClientNet, out: Path) -> Verdict:
    """Hold the files that a client's script wrote against the net."""
    with np.load(out / "outputs.npz") as outputs:
        differences = {
            name: difference(net.expected[name], outputs[name], net.sorted(name))
            for name in outputs.files
        }
    if differences:
        lost = [name for name in net.net.outputs if not net.is_told(name, differences)]
        differences.update(dict.fromkeys(lost, float("inf")))
    ours = dict(net.weights())
    if (out / "weights.npz").exists():
        with np.load(out / "weights.npz") as theirs:
            named = theirs.files
            equal = [name for name in ours if name in named and _same(ours[name], theirs[name])]
    else:
        joined = (out / "weights.bin").read_bytes()
        if not joined:
            return Verdict(differences=differences)
        equal = [name for name, array in ours.items() if array.tobytes() in joined]
    return Verdict(equal=len(equal), of=len(ours), differences=differences)


def _same(ours: np.ndarray[Any, Any], theirs: np.ndarray[Any, Any]) -> bool:
    """Bit for bit, in the wider of their types: float64 may hold the values of float32."""
    wider = np.result_type(ours, theirs)
    return ours.astype(wider).tobytes() == theirs.astype(wider).tobytes()


def _last_words(result: subprocess.CompletedProcess[str]) -> str:
    """The line that says most: an error, a failed check of Caffe's, or the last."""
    lines = [line.strip() for line in (result.stdout + result.stderr).splitlines() if line.strip()]
    telling = [line for line in lines if "Check failed" in line or _begins_with_error(line)]
    words = (telling or lines or [f"ended with {result.returncode}, silently"])[-1]
    # Caffe's log begins with the level, the day, the time and the process.
    return re.sub(r"^[EF]\d+ [\d:.]+ +\d+ ", "", words)[:200]


def _begins_with_error(line: str) -> bool:
    """``ValueError: ...``, ``[ ERROR ] ...``, ``[libprotobuf ERROR ...] ...``."""
    return "error" in " ".join(line.split()[:2]).lower()
