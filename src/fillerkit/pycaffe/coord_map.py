"""How the pixels of one top lie on those of another, so that a Crop can align them.

Layers that move a window over their bottom relate the two by an affine map an axis: the place
``x`` of the bottom is at ``scale * x + shift`` of the top. Maps are followed back from both tops to
a blob that both come from.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from fillerkit.pycaffe.net_spec import Function, Top
from fillerkit.pycaffe.net_spec import layers as L  # noqa: N812

Map = tuple[int | None, Any, Any]
"""Axis (None: any), scale and shift; the two are a number, or an array of one for each axis."""

PASS_THROUGH_LAYERS = [
    *("AbsVal", "BatchNorm", "Bias", "BNLL", "Dropout", "Eltwise", "ELU", "Log", "LRN", "Exp"),
    *("MVN", "Power", "ReLU", "PReLU", "Scale", "Sigmoid", "Split", "TanH", "Threshold"),
]
"""The types whose tops have the coordinates of their bottoms."""

_LEGACY = {f"{what}_{side}" for what in ("kernel", "stride", "pad") for side in "hw"}


class UndefinedMapException(Exception):
    """A layer's type has no map."""


class AxisMismatchException(Exception):
    """Two maps are of different axes."""


def conv_params(fn: Function) -> tuple[int, Any, Any, Any]:
    """Axis, stride, kernel with its dilation, and pad of a layer that moves a window.

    Raises
    ------
    KeyError
        There is no ``kernel_size``.
    AssertionError
        Height and width are given apart (``kernel_h``).
    """
    params = fn.params.get("convolution_param", fn.params)
    kernel = _row(params["kernel_size"])
    apart = _LEGACY & {*fn.params, *params}
    assert not apart, f"{', '.join(sorted(apart))}: a crop needs one value for height and width"
    extent = _row(params.get("dilation", 1)) * (kernel - 1) + 1
    return params.get("axis", 1), _row(params.get("stride", 1)), extent, _row(params.get("pad", 0))


def crop_params(fn: Function) -> tuple[int, Any]:
    """Axis and offset of a Crop."""
    params = fn.params.get("crop_param", fn.params)
    return params.get("axis", 2), _row(params.get("offset", 0))


def coord_map(fn: Function) -> Map:
    """How a layer's top lies on its bottom.

    Raises
    ------
    UndefinedMapException
        The type has no map.
    """
    if fn.type_name in ("Convolution", "Pooling", "Im2col"):
        axis, stride, extent, pad = conv_params(fn)
        return axis, 1 / stride, (pad - (extent - 1) / 2) / stride
    if fn.type_name == "Deconvolution":
        axis, stride, extent, pad = conv_params(fn)
        return axis, stride, (extent - 1) / 2 - pad
    if fn.type_name == "Crop":
        axis, offset = crop_params(fn)
        # Crop counts from the first axis it cuts, a convolution from the channels before it.
        return axis - 1, 1, -offset
    if fn.type_name in PASS_THROUGH_LAYERS:
        return None, 1, 0
    raise UndefinedMapException(f"{fn.type_name} has no coordinate map")


def compose(base_map: Map, next_map: Map) -> Map:
    """The map that applies `next_map`, then `base_map`.

    Raises
    ------
    AxisMismatchException
        They are of different axes.
    """
    (axis, scale, shift), (next_axis, next_scale, next_shift) = base_map, next_map
    if axis is None:
        axis = next_axis
    elif next_axis not in (None, axis):
        raise AxisMismatchException(f"one map is of axis {axis}, the other of axis {next_axis}")
    return axis, scale * next_scale, scale * next_shift + shift


def inverse(coord_map: Map) -> Map:
    """The inverse of a map."""
    axis, scale, shift = coord_map
    return axis, 1 / scale, -shift / scale


def coord_map_from_to(top_from: Top, top_to: Top) -> Map:
    """How `top_to` lies on `top_from`.

    Returns
    -------
    axis, scale, shift
        The place ``x`` of `top_from` is at ``scale * x + shift`` of `top_to`.

    Raises
    ------
    RuntimeError
        Nothing that both come from is reached through layers that have a map.
    """
    from_maps = dict(_walk(top_from))
    for top, to_map in _walk(top_to):
        if top in from_maps:
            return compose(to_map, inverse(from_maps[top]))
    raise RuntimeError(
        "the two tops share no blob that layers with a coordinate map lead back to "
        f"({top_from.fn.type_name} and {top_to.fn.type_name})"
    )


def crop(top_from: Top, top_to: Top) -> Top:
    """A Crop layer that cuts `top_from` to the place and the size of `top_to`.

    Raises
    ------
    AssertionError
        Their scales differ, or `top_from` would have to grow, or be cut between two pixels.
    """
    axis, scale, shift = coord_map_from_to(top_from, top_to)
    assert np.all(scale == 1), f"the tops differ in scale by {scale}: a crop cannot resize"
    assert np.all(shift <= 0), f"the offset would be negative: {-shift}"
    assert np.all(np.round(shift) == shift), f"the offset would lie between pixels: {-shift}"
    offset = [int(number) for number in -np.round(_row(shift))]
    cut: Top = L.Crop(
        top_from, top_to, crop_param={"axis": 2 if axis is None else axis + 1, "offset": offset}
    )
    return cut


def _walk(top: Top) -> Iterable[tuple[Top, Map]]:
    """Every blob that `top` comes from by layers with a map, nearest first, with its map."""
    maps: dict[Top, Map] = {top: (None, 1, 0)}
    queue = [top]
    for reached in queue:
        yield reached, maps[reached]
        # What a Crop cuts to gives it a size and no places.
        bottoms = reached.fn.inputs[: 1 if reached.fn.type_name == "Crop" else None]
        try:
            through = coord_map(reached.fn) if bottoms else None
        except UndefinedMapException:
            continue
        for bottom in bottoms:
            if bottom not in maps and through is not None:
                maps[bottom] = compose(maps[reached], through)
                queue.append(bottom)


def _row(values: Any) -> Any:
    return np.array(values, ndmin=1)
