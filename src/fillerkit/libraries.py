"""Packages that only some parts of fillerkit need, and what is said where one is missing."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

from fillerkit.errors import UsageError


def found(*modules: str) -> ModuleType | None:
    """The first of some modules that can be imported, or None."""
    for module in modules:
        try:
            return import_module(module)
        except ImportError:
            continue
    return None


def library(module: str, what: str, extra: str) -> Any:
    """A module, or the error that says how to install it for `what`."""
    imported = found(module)
    if imported is None:
        package = module.partition(".")[0]
        raise UsageError(f"{what} needs {package}: pip install 'fillerkit[{extra}]'")
    return imported


def needed(module: str, package: str = "'fillerkit[pycaffe]'") -> Any:
    """A module; its ImportError, which scripts for pycaffe catch, says what to install."""
    try:
        return import_module(module)
    except ImportError as error:
        error.add_note(f"pip install {package} brings it")
        raise
