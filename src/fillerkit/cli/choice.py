"""Options whose values are names: what is said of a name that there is not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from fillerkit.errors import what_there_is

if TYPE_CHECKING:
    _Choice = click.Choice[str]
else:
    _Choice = click.Choice  # which takes no type before click 8.2


class Choice(_Choice):
    """One of some names; of another it says which is the nearest, or which there are.

    Parameters
    ----------
    names
    told
        The names in words, where each needs some and the nearest is no help.
    case_sensitive
    """

    def __init__(self, names: Iterable[str], told: str = "", case_sensitive: bool = True) -> None:
        super().__init__(tuple(names), case_sensitive)
        self._told = told

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The name, or an error for a person."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            told = f"; there are {self._told}" if self._told else what_there_is(value, self.choices)
            self.fail(f"there is no '{value}'{told}", param, ctx)
