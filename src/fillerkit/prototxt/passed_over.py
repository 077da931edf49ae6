"""Fields that the schema does not know, and that are passed over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from fillerkit.errors import some
from fillerkit.prototxt.text import Field, Kind
from fillerkit.prototxt.upgrade import current_type

_LAYERS = ("layer", "layers")


@dataclass(frozen=True)
class PassedOver:
    """Which fields are passed over, and which have been.

    Attributes
    ----------
    all : bool
        All that are not known.
    here : bool
        Those of the layer that is read: nobody knows its type, and what it makes is not read from
        its fields.
    unknown : callable
        Whether nobody knows a type. None: all types are known.
    deep : bool
        Whether, in such a layer, fields of messages that the schema knows are passed over too.
    """

    all: bool = False
    here: bool = False
    unknown: Callable[[str], bool] | None = None
    deep: bool = True
    _found: dict[str, list[int]] = field(default_factory=dict)
    _outside: PassedOver | None = None

    def within(self, block: Field) -> PassedOver:
        """What is passed over inside of a block."""
        if self._outside is not None:  # in a layer: the block is one of its messages
            return self if self.deep else self._outside
        if self.all or self.unknown is None or block.name not in _LAYERS:
            return self
        kind = block.find("type")
        if kind is None:  # or a layer of V0, which has its type further in
            return replace(self, unknown=None)
        name = current_type(kind.literal) if kind.kind is Kind.WORD else kind.literal
        return replace(self, here=True, _outside=self) if self.unknown(name) else self

    def add(self, name: str, line: int) -> None:
        """Enter a field, ``MESSAGE.FIELD``, and the line it stands in."""
        lines = self._found.setdefault(name, [])
        if line not in lines:
            lines.append(line)

    def notes(self) -> tuple[str, ...]:
        """A line for each field."""
        return tuple(
            f"line{'s' * (len(lines) > 1)} {some([str(line) for line in lines])}: {name} is skipped"
            for name, lines in self._found.items()
        )
