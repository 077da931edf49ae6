"""A table of named things that installed packages may add to: layer types, fillers."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from importlib import import_module
from pkgutil import iter_modules
from typing import Generic, TypeVar

from fillerkit.errors import UsageError

T = TypeVar("T")


class Registry(Generic[T]):
    """Things by name; what is not known is looked for in more and more places, once in each.

    Parameters
    ----------
    what
        What a message calls one of the things.
    entry_points
        The group under which packages offer modules that register more when imported.
    package
        A package of ours whose modules register things when imported. First the one is imported
        that has the thing's name, but for case and underscores; then all.
    shared
        For a module of it whose things have other names: these, with spaces between them.
    on_demand
        A package of ours that registers more; imported when a name is not known without it. Things
        of its modules give way to others of their name.
    """

    def __init__(
        self,
        what: str,
        entry_points: str,
        *,
        package: str = "",
        shared: Mapping[str, str] | None = None,
        on_demand: str = "",
    ) -> None:
        self._what = what
        self._entry_points = entry_points
        self._package = package
        self._shared = {
            name: module for module, names in (shared or {}).items() for name in names.split()
        }
        self._on_demand = on_demand
        self._items: dict[str, T] = {}
        self._has_ours = not package
        self._complete = False

    def add(self, name: str, item: T, module: str | None = None) -> None:
        """Make `item` known, which `module` defines; a name is given once."""
        module = module or ""
        if not module.startswith(f"{self._package}."):
            self._load_ours()  # whose names are not to be taken
        if name in self._items:
            if self._on_demand and module.startswith(f"{self._on_demand}."):
                return
            raise UsageError(f"{self._what} '{name}' is registered already")
        self._items[name] = item

    def get(self, name: str) -> T | None:
        """The thing of that name, ours or an installed package's, or None."""
        if name not in self._items and not self._has_ours:
            self._load_home(name)
        for load_more in self._more:
            if name in self._items:
                break
            load_more()
        return self._items.get(name)

    def names(self) -> list[str]:
        """All known names, sorted."""
        for load_more in self._more:
            load_more()
        return sorted(self._items)

    def __iter__(self) -> Iterator[T]:
        return (self._items[name] for name in self.names())

    def home(self, name: str) -> str:
        """The module of ours that a thing of that name would be in, or ""."""
        return self._homes.get(_plain(self._shared.get(name, name)), "")

    @cached_property
    def _homes(self) -> dict[str, str]:
        """Our modules by their plain names."""
        return {_plain(module.rpartition(".")[2]): module for module in _modules(self._package)}

    @property
    def _more(self) -> tuple[Callable[[], None], ...]:
        """What makes more things known, in order."""
        return self._load_ours, self._load_on_demand, self._load_packages

    def _load_home(self, name: str) -> None:
        if home := self.home(name):
            import_module(home)

    def _load_ours(self) -> None:
        if not self._has_ours:
            import_modules(self._package)
            self._has_ours = True

    def _load_on_demand(self) -> None:
        if self._on_demand:
            import_module(self._on_demand)

    def _load_packages(self) -> None:
        if self._complete:
            return
        from importlib.metadata import entry_points

        for entry in entry_points(group=self._entry_points):
            try:
                entry.load()
            except Exception as error:
                of = f"the installed package {entry.dist.name}" if entry.dist else "a package"
                raise UsageError(
                    f"{of} brings a {self._what} '{entry.name}' ({entry.value}) that cannot be "
                    f"loaded: {type(error).__name__}: {error}; mend the package, or uninstall it"
                ) from error
        self._complete = True


def import_modules(package: str) -> None:
    """Import all modules of a package: they register what is theirs."""
    for module in _modules(package):
        import_module(module)


def _modules(package: str) -> list[str]:
    """The names of a package's modules."""
    path = import_module(package).__path__
    return [f"{package}.{module.name}" for module in iter_modules(path) if not module.ispkg]


def _plain(name: str) -> str:
    """A name without what differs between that of a type and that of its file."""
    return name.replace("_", "").lower()


def first_line(documented: object) -> str:
    """The first line of a docstring, or ""."""
    return (inspect.getdoc(documented) or "").partition("\n")[0]
