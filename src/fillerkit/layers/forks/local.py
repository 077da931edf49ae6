"""Local: a convolution that shares no weights."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, positive, shown
from fillerkit.schema.forks_pb2 import LayerParameter


def _of_places(layer: LayerParameter, weight: Shape) -> tuple[float, int]:
    """A unit adds up what its filter covers; at each place there are num_output units."""
    return weight[2], weight[0]


@layer("Local", blobs=("weight", "bias"), sums=_of_places)
def local(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """A convolution with filters of its own at every place (happynear).

    The weight is num_output x 1 x (channels kernel_size^2) x places.
    """
    p = layer.local_param
    num, channels, height, width = axes4(bottoms[0])
    outputs = positive(p.num_output, "local_param.num_output")
    kernel = positive(p.kernel_size, "local_param.kernel_size")
    stride = positive(p.stride, "local_param.stride")
    if kernel > min(height, width):
        raise LayerError(
            f"kernel_size {kernel} does not fit its bottom, {shown(bottoms[0])}",
            field="local_param.kernel_size",
        )
    high, wide = ((length + 2 * p.pad - kernel) // stride + 1 for length in (height, width))
    weight = (outputs, 1, channels * kernel**2, high * wide)
    params = [Param("weight", weight, p.weight_filler)]
    if p.bias_term:
        params.append(Param("bias", (1, 1, outputs, high * wide), p.bias_filler))
    return Plan(tops=[(num, outputs, high, wide)], params=params)
