"""What a client's script reads and writes: it runs in the client's Python, 3.7 or later."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(sys.argv[1]).resolve()
OUT = Path(sys.argv[2]).resolve()
PROTOTXT = FOLDER / "net.prototxt"
CAFFEMODEL = FOLDER / "net.caffemodel"
ONNX = FOLDER / "net.onnx"


def inputs() -> dict[str, Any]:
    """The inputs by name."""
    with np.load(FOLDER / "inputs.npz") as file:
        return dict(file)


def only_input() -> Any:
    """The input of a net that has one."""
    arrays = inputs()
    if len(arrays) > 1:
        sys.exit("several inputs: " + ", ".join(arrays))
    return next(iter(arrays.values()))


def wanted() -> dict[str, str]:
    """The blobs to compare, each with the last layer that writes it."""
    found: dict[str, str] = json.loads((FOLDER / "wanted.json").read_text())
    return found


def call(*command: object) -> None:
    """Run a converter; where it fails, its own words are the last."""
    result = subprocess.run([str(word) for word in command])
    if result.returncode:
        sys.exit(result.returncode)


def tell(
    outputs: dict[str, Any],
    weights: dict[str, Any] | None = None,
    files: Iterable[Path] = (),
) -> None:
    """Say what the client made of the net.

    ``outputs`` are blobs by name. The weights that it has are either arrays by ``layer/index``, or
    lie somewhere in ``files``.
    """
    np.savez(OUT / "outputs.npz", **{name: np.asarray(array) for name, array in outputs.items()})
    if weights is not None:
        np.savez(OUT / "weights.npz", **{name: np.asarray(a) for name, a in weights.items()})
    with open(OUT / "weights.bin", "wb") as joined:
        for file in files:
            joined.write(Path(file).read_bytes())
