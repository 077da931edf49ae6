"""Interp: bilinear resizing."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, positive
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Interp", bottoms=(1, 2), passes=True)
def interp(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Resizes by a factor, to a size, or to bottom 1's (DeepLab, PSPNet).

    A factor keeps corners on corners: shrinking makes (length - 1) / factor + 1, zooming
    length + (length - 1) (factor - 1). Negative pads crop first.
    """
    p = layer.interp_param
    num, channels, *lengths = axes4(bottoms[0])
    lengths = [length + p.pad_beg + p.pad_end for length in lengths]
    if p.HasField("shrink_factor") or p.HasField("zoom_factor"):
        shrink = positive(p.shrink_factor, "interp_param.shrink_factor")
        zoom = positive(p.zoom_factor, "interp_param.zoom_factor")
        lengths = [(length - 1) // shrink + 1 for length in lengths]
        lengths = [length + (length - 1) * (zoom - 1) for length in lengths]
    elif p.HasField("height") and p.HasField("width"):
        lengths = [p.height, p.width]
    elif len(bottoms) == 2:
        lengths = list(axes4(bottoms[1])[2:])
    else:
        raise LayerError(
            "needs zoom_factor, shrink_factor, height and width, or a second bottom",
            field="interp_param",
        )
    for length in lengths:
        positive(length, "the length it makes")
    return Plan(tops=[(num, channels, *lengths)])
