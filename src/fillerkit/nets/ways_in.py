"""How a layer takes part that phase, level or stages leave out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fillerkit.errors import Keyword
from fillerkit.prototxt import phase_name
from fillerkit.schema.forks_pb2 import TEST, TRAIN, LayerParameter, NetState, NetStateRule


class Hint(NamedTuple):
    """What to say of a blob whose makers are left out.

    Attributes
    ----------
    words : list of (str or Keyword)
        Which layer makes it, and what to say so that the layer takes part.
    blobs : set of str
        All blobs whose makers take part then.
    """

    words: list[str | Keyword]
    blobs: set[str]


def way_in(blob: str, left_out: Sequence[LayerParameter], state: NetState) -> Hint:
    """How a maker of `blob` takes part, of all layers that are left out.

    Of all ways, those that change least: a stage or a level more rather than another phase.
    """
    makers = [layer for layer in left_out if blob in layer.top]
    found = [(layer, way) for layer in makers for way in _ways_in(layer, state)]
    least = min((_cost(way) for _, way in found), default=None)
    best = [(layer, way) for layer, way in found if _cost(way) == least]
    layer = best[0][0] if best else makers[0]
    words: list[str | Keyword] = [
        f"; layer '{layer.name}', which makes it, does not take part in phase "
        f"{phase_name(state.phase)}"
    ]
    told: list[list[Keyword]] = []
    for _, way in best:
        if way in told:
            continue
        start = " without a stage: " if way[0].name == "stages" else ": "
        words.append(" or " if told else start)
        for at, keyword in enumerate(way):
            words += [" "] * bool(at) + [keyword]
        told.append(way)
    blobs = {blob}
    for other in left_out:
        if any(way in told for way in _ways_in(other, state)):
            blobs.update(other.top)
    return Hint(words, blobs)


def _cost(way: Sequence[Keyword]) -> tuple[bool, int]:
    return way[0].name == "phase", len(way)


def _ways_in(layer: LayerParameter, state: NetState) -> list[list[Keyword]]:
    """What to say so that one of its include rules is met, or none of its exclude rules."""
    if not layer.include:
        by_phase = all(
            rule.phase == state.phase for rule in layer.exclude if rule.HasField("phase")
        ) and any(rule.HasField("phase") for rule in layer.exclude)
        return [[_phase(TEST if state.phase == TRAIN else TRAIN)]] if by_phase else []
    return [way for rule in layer.include if (way := _way(rule, state))]


def _way(rule: NetStateRule, state: NetState) -> list[Keyword]:
    """What `state` lacks to meet a rule, the phase first; empty where more does not help."""
    if set(rule.not_stage) & set(state.stage):
        return []
    way = []
    if rule.HasField("phase") and rule.phase != state.phase:
        way.append(_phase(rule.phase))
    if rule.HasField("min_level") and state.level < rule.min_level:
        way.append(Keyword("level", rule.min_level))
    if rule.HasField("max_level") and state.level > rule.max_level:
        way.append(Keyword("level", rule.max_level))
    if stages := [stage for stage in rule.stage if stage not in state.stage]:
        way.append(Keyword("stages", stages))
    return way


def _phase(phase: int) -> Keyword:
    return Keyword("phase", "test" if phase == TEST else "train")
