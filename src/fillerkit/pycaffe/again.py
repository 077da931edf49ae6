"""What a process that multiprocessing starts runs in the place of the script that started it.

With the start methods "spawn" and "forkserver" such a process imports the main module again: here
that is this one, which runs the script, with our modules under Caffe's names.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from fillerkit.pycaffe.finder import CaffeFinder

SCRIPT = "FILLERKIT_PYCAFFE_SCRIPT"
"""The variable of the environment that names the script to the processes it starts."""


def _run(script: Path, names: dict[str, Any]) -> None:
    sys.meta_path.insert(0, CaffeFinder())
    names["__file__"] = str(script)
    exec(compile(script.read_bytes(), str(script), "exec", dont_inherit=True), names)


if __name__ == "__mp_main__":
    _run(Path(os.environ[SCRIPT]), globals())
