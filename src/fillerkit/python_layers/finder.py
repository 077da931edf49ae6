"""Lets ``import caffe`` find `fillerkit.pycaffe`, in a whole process or for a while."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

from fillerkit.python_layers.say import OURS, say_once
from fillerkit.python_layers.stand_in import is_stand_in

_PACKAGES = ("caffe", "caffe.proto")
_ITSELF = ("_caffe", "pycaffe")
"""Caffe's inner modules, whose names are all in the package too."""
_MODULES = {
    *("classifier", "coord_map", "detector", "draw", "io", "net_spec"),
    *("proto", "proto.caffe_pb2", *_ITSELF),
}
"""The modules of pycaffe."""
_MESSAGES = "caffe_pb2"
"""A module that scripts import by itself, from Caffe's own folder or made by protoc."""


def install() -> None:
    """Let ``import caffe`` find fillerkit from here on, in this process: for notebooks."""
    if not any(isinstance(finder, CaffeFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, CaffeFinder())


@contextmanager
def caffe_is_ours() -> Iterator[None]:
    """Let ``import caffe`` find fillerkit inside a ``with`` block, and not after it."""
    if any(isinstance(finder, CaffeFinder) for finder in sys.meta_path):
        yield
        return
    finder, before = CaffeFinder(), set(sys.modules)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        for name in sys.modules.keys() - before:
            if name.partition(".")[0] in ("caffe", _MESSAGES):
                del sys.modules[name]


class CaffeFinder(MetaPathFinder):
    """Finds ``caffe`` and ``caffe.*`` among our modules, before any folder of ``sys.path``.

    A module that pycaffe does not have, but a fork's does, like ``caffe.model_libs`` of SSD's, is
    taken from a caffe on ``sys.path``.
    """

    def __init__(self) -> None:
        self._looked = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.startswith(f"{OURS}."):
            return self._imported_from_ours(fullname, path)
        if fullname == _MESSAGES:
            return _messages()
        package, _, inner = fullname.partition(".")
        if package != "caffe":
            return None
        other = PathFinder.find_spec("caffe")
        if other is not None and is_stand_in(other.origin):
            other = None
        if not self._looked and other is not None and other.origin is not None:
            self._looked = True
            say_once(f"there is a caffe in {other.origin}; this script gets fillerkit's")
        if not inner or inner in _MODULES:
            ours = OURS if not inner or inner in _ITSELF else f"{OURS}.{inner}"
            return ModuleSpec(fullname, _Alias(ours), is_package=fullname in _PACKAGES)
        folders = path if "." in inner else other and other.submodule_search_locations
        found = PathFinder.find_spec(fullname, folders) if folders else None
        if found is None:
            error = ModuleNotFoundError(f"No module named '{fullname}' in {OURS}", name=fullname)
            error.add_note(
                "a module that only a fork has is taken from the fork's python folder, where that "
                "is in PYTHONPATH or on sys.path"
            )
            raise error
        say_once(f"{fullname} is taken from {found.origin}")
        return found

    def _imported_from_ours(self, fullname: str, path: Sequence[str] | None) -> ModuleSpec | None:
        """Find a fork's module under our name, as ``from caffe import model_libs`` asks for it."""
        if PathFinder.find_spec(fullname, path) is not None:
            return None
        forks = fullname.replace(OURS, "caffe", 1)
        try:
            import_module(forks)
        except ModuleNotFoundError as error:
            if error.name == forks:
                return None
            raise
        return ModuleSpec(fullname, _Alias(forks))


def _messages() -> ModuleSpec | None:
    """Find our messages where a script's own module of them is not there."""
    if PathFinder.find_spec(_MESSAGES) is not None:
        return None
    say_once(f"{_MESSAGES} is on no folder of sys.path; this script gets fillerkit's")
    return ModuleSpec(_MESSAGES, _Alias(f"{OURS}.proto.{_MESSAGES}"))


class _Alias(Loader):
    """A module under another name: the same module, not a second copy of it."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = import_module(self._name)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # which the import system has just replaced
