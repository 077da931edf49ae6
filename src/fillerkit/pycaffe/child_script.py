"""The main module of a process that multiprocessing starts from a script.

With the start methods "spawn" and "forkserver" such a process imports its parent's main module:
this one, which runs the script with our modules under Caffe's names.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from fillerkit.pycaffe.process import caffe
from fillerkit.python_layers.finder import install

_VARIABLE = "FILLERKIT_PYCAFFE_SCRIPT"


def tell(script: str) -> None:
    """Tell the processes that a script starts its path and the shapes that were given."""
    os.environ[_VARIABLE] = json.dumps([script, caffe.shapes])


def _run(names: dict[str, Any]) -> None:
    install()
    script, shapes = json.loads(os.environ[_VARIABLE])
    caffe.shapes = {name: tuple(shape) for name, shape in shapes.items()}
    names["__file__"] = script
    exec(compile(Path(script).read_bytes(), script, "exec", dont_inherit=True), names)


if __name__ == "__mp_main__":
    _run(globals())
