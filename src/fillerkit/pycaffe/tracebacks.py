"""How an error of a script is shown: by the script's own lines."""

from __future__ import annotations

import os
import sys
import sysconfig
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

import fillerkit as fk
from fillerkit.pycaffe import python_2, relative_imports

_FOLDER = str(Path(fk.__file__).parent) + os.sep
_STANDARD = sysconfig.get_path("stdlib") + os.sep


def lines(error: BaseException) -> Iterator[str]:
    """What Python would write of an error.

    Of what a script calls the frames of fillerkit are left out, unless a library under it has
    raised the error.
    """
    shown = traceback.TracebackException.from_exception(error)
    _trim(shown)
    return shown.format()


def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Write an error that ends a process, as `sys.excepthook`."""
    if isinstance(error, Exception) and (remark := python_2.remark(error)):
        error.add_note(remark)
    sys.stderr.writelines(lines(error))


def _trim(shown: traceback.TracebackException) -> None:
    """Leave out fillerkit's own frames, of an error that it has raised on purpose."""
    frames = [frame for frame in shown.stack if frame.filename != relative_imports.__file__]
    shown.stack = traceback.StackSummary.from_list(frames)
    last = shown.stack[-1] if shown.stack else None
    ours = [_is_ours(frame) for frame in shown.stack]
    on_purpose = last is not None and _is_ours(last) and (last.line or "").startswith("raise")
    of_script = last is not None and not _is_ours(last) and "-packages" not in last.filename
    if any(ours) and (on_purpose or of_script):
        first = ours.index(True)
        own = [frame for frame in shown.stack[first:] if not _is_inner(frame)]
        shown.stack = traceback.StackSummary.from_list([*shown.stack[:first], *own])
    for name in ("__cause__", "__context__"):
        before: traceback.TracebackException | None = getattr(shown, name)
        if before is not None and on_purpose and any(map(_is_ours, before.stack)):
            setattr(shown, name, None)
        elif before is not None:
            _trim(before)


def _is_ours(frame: traceback.FrameSummary) -> bool:
    return frame.filename.startswith(_FOLDER)


def _is_inner(frame: traceback.FrameSummary) -> bool:
    """Whether a frame is fillerkit's, or one of Python's own modules under it."""
    standard = frame.filename.startswith((_STANDARD, "<frozen"))
    return _is_ours(frame) or (standard and "-packages" not in frame.filename)
