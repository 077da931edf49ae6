"""The package ``caffe`` that a person may put among those of a Python: it hands over to ours."""

from __future__ import annotations

from pathlib import Path

_FIRST = (
    "# Written by python -m fillerkit.pycaffe --install-caffe; --uninstall-caffe takes it away."
)

STAND_IN = f'''{_FIRST}
"""Hands ``import caffe`` over to fillerkit.pycaffe."""

import importlib
import sys

try:
    from fillerkit.pycaffe import install
except ImportError as error:
    raise ImportError(
        f"{{__file__}} hands over to fillerkit, which cannot be imported ({{error}}): install it, "
        "or take that folder away"
    ) from error

install()
sys.modules[__name__] = importlib.import_module("fillerkit.pycaffe")
'''
"""The text of its ``__init__.py``."""


def is_stand_in(file: str | None) -> bool:
    """Whether a file is the one that was written for this."""
    try:
        return file is not None and Path(file).read_text("utf-8").startswith(_FIRST)
    except (OSError, UnicodeDecodeError):
        return False
