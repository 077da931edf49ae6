"""The processes that a script starts: their ``import caffe`` finds ours too, with the same shapes.

They are told by variables of their environment: ``PYTHONPATH`` has the folder ``for_children``,
whose ``sitecustomize`` every Python reads as it starts, `_VARIABLE` has the shapes, and `_USED` the
file in which all note which of them a net has asked for.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
from contextlib import suppress
from importlib.abc import MetaPathFinder
from pathlib import Path
from tempfile import mkstemp

from fillerkit.pycaffe import relative_imports, tracebacks
from fillerkit.pycaffe.process import Shape, caffe
from fillerkit.python_layers.finder import install

_VARIABLE = "FILLERKIT_PYCAFFE_SHAPES"
_USED = "FILLERKIT_PYCAFFE_SHAPES_USED"
_FOLDER = str(Path(__file__).with_name("for_children"))


def tell() -> None:
    """Tell the processes that are started from here on."""
    os.environ[_VARIABLE] = json.dumps(caffe.shapes)
    if caffe.shapes and _USED not in os.environ:
        descriptor, os.environ[_USED] = mkstemp(prefix="fillerkit-shapes-")
        os.close(descriptor)
        atexit.register(Path(os.environ[_USED]).unlink, missing_ok=True)
    caffe.shapes_file = os.environ.get(_USED, "")
    others = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    folders = [_FOLDER, *(folder for folder in others if folder and folder != _FOLDER)]
    os.environ["PYTHONPATH"] = os.pathsep.join(folders)


def told_shapes() -> dict[str, Shape]:
    """The shapes that were given to the process that has started this one."""
    told = json.loads(os.environ.get(_VARIABLE) or "{}")
    return {name: tuple(shape) for name, shape in told.items()}


def used_shapes() -> set[str]:
    """The blobs whose shapes a net has asked for, of this process or of those that it started."""
    found = set(caffe.shapes_used)
    if caffe.shapes_file:
        with suppress(OSError):
            found.update(Path(caffe.shapes_file).read_text("utf-8").splitlines())
    return found


def take_over() -> MetaPathFinder:
    """Let ``import caffe`` find ours in a process that a script has started; the finder of it."""
    caffe.shapes = told_shapes()
    caffe.shapes_file = os.environ.get(_USED, "")
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = tracebacks.hook
    install()
    relative_imports.allow()
    return sys.meta_path[0]  # type: ignore[return-value]
