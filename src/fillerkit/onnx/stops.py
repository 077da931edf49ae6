"""Layers that cannot be exported, and the blobs at which a net can end before them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from fillerkit.errors import Keyword, Line, UsageError
from fillerkit.nets.net import Net
from fillerkit.onnx.forms import always_has_form
from fillerkit.torch import refusal, traceable


def with_all_ends(net: Net) -> Net:
    """The net whose outputs are also the blobs that only layers take which were passed over."""
    ends: set[str] = set()
    for layer in net.layers:
        ends -= set(layer.bottoms)
        ends |= set(layer.message.top if layer.bottoms else ())
    return replace(net, outputs=tuple(sorted(ends.union(net.outputs))))


def check_outputs(net: Net) -> None:
    """Refuse a net that nothing comes out of, since a Silence takes all."""
    if not net.outputs:
        last = [name for layer in net.layers if not layer.message.top for name in layer.bottoms]
        why = "a layer takes each of its blobs; say what comes out: "
        raise UsageError(f"{net.file} cannot be exported: {why}", Keyword("until", last))


def check_layers(net: Net) -> None:
    """Refuse a net with layers that cannot be exported: all of them in one error.

    Raises
    ------
    UsageError
        It says what to stop before, if anything is left.
    """
    refused = {
        index: why
        for index, layer in enumerate(net.layers)
        if (why := refusal(layer) or ("" if always_has_form(layer) else traceable(layer)))
    }
    if not refused:
        return
    lines: list[str | Keyword] = [
        Line(f"  line {layer.line}: {layer.type} '{layer.name}': {why}")
        for layer, why in ((net.layers[index], why) for index, why in refused.items())
    ]
    stops = _stops(net, refused)
    way_out: list[str | Keyword] = []
    if stops:
        way_out = [Line("stop before: "), Keyword("until", stops)]
    these = "1 layer" if len(refused) == 1 else f"{len(refused)} layers"
    raise UsageError(f"{these} of {net.file} cannot be exported:", *lines, *way_out)


def _stops(net: Net, refused: Collection[int]) -> list[str]:
    """The last blobs that depend on no refused layer, but for those that go in."""
    lost: set[str] = set()
    last: dict[str, None] = {}
    given: set[str] = set()
    for index, layer in enumerate(net.layers):
        tops = set(layer.message.top)
        given = given - tops if layer.bottoms else given | tops
        if index in refused or lost & set(layer.bottoms):
            last |= dict.fromkeys(name for name in layer.bottoms if name not in lost)
            lost |= tops
        else:
            lost -= tops
    return [name for name in last | dict.fromkeys(net.outputs) if name not in lost | given]
