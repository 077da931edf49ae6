"""Packages that only some parts of fillerkit need, and what is said where one is missing."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from types import ModuleType
from typing import Any

from fillerkit.errors import UsageError

_BELOW = {"proto": "protobuf", "numpy": "numpy"}
"""Packages that compiled ones are built for one generation of, by what names them in an error."""


def found(*modules: str) -> ModuleType | None:
    """The first of some modules that is installed, or None."""
    for module in modules:
        try:
            return _imported(module)
        except ModuleNotFoundError:
            continue
    return None


def library(module: str, what: str, extra: str, floor: str = "") -> Any:
    """A module, or the error that says how to install it for `what`.

    Parameters
    ----------
    module, what, extra
        What is imported, what needs it, and which extra of fillerkit brings it.
    floor
        The lowest version of its package that will do; any unless given.
    """
    package, install = module.partition(".")[0], f"pip install 'fillerkit[{extra}]'"
    there = _version(package) if floor else ""
    if there and _numbers(there) < _numbers(floor):
        raise UsageError(f"{what} needs {package} {floor} or later, not {there}: {install}")
    try:
        return _imported(module)
    except ModuleNotFoundError:
        raise UsageError(f"{what} needs {package}: {install}") from None


def needed(module: str, package: str = "'fillerkit[pycaffe]'") -> Any:
    """A module; its ImportError, which scripts for pycaffe catch, says what to install."""
    try:
        return import_module(module)
    except ImportError as error:
        error.add_note(f"pip install {package} brings it")
        raise


def _imported(module: str) -> ModuleType:
    """A module; a ModuleNotFoundError where its package is not installed.

    Any other end of an import, and there are many (the package was built for another protobuf or
    NumPy, a shared library is gone, a package that it needs is missing), is one error.
    """
    package = module.partition(".")[0]
    try:
        return import_module(module)
    except Exception as error:
        if isinstance(error, ModuleNotFoundError) and error.name in (module, package):
            raise
        said = f"{type(error).__name__}: {error}".splitlines()[0]
        below = [name for word, name in _BELOW.items() if word in said.lower()]
        raise UsageError(
            f"{package} is installed, but cannot be imported ({said}): "
            f"pip install --upgrade {' '.join([package, *below])}"
        ) from error


def _version(package: str) -> str:
    """What is installed of a package, or "" where that is not known."""
    try:
        return version(package) or ""
    except PackageNotFoundError:
        return ""


def _numbers(version: str) -> list[int]:
    """What two versions are compared by."""
    return [int(number) for number in re.findall(r"\d+", version.partition("+")[0])[:3]]
