"""Shapes that a layer takes for granted, and the errors of later layers that come from them."""

from __future__ import annotations

from fillerkit.errors import Keyword, LayerError
from fillerkit.layers import Plan
from fillerkit.layers.shapes import shown
from fillerkit.nets.connections import Tops
from fillerkit.schema.forks_pb2 import LayerParameter

Words = tuple[str | Keyword, ...]


class Assumed:
    """The blobs of a net so far whose shapes follow from one that is assumed."""

    def __init__(self) -> None:
        self._follow: dict[str, Words] = {}

    def add(self, layer: LayerParameter, plan: Plan, tops: Tops) -> list[str]:
        """Enter a layer that is set up; a note for each shape that it assumes."""
        before = self._words(layer)
        notes = []
        for name, shape in tops:
            if whose := plan.assumed.get(name):
                another = Keyword("shapes", {name: (*shape[:2], "H", "W")})
                words = f"; {name} has the shape {shown(shape)}, {whose}: "
                self._follow[name] = (words, another, " says another")
                notes.append(f"{name}: {shown(shape)}, {whose}")
            elif before:
                self._follow[name] = before
        return notes

    def explain(self, error: LayerError, layer: LayerParameter, shapes: list[str]) -> None:
        """Add to an error that tells one of `shapes` what was assumed before it."""
        if any(shape in error.message for shape in shapes):
            error.words += self._words(layer)

    def _words(self, layer: LayerParameter) -> Words:
        return next((self._follow[name] for name in layer.bottom if name in self._follow), ())
