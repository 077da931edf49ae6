"""DeformableConvolution: a convolution whose places are learned too."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from fillerkit.errors import LayerError
from fillerkit.layers.convolution import Window, convolved
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, positive, shown
from fillerkit.schema.forks_pb2 import LayerParameter


def _gathered(layer: LayerParameter, weight: Shape) -> tuple[float, int]:
    """A unit adds up what one filter covers in its group."""
    return prod(weight[1:]), weight[0] // layer.deformable_convolution_param.group


@layer("DeformableConvolution", bottoms=2, blobs=("weight", "bias"), sums=_gathered)
def deformable_convolution(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """A convolution that reads where the offsets in bottom 1 say (py-RFCN-priv).

    The weight is num_output x (channels / group) x kernel; the offsets are two for each place of
    the kernel and deformable group, over the places of bottom 0.
    """
    p, message = layer.deformable_convolution_param, "deformable_convolution_param"
    shape = axes4(bottoms[0])
    window = Window(p, shape, message)
    outputs = positive(p.num_output, f"{message}.num_output")
    group = positive(p.group, f"{message}.group")
    if shape[1] % group or outputs % group:
        raise LayerError(
            f"group {group} must divide its {shape[1]} channels and its num_output, {outputs}",
            field=f"{message}.group",
        )
    kernel = window.kernel[0] * window.kernel[1]
    offsets = (shape[0], 2 * kernel * p.deformable_group, *shape[2:])
    if bottoms[1][1:] != offsets[1:]:
        raise LayerError(
            f"bottom 1, the offsets, must be {shown(offsets)}, not {shown(bottoms[1])}"
        )
    params = [Param("weight", (outputs, shape[1] // group, *window.kernel), p.weight_filler)]
    if p.bias_term:
        params.append(Param("bias", (outputs,), p.bias_filler))
    lengths = [convolved(*axis) for axis in window.axes()]
    return Plan(tops=[(shape[0], outputs, *lengths)], params=params)
