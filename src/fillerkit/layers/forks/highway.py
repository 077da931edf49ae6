"""CuDNNHighway: a convolution that a second one mixes with its own bottom."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.convolution import convolved
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, equal_shapes, height_and_width, positive, shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer(
    "CuDNNHighway",
    bottoms=(1, None),
    tops=(1, None),
    same=True,
    blobs=("weight", "transform_weight", "bias", "transform_bias"),
    weights=("weight", "transform_weight"),
    activates=True,
)
def cudnn_highway(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """t y + (1 - t) x, where y and the gate t are convolutions of x (highway-networks).

    The gate's kernel and fillers are the other's unless transform_kernel_size and its own fillers
    say otherwise. Tops have the bottoms' shape. Source: ``cudnn_highway_layer.cpp``.
    """
    p, message = layer.highway_conv_param, "highway_conv_param"
    equal_shapes(bottoms)
    _, channels, *lengths = shape = axes4(bottoms[0])
    group = positive(p.group, f"{message}.group")
    if p.num_output != channels or channels % group:
        raise LayerError(
            f"needs num_output {channels}, its channels, in whole groups: num_output "
            f"{p.num_output}, group {group}",
            field=f"{message}.num_output",
        )
    kernel = height_and_width(p, "kernel", message)
    stride, pad = (height_and_width(p, name, message) for name in ("stride", "pad"))
    axes = zip(lengths, kernel, stride, pad, (1, 1), strict=True)
    if [convolved(*axis) for axis in axes] != lengths:
        raise LayerError(
            f"needs a kernel, pad and stride that keep its bottom's size, {shown(shape)}",
            field=message,
        )
    side = p.transform_kernel_size
    gate_kernel = (side, side) if p.HasField("transform_kernel_size") else kernel
    params = [
        Param("weight", (channels, channels // group, *kernel), p.weight_filler),
        Param(
            "transform_weight",
            (channels, channels // group, *gate_kernel),
            p.transform_weight_filler if p.HasField("transform_weight_filler") else p.weight_filler,
        ),
    ]
    if p.bias_term:
        gate = p.transform_bias_filler if p.HasField("transform_bias_filler") else p.bias_filler
        params.append(Param("bias", (channels,), p.bias_filler))
        params.append(Param("transform_bias", (channels,), gate))
    return Plan(tops=[shape] * len(bottoms), params=params)
