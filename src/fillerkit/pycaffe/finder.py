"""Where ``import caffe`` leads, in a process whose scripts are to find our modules by that name."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

from fillerkit.pycaffe.state import caffe

OURS = "fillerkit.pycaffe"
_PACKAGES = ("caffe", "caffe.proto")
_ITSELF = ("_caffe", "pycaffe")
"""Caffe's inner modules, whose names are all in the package too."""
_MODULES = {
    *("classifier", "coord_map", "detector", "draw", "io", "net_spec"),
    *("proto", "proto.caffe_pb2", *_ITSELF),
}
"""What pycaffe has."""


def install() -> None:
    """Let ``import caffe`` find this package from here on, in this process: for notebooks."""
    if not any(isinstance(finder, CaffeFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, CaffeFinder())


@contextmanager
def caffe_is_ours() -> Iterator[None]:
    """Within it ``import caffe`` finds our modules."""
    finder = CaffeFinder()
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


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
        package, _, inner = fullname.partition(".")
        if package != "caffe":
            return None
        other = PathFinder.find_spec("caffe")
        if not self._looked and other is not None and other.origin is not None:
            self._looked = True
            caffe.say_once(f"there is a caffe in {other.origin}; this script gets fillerkit's")
        if not inner or inner in _MODULES:
            return ModuleSpec(fullname, _Alias(), is_package=fullname in _PACKAGES)
        folders = path if "." in inner else other and other.submodule_search_locations
        found = PathFinder.find_spec(fullname, folders) if folders else None
        if found is None:
            raise ModuleNotFoundError(f"No module named '{fullname}' in {OURS}", name=fullname)
        caffe.say_once(f"{fullname} is taken from {found.origin}")
        return found


class _Alias(Loader):
    """A module of ours under Caffe's name: the same module, not a second copy of it."""

    def __init__(self) -> None:
        self._spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        inner = spec.name.partition(".")[2]
        if inner in _ITSELF:
            inner = ""
        module = import_module(f"{OURS}.{inner}" if inner else OURS)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # which the import system has just replaced
