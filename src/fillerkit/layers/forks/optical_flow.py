"""Layers of optical flow (FlowNet)."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, equal_shapes, legacy_shape, positive, shown
from fillerkit.schema.forks_pb2 import LayerParameter

_COEFFICIENTS = 42
"""Fields of ``AugmentationCoeff`` in FlowNet2's ``caffe.proto``."""

_MEANS = ("iterations", "mean", "channel_mean")


@layer("Correlation", bottoms=2)
def correlation(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """How alike a patch of bottom 0 is to each one around it in bottom 1 (FlowNet).

    A channel for every displacement, up to max_displacement by steps of stride_2 both ways.
    """
    p = layer.correlation_param
    num, _, height, width = _pair(bottoms)
    border = p.max_displacement + _radius(layer)
    reach = 2 * (p.max_displacement // _stride(layer, "stride_2")) + 1
    places = [_places(layer, length + 2 * p.pad, border) for length in (height, width)]
    return Plan(tops=[(num, reach**2, *places)])


@layer("Correlation1D", bottoms=2)
def correlation_1d(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Correlation along the rows only, both ways or with single_direction one way (FlowNet)."""
    p, radius = layer.correlation_param, _radius(layer)
    num, _, height, width = _pair(bottoms)
    reach = p.max_displacement // _stride(layer, "stride_2")
    channels = reach + 1 if p.single_direction else 2 * reach + 1
    high = _places(layer, height, radius)
    wide = _places(layer, width + 2 * p.pad, p.max_displacement + radius)
    return Plan(tops=[(num, channels, high, wide)])


@layer("Resample", bottoms=(1, 2))
def resample(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Resizes to height and width, or to bottom 1's (FlowNet)."""
    p = layer.resample_param
    return _resized(bottoms, (p.height, p.width), "resample_param")


@layer("Downsample", bottoms=(1, 2))
def downsample(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Shrinks to top_height and top_width, or to bottom 1's (FlowNet)."""
    p = layer.downsample_param
    return _resized(bottoms, (p.top_height, p.top_width), "downsample_param")


@layer("FlowWarp", bottoms=2)
def flow_warp(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Moves the pixels of bottom 0 along the flow in bottom 1, its 2 channels (FlowNet)."""
    (num, channels, *lengths), flow = axes4(bottoms[0]), axes4(bottoms[1])
    if flow != (num, 2, *lengths):
        raise LayerError(
            f"bottom 1, the flow, must be {shown((num, 2, *lengths))}, not {shown(flow)}"
        )
    return Plan(tops=[(num, channels, *lengths)])


@layer("FlowAugmentation", bottoms=3)
def flow_augmentation(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """A flow, cropped and changed as its two images are (FlowNet)."""
    p = layer.augmentation_param
    num, channels = axes4(bottoms[0])[:2]
    if channels != 2:
        raise LayerError(f"bottom 0, the flow, needs 2 channels, not {shown(bottoms[0])}")
    height = positive(p.crop_height, "augmentation_param.crop_height")
    width = positive(p.crop_width, "augmentation_param.crop_width")
    return Plan(tops=[(num, channels, height, width)])


@layer(
    "DataAugmentation",
    bottoms=(1, 2),
    tops=(1, 2),
    blobs=_MEANS,
    weights=(),
)
def data_augmentation(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Images, cropped and changed at random, and the coefficients of it (FlowNet2).

    With recompute_mean it has a mean, of each pixel and of each channel, besides the number of
    iterations. Source: ``data_augmentation_layer.cpp``.
    """
    p = layer.augmentation_param
    num, channels, height, width = axes4(bottoms[0])
    if p.HasField("crop_width") and p.HasField("crop_height"):
        if p.crop_height > height or p.crop_width > width:
            raise LayerError(
                f"a crop of {p.crop_height} x {p.crop_width} does not fit {shown(bottoms[0])}",
                field="augmentation_param",
            )
        height, width = p.crop_height, p.crop_width
    shapes: list[Shape] = [(1, 1, 1, 1)]
    if p.recompute_mean:
        shapes += [(1, channels, height, width), (1, channels, 1, 1)]
    params = [
        Param(name, shape, learned=False) for name, shape in zip(_MEANS, shapes, strict=False)
    ]
    coefficients = bottoms[1] if len(bottoms) > 1 else (num, _COEFFICIENTS, 1, 1)
    return Plan(tops=[(num, channels, height, width), coefficients], params=params)


@layer("ChannelNorm")
def channel_norm(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The L2 norm over the channels at every place (FlowNet)."""
    num, _, height, width = legacy_shape(bottoms[0])
    return Plan(tops=[(num, 1, height, width)])


@layer("Accum", bottoms=(1, None))
def accum(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """All channels of its bottoms, resized to the largest (FlowNet).

    Or to the last bottom's size with have_reference, whose channels do not count then; or to a
    size that is larger both ways: top_height and top_width, or the next size_divisible_by.
    """
    p = layer.accum_param
    shapes = [legacy_shape(shape) for shape in bottoms]
    joined = shapes[:-1] if p.have_reference else shapes
    if not joined or any(shape[0] != joined[0][0] for shape in joined):
        raise LayerError(
            f"its bottoms must have as many items: {', '.join(map(shown, bottoms))}", field="bottom"
        )
    largest = max(shape[2] for shape in joined), max(shape[3] for shape in joined)
    size = p.top_height, p.top_width
    if p.have_reference:
        largest = size = shapes[-1][2], shapes[-1][3]
    elif p.HasField("size_divisible_by"):
        unit = positive(p.size_divisible_by, "accum_param.size_divisible_by")
        size = -(-largest[0] // unit) * unit, -(-largest[1] // unit) * unit
    if not (size[0] > largest[0] and size[1] > largest[1]):
        size = largest
    return Plan(tops=[(joined[0][0], sum(shape[1] for shape in joined), *size)])


@layer("Mean", bottoms=(1, None), tops=(1, None), same=True)
def mean(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Adds or subtracts a mean: a value a channel, or a file's (FlowNet)."""
    return Plan(tops=[legacy_shape(shape) for shape in bottoms])


@layer("BlackAugmentation", bottoms=(1, None), tops=(1, None), same=True)
def black_augmentation(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Makes some images and their flows black (FlowNet)."""
    return Plan(tops=list(bottoms))


def _pair(bottoms: Sequence[Shape]) -> Shape:
    equal_shapes(bottoms)
    return axes4(bottoms[0])


def _radius(layer: LayerParameter) -> int:
    """How far a patch reaches around its centre."""
    p = layer.correlation_param
    for name in ("kernel_size", "max_displacement"):
        if not p.HasField(name):
            raise LayerError(f"needs {name}", field="correlation_param")
    if p.kernel_size % 2 == 0:
        raise LayerError(
            f"needs an odd kernel_size, not {p.kernel_size}", field="correlation_param.kernel_size"
        )
    return (p.kernel_size - 1) // 2


def _stride(layer: LayerParameter, name: str) -> int:
    return positive(getattr(layer.correlation_param, name), f"correlation_param.{name}")


def _places(layer: LayerParameter, length: int, border: int) -> int:
    """The patches along an axis whose neighbourhood lies inside."""
    places = -(-(length - 2 * border) // _stride(layer, "stride_1"))
    if places < 1:
        raise LayerError(
            f"a patch and its displacements, {2 * border + 1} long, do not fit an axis of {length}",
            field="correlation_param",
        )
    return places


def _resized(bottoms: Sequence[Shape], size: tuple[int, int], message: str) -> Plan:
    num, channels = legacy_shape(bottoms[0])[:2]
    height, width = size if len(bottoms) == 1 else legacy_shape(bottoms[1])[2:]
    return Plan(tops=[(num, channels, positive(height, message), positive(width, message))])
