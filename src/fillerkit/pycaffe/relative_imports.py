"""Imports as in Python 2: ``import config`` inside a package finds the package's own module."""

from __future__ import annotations

import builtins
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.machinery import PathFinder
from types import ModuleType
from typing import Any

from fillerkit.pycaffe.python_2 import is_library
from fillerkit.python_layers.say import say_once

_import = builtins.__import__


def allow() -> None:
    """Look for modules that are found nowhere beside the module that imports them, from here on.

    That is for the script's own modules: installed packages try to import what may not be there.
    Only the importing module knows its package, so this is done for each import statement: in
    ``sys.modules`` a second package would get the first one's ``config``. A module that is named
    like one that it tries to import, as pandas.compat.pyarrow, does not get itself.
    """
    builtins.__import__ = _import_as_in_python_2


def _import_as_in_python_2(
    name: str,
    globals: Mapping[str, Any] | None = None,
    locals: Mapping[str, Any] | None = None,
    fromlist: Sequence[str] | None = (),
    level: int = 0,
) -> ModuleType:
    try:
        return _import(name, globals, locals, fromlist or (), level)
    except ModuleNotFoundError as error:
        first = name.partition(".")[0]
        package = "" if level or globals is None else _package_of(globals)
        itself = globals is not None and globals.get("__name__") == f"{package}.{first}"
        if error.name != first or not package or itself or not _has(package, first):
            error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
            raise  # without this frame, as Python shows its own imports
    say_once(
        f"{package}: 'import {first}' is taken as 'from . import {first}', as Python 2 takes it"
    )
    inner = import_module(f"{package}.{name}")
    return inner if fromlist else import_module(f"{package}.{first}")


def _package_of(names: Mapping[str, Any]) -> str:
    """The package of a module of the script's own, else ""."""
    file = names.get("__file__")
    return "" if not file or is_library(file) else names.get("__package__") or ""


def _has(package: str, name: str) -> bool:
    """Whether a package has a module of its own by that name."""
    folders = getattr(import_module(package), "__path__", None)
    return folders is not None and PathFinder.find_spec(f"{package}.{name}", folders) is not None
