"""A table of named things that installed packages may add to: layer types, fillers."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Generic, TypeVar

from fillerkit.errors import UsageError

T = TypeVar("T")


class Registry(Generic[T]):
    """Things by name; what is not known is looked for among installed packages, once.

    Parameters
    ----------
    what
        What a message calls one of the things.
    entry_points
        The group under which packages offer modules that register more when imported.
    on_demand
        A module of ours that registers more; imported when a name is not known without it.
    """

    def __init__(self, what: str, entry_points: str, on_demand: str = "") -> None:
        self._on_demand = on_demand
        self._what = what
        self._entry_points = entry_points
        self._items: dict[str, T] = {}
        self._complete = False
        self._loading = False

    def add(self, name: str, item: T) -> None:
        """Make `item` known; a name is given once, and one on demand gives way to it."""
        if name in self._items:
            if self._loading:
                return
            raise UsageError(f"{self._what} '{name}' is registered already")
        self._items[name] = item

    def get(self, name: str) -> T | None:
        """The thing of that name, ours or an installed package's, or None."""
        if name not in self._items:
            self._load_more()
        if name not in self._items:
            self._load_packages()
        return self._items.get(name)

    def names(self) -> list[str]:
        """All known names, sorted."""
        self._load_more()
        self._load_packages()
        return sorted(self._items)

    def __iter__(self) -> Iterator[T]:
        return (self._items[name] for name in self.names())

    def _load_more(self) -> None:
        module, self._on_demand = self._on_demand, ""
        if module:
            self._loading = True
            try:
                import_module(module)
            finally:
                self._loading = False

    def _load_packages(self) -> None:
        if self._complete:
            return
        from importlib.metadata import entry_points

        for entry in entry_points(group=self._entry_points):
            try:
                entry.load()
            except Exception as error:
                raise UsageError(
                    f"an installed package's {self._what} '{entry.name}' ({entry.value}) "
                    f"cannot be loaded: {type(error).__name__}: {error}"
                ) from error
        self._complete = True


def import_modules(package: str, path: Iterable[str]) -> None:
    """Import all modules of a package, from its ``__path__``: they register what is theirs."""
    for module in iter_modules(path):
        if not module.ispkg:
            import_module(f"{package}.{module.name}")


def first_line(documented: object) -> str:
    """The first line of a docstring, or ""."""
    return (inspect.getdoc(documented) or "").partition("\n")[0]
