"""Scale and Bias: a learned factor and a learned offset, for a channel or for any span of axes."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import canonical_axis, shown
from fillerkit.schema.forks_pb2 import FillerParameter, LayerParameter


def _scale_blobs(layer: LayerParameter, count: int) -> tuple[str, ...]:
    return ("bias",) if len(layer.bottom) > 1 else ("weight", "bias")


@layer("Scale", bottoms=(1, 2), blobs=_scale_blobs)
def scale(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Multiplies with a learned blob, or its second bottom.

    May add a bias. The factor spans num_axes axes from axis on, and starts at 1 where no filler
    is given.
    """
    p = layer.scale_param
    params = []
    if len(bottoms) == 1:
        span = _span(bottoms[0], p.axis, p.num_axes, "scale_param")
        filler = p.filler if p.HasField("filler") else FillerParameter(type="constant", value=1)
        params.append(Param("weight", span, filler))
    else:
        _fits(bottoms, p.axis, "scale_param")
    if p.bias_term:
        axes = p.num_axes if len(bottoms) == 1 else len(bottoms[1])
        span = _span(bottoms[0], p.axis, axes, "scale_param")
        params.append(Param("bias", span, p.bias_filler))
    return Plan(tops=[bottoms[0]], params=params)


@layer("Bias", bottoms=(1, 2), blobs=("bias",))
def bias(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Adds a learned blob, or its second bottom."""
    p = layer.bias_param
    if len(bottoms) == 2:
        _fits(bottoms, p.axis, "bias_param")
        return Plan(tops=[bottoms[0]])
    span = _span(bottoms[0], p.axis, p.num_axes, "bias_param")
    return Plan(tops=[bottoms[0]], params=[Param("bias", span, p.filler)])


def _span(shape: Shape, axis: int, num_axes: int, message: str) -> Shape:
    """The lengths of num_axes axes of `shape` from axis on; -1 means all that follow."""
    start = canonical_axis(axis, shape, f"{message}.axis")
    if num_axes < -1 or (num_axes >= 0 and start + num_axes > len(shape)):
        raise LayerError(
            f"num_axes {num_axes} from axis {start} reaches past its bottom, {shown(shape)}",
            field=f"{message}.num_axes",
        )
    return shape[start:] if num_axes == -1 else shape[start : start + num_axes]


def _fits(bottoms: Sequence[Shape], axis: int, message: str) -> None:
    """The second bottom has to be a span of the first one's axes."""
    shape, second = bottoms
    start = canonical_axis(axis, shape, f"{message}.axis") if second else 0
    if shape[start : start + len(second)] != second:
        raise LayerError(
            f"bottom 1, {shown(second)}, is not what bottom 0, {shown(shape)}, "
            f"has from axis {start} on"
        )
