"""What Python can run as the main program: a script, a folder, a module, code, standard input."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any


class NoProgramError(Exception):
    """There is no such program.

    Attributes
    ----------
    code : int
        With which Python ends.
    """

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Program:
    """A main program that is not run yet.

    Parameters
    ----------
    argument
        ``sys.argv[0]``.
    folder
        ``sys.path[0]``.
    compiled
        Its code; raises what is wrong with its syntax.
    source
        Its text, and its file's path, where it is a script; else empty.
    spec
        Of a module, or of the ``__main__`` of a folder.
    """

    argument: str
    folder: str
    compiled: Callable[[], CodeType]
    source: bytes = b""
    path: str = ""
    spec: ModuleSpec | None = None

    def module(self) -> ModuleType:
        """Its module, ``__main__``, still empty."""
        main = ModuleType("__main__")
        names: dict[str, Any] = main.__dict__
        names["__builtins__"] = __builtins__
        names["__spec__"] = self.spec
        if self.spec is not None:
            names["__package__"], names["__loader__"] = self.spec.parent, self.spec.loader
        if file := self.path or (self.spec.origin if self.spec else ""):
            names["__file__"] = file
        return main


def script(path: str) -> Program:
    """The program of ``python PATH``: a file, a folder or a zip file with a ``__main__``."""
    absolute = str(Path(path).absolute())
    found = PathFinder.find_spec("__main__", [absolute])
    if found is not None:
        return Program(path, absolute, lambda: _code(found), spec=found)
    if Path(path).is_dir():
        raise NoProgramError(f"can't find '__main__' module in '{path}'", 1)
    try:
        source = Path(path).read_bytes()
    except OSError as error:
        raise NoProgramError(f"can't open file '{path}': {error.strerror or error}", 2) from None
    folder = str(Path(absolute).resolve().parent)
    return Program(path, folder, lambda: _compiled(source, absolute), source, absolute)


def module(name: str) -> Program:
    """The program of ``python -m NAME``; packages around it are imported, as by Python."""
    sys.path[0] = str(Path.cwd())
    spec = _spec_of(name)
    if spec is not None and spec.submodule_search_locations is not None:
        spec = _spec_of(f"{name}.__main__")
        if spec is None:
            raise NoProgramError(
                f"No module named {name}.__main__; '{name}' is a package and cannot be directly "
                "executed",
                1,
            )
    if spec is None or spec.loader is None:
        raise NoProgramError(f"No module named {name}", 1)
    return Program(spec.origin or name, sys.path[0], lambda: _code(spec), spec=spec)


def code(text: str) -> Program:
    """The program of ``python -c TEXT``."""
    return Program("-c", "", lambda: _compiled(text.encode(), "<string>"))


def standard_input() -> Program:
    """The program of ``python -``."""
    source = sys.stdin.buffer.read()
    return Program("-", "", lambda: _compiled(source, "<stdin>"))


def _spec_of(name: str) -> ModuleSpec | None:
    """Find a module; None where it, or a package around it, is not there."""
    try:
        return find_spec(name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            return None
        raise
    except ValueError:  # __main__ itself, whose spec is None
        return None


def _code(spec: ModuleSpec) -> CodeType:
    found = spec.loader.get_code(spec.name)  # type: ignore[union-attr]
    if found is None:
        raise NoProgramError(f"No code object available for {spec.name}", 1)
    return found  # type: ignore[no-any-return]


def _compiled(source: bytes, file: str) -> CodeType:
    return compile(source, file, "exec", dont_inherit=True)
