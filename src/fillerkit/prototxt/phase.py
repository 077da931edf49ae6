"""Which layers of a net take part: phase, level and stages, as Caffe filters."""

from __future__ import annotations

from fillerkit.errors import LayerError
from fillerkit.prototxt.source import Source
from fillerkit.prototxt.upgrade import TextLayer
from fillerkit.schema.forks_pb2 import TEST, TRAIN, LayerParameter, NetState, NetStateRule, Phase

PHASES = {"train": TRAIN, "test": TEST}


def phase_name(phase: Phase) -> str:
    """``TRAIN`` or ``TEST``."""
    return Phase.Name(phase)


def select(
    layers: list[TextLayer], state: NetState, source: Source
) -> tuple[list[TextLayer], list[TextLayer]]:
    """The layers that `state` includes, each with its phase set (its own, else the state's).

    The second list holds the ones left out.
    """
    chosen: list[TextLayer] = []
    left_out: list[TextLayer] = []
    for layer, field in layers:
        if layer.include and layer.exclude:
            raise LayerError(
                f"layer '{layer.name}' has both include and exclude rules: give rules of one kind",
                layer=layer.name,
                place=source.place(field.offset),
            )
        if not _included(layer, state):
            left_out.append((layer, field))
            continue
        if not layer.HasField("phase"):
            layer.phase = state.phase
        chosen.append((layer, field))
    return chosen, left_out


def _included(layer: LayerParameter, state: NetState) -> bool:
    if layer.include:
        return any(_meets(rule, state) for rule in layer.include)
    return not any(_meets(rule, state) for rule in layer.exclude)


def _meets(rule: NetStateRule, state: NetState) -> bool:
    """Whether `state` meets every condition of a rule; a rule without conditions is always met."""
    return (
        (not rule.HasField("phase") or rule.phase == state.phase)
        and (not rule.HasField("min_level") or state.level >= rule.min_level)
        and (not rule.HasField("max_level") or state.level <= rule.max_level)
        and all(stage in state.stage for stage in rule.stage)
        and not any(stage in state.stage for stage in rule.not_stage)
    )
