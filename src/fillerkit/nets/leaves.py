"""Layers that nothing depends on: what is not known of them keeps no net from being filled."""

from __future__ import annotations

from collections.abc import Collection

from fillerkit.errors import some
from fillerkit.layers.registry import is_slip
from fillerkit.layers.splits import Takers
from fillerkit.nets.asked import Choices
from fillerkit.nets.unknown import is_unknown
from fillerkit.prototxt import NetText


def leaves(text: NetText, choices: Choices) -> frozenset[int]:
    """The layers that are not known and whose tops no layer takes, but for such layers.

    Parameters that they may have are drawn after all that stands before them, so only what stands
    behind them can start otherwise than in a Caffe that knows them.
    """
    if choices.strict_layers:
        return frozenset()
    layers = [layer for layer, _ in text.layers]
    unknown = [index for index, layer in enumerate(layers) if is_unknown(layer, choices)]
    if not unknown:
        return frozenset()
    takers: dict[int, set[int]] = {}
    for (taker, _), (maker, _) in Takers(layers).made.items():
        takers.setdefault(maker, set()).add(taker)
    found: set[int] = set()
    for index in reversed(unknown):
        nothing_depends = takers.get(index, set()) - {index} <= found
        if nothing_depends and not is_slip(layers[index].type):
            found.add(index)
    return frozenset(found)


def passed_over(text: NetText, left_out: Collection[int]) -> str:
    """The note on layers that are left out."""
    names = [
        f"{text.layers[index][0].type} '{text.layers[index][0].name}'" for index in sorted(left_out)
    ]
    several = len(names) != 1
    return (
        f"{len(names)} layer{'s' * several} that nothing depends on and that "
        f"{'are' if several else 'is'} not known, passed over: {some(names)}; "
        "parameters of such a layer are not known and not filled"
    )
