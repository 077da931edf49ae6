"""Lines as Caffe's log has them: ``I1129 02:03:04.000000 12345 solver.cpp:239] Iteration 0``.

Tools read the course of a training out of such lines. They go to standard error, unless
``GLOG_minloglevel`` is above 0 in the environment, as for Caffe.
"""

from __future__ import annotations

import os
import sys
import threading
from datetime import datetime

from fillerkit.printable import printable

LEVEL = "GLOG_minloglevel"
"""The variable of the environment; its name is glog's."""


def info(message: str, where: str) -> None:
    """Write a line.

    Parameters
    ----------
    message
        What happened.
    where
        The file and the line of Caffe 1.0's source that say so: tools look for these too.
    """
    if os.environ.get(LEVEL, "0") not in ("", "0"):
        return
    now = f"{datetime.now():%m%d %H:%M:%S.%f}"
    shown = "\n".join(map(_shown, message.split("\n")))
    sys.stderr.write(f"I{now} {threading.get_native_id():5d} {where}] {shown}\n")
    sys.stderr.flush()


def use_cpu(where: str) -> None:
    """Write the first line of a run; before it an error where there is no PyTorch."""
    import fillerkit.torch  # noqa: F401

    info("Use CPU.", where)


def _shown(line: str) -> str:
    return "\t".join(map(printable, line.split("\t")))
