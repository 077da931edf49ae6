"""A ``caffe`` among the packages of a Python: for notebooks, debuggers and test runners."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from importlib.machinery import PathFinder
from pathlib import Path

from fillerkit import UsageError
from fillerkit.python_layers.stand_in import STAND_IN, is_stand_in


def install_caffe() -> str:
    """Write the package `STAND_IN` among those of this Python, where there is no other caffe.

    Returns
    -------
    str
        What was done.

    Raises
    ------
    UsageError
        There is a caffe already, or the folder cannot be written.
    """
    file = _folder() / "__init__.py"
    if is_stand_in(str(file)):
        return f"{file} is there already"
    if there := _other():
        raise UsageError(f"there is a caffe in {there}: it stays, and nothing is written")
    try:
        file.parent.mkdir()
        file.write_text(STAND_IN, "utf-8")
    except OSError as error:
        raise UsageError(
            f"cannot write {file}: {error.strerror}; a virtual environment can be written"
        ) from None
    return (
        f"wrote {file}: in all that runs in {sys.prefix}, import caffe finds fillerkit.pycaffe; "
        "--uninstall-caffe takes it away"
    )


def uninstall_caffe() -> str:
    """Take away what `install_caffe` has written, and nothing else.

    Returns
    -------
    str
        What was done.

    Raises
    ------
    UsageError
        There is another caffe in its place, or it cannot be taken away.
    """
    folder = _folder()
    if not folder.exists():
        return f"there is no {folder}: nothing to take away"
    if not is_stand_in(str(folder / "__init__.py")):
        raise UsageError(f"{folder} is not what --install-caffe writes: it stays")
    try:
        (folder / "__init__.py").unlink()
        shutil.rmtree(folder / "__pycache__", ignore_errors=True)
        folder.rmdir()
    except OSError as error:
        raise UsageError(f"cannot take all of {folder} away: {error.strerror}") from None
    return f"took away {folder}"


def _folder() -> Path:
    return Path(sysconfig.get_path("purelib"), "caffe")


def _other() -> str:
    """Where there is another caffe: on the path of all programs, which has no working folder."""
    folder = _folder()
    if folder.exists():
        return str(folder)
    found = PathFinder.find_spec("caffe", [path for path in sys.path[1:] if path])
    return "" if found is None else str(found.origin or folder)
