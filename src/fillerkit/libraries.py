"""Packages that only some parts of fillerkit need, and what is said where one is missing."""

from __future__ import annotations

import importlib
from typing import Any

from fillerkit.errors import UsageError


def library(module: str, what: str, extra: str) -> Any:
    """A module, or the error that says how to install it for `what`."""
    try:
        return importlib.import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        raise UsageError(f"{what} needs {package}: pip install 'fillerkit[{extra}]'") from None


def needed(module: str, package: str = "'fillerkit[pycaffe]'") -> Any:
    """A module; its ImportError, which scripts for pycaffe catch, says what to install."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        error.add_note(f"pip install {package} brings it")
        raise
