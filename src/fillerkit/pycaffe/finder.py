"""Where ``import caffe`` leads, in a process whose scripts are to find our modules by that name."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from types import ModuleType

from fillerkit.pycaffe.state import caffe

OURS = "fillerkit.pycaffe"
_PACKAGES = ("caffe", "caffe.proto")
_ITSELF = ("_caffe", "pycaffe")
"""Caffe's inner modules, whose names are all in the package too."""


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
        if inner and not _is_ours(inner) and other is not None:
            found = PathFinder.find_spec(fullname, other.submodule_search_locations)
            if found is not None:
                caffe.say_once(f"{fullname} is taken from {found.origin}")
                return found
        return ModuleSpec(fullname, _Alias(), is_package=fullname in _PACKAGES)


def _is_ours(inner: str) -> bool:
    if inner in _ITSELF:
        return True
    try:
        return find_spec(f"{OURS}.{inner}") is not None
    except ModuleNotFoundError:  # the package that it would be in is not ours
        return False


class _Alias(Loader):
    """A module of ours under Caffe's name: the same module, not a second copy of it."""

    def __init__(self) -> None:
        self._spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        inner = spec.name.partition(".")[2]
        if inner in _ITSELF:
            inner = ""
        name = f"{OURS}.{inner}" if inner else OURS
        try:
            module = import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            raise ModuleNotFoundError(
                f"No module named '{spec.name}' in {OURS}", name=spec.name
            ) from None
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # which the import system has just replaced
