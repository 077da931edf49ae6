"""What a person states of a layer whose type is known: it goes before what the type knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from fillerkit.errors import EXAMPLE_PARAM, Keyword, LayerError
from fillerkit.layers import Param, Plan, Shape
from fillerkit.layers.counts import Span, counted, is_within
from fillerkit.layers.registry import LayerType, layer_types
from fillerkit.layers.shapes import shown
from fillerkit.nets.asked import Choices
from fillerkit.schema.forks_pb2 import LayerParameter


@dataclass(frozen=True)
class Stated:
    """A layer, and what of its type does not hold.

    Parameters
    ----------
    type
        With the numbers of bottoms and tops that hold.
    asked
        The layer as its type is asked about it: with no more bottoms and tops than it can take.
    tops
        The shapes of the layer's tops, where they are as they are given.
    params
        Its parameter blobs, where a person states them.
    notes
        What was overruled.
    """

    type: LayerType
    asked: LayerParameter
    tops: Sequence[Shape] | None = None
    params: Sequence[Param] | None = None
    notes: tuple[str, ...] = ()

    def overrules(self, plan: Plan) -> bool:
        """Whether the layer has other bottoms, tops or shapes of parameters than by its type."""
        if self.params is None:
            return self.tops is not None
        own = [param.shape for param in plan.params]
        return self.tops is not None or [param.shape for param in self.params] != own

    def without_type(self, error: LayerError) -> Plan:
        """What the layer makes where its type refuses to plan it; else the `error` is raised."""
        if self.tops is None:
            raise error
        if self.params is None and self.type.traits.blobs:
            blobs = Keyword("params", {self.asked.name: [EXAMPLE_PARAM]})
            why = () if error.__cause__ else (", since it ", *error.words)
            raise LayerError(
                "its number of bottoms or tops is not its type's, which does not tell its "
                "parameter blobs then: ",
                blobs,
                *why,
            ) from error
        return Plan(tops=self.tops)

    def applied(self, plan: Plan) -> Plan:
        """What the layer makes by its type, with what is stated in place of it."""
        if self.tops is not None:
            plan = replace(plan, tops=self.tops)
        if self.params is not None:
            given = [_named(self, at, blob, plan) for at, blob in enumerate(self.params)]
            note = (
                f"layer '{self.asked.name}' ({self.asked.type}): its parameter blobs are as given, "
                f"{_told(given)}, not those of its type, {_told(plan.params)}"
            )
            plan = replace(plan, params=given, forgotten=(), notes=[*plan.notes, note])
        return replace(plan, notes=[*plan.notes, *self.notes])


def stated(known: LayerType, layer: LayerParameter, choices: Choices) -> Stated:
    """What holds of a layer: what `choices` states of it, then what its type knows.

    Where a person gives the shapes of all its tops, it may have any number of bottoms and tops. Its
    parameters and draws are then planned from as many of them as the type can take, or are those
    that are stated.
    """
    setting = choices.setting
    told = layer_types.get(layer.type) is None or known.code or layer.name in choices.unknown
    params = None if told else setting.params.get(layer.name)  # else its plan has them already
    plain = Stated(known, layer, params=params)
    described = bool(layer.top) and all(top in setting.shapes for top in layer.top)
    bottoms, tops = _spans(known, layer)
    fit = is_within(bottoms, len(layer.bottom)), is_within(tops, len(layer.top))
    if all(fit) or not described:
        return plain
    asked = type(layer)()
    asked.CopyFrom(layer)
    del asked.bottom[len(layer.bottom) if bottoms[1] is None else bottoms[1] :]
    del asked.top[len(layer.top) if tops[1] is None else tops[1] :]
    notes = [
        f"layer '{layer.name}' ({layer.type}): its {len(names)} {what}"
        f"{' is' if len(names) == 1 else 's are'} as given, though the type {verb} "
        f"{counted(span, what)} here"
        for fits, names, span, what, verb in (
            (fit[0], layer.bottom, bottoms, "bottom", "takes"),
            (fit[1], layer.top, tops, "top", "makes"),
        )
        if not fits
    ]
    free = known._replace(bottoms=(0, None), tops=(0, None), same=False)
    given = [setting.shapes[top] for top in layer.top]
    return Stated(free, asked, given, params, tuple(notes))


def _spans(known: LayerType, layer: LayerParameter) -> tuple[Span, Span]:
    """How many bottoms and tops a type takes."""
    (least, most), (fewest, largest) = known.bottoms, known.tops
    if known.loss:
        fewest = 0
    if known.same and len(layer.top) != len(layer.bottom):
        pairs = min(len(layer.top), len(layer.bottom))
        return (least, max(least, pairs)), (fewest, max(fewest, pairs))
    return (least, most), (fewest, largest)


def _named(stated: Stated, at: int, blob: Param, plan: Plan) -> Param:
    """A blob that is given, with the name that the type has for it, and its filler if none is."""
    names = stated.type.traits.blob_names(stated.asked, at + 1)
    if at >= len(plan.params):
        return replace(blob, name=names[at])
    own = plan.params[at]
    return replace(own, shape=blob.shape, filler=blob.filler or own.filler)


def _told(params: Sequence[Param]) -> str:
    return (
        ", ".join(
            shown(param.shape) + (f" ({param.filler.type})" if param.filler else "")
            for param in params
        )
        or "none"
    )
