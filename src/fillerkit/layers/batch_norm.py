"""BatchNorm: running statistics that are gathered, not learned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fillerkit.errors import LayerError
from fillerkit.layers.dialects import of_layer
from fillerkit.layers.plan import Param, Plan, Setting, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import shown
from fillerkit.schema.forks_pb2 import FillerParameter, LayerParameter

BLOBS = ("mean", "variance", "scale_factor")
"""Sums over batches, and the factor to divide them by."""
_KEPT, _LEARNED = (0.0, 0.0), (1.0, 1.0)


def _names(layer: LayerParameter, count: int) -> tuple[str, ...]:
    learned = ("weight", "bias")
    first = of_layer(layer) == "nvidia-0.15"
    return (*learned, *BLOBS) if first else (*BLOBS, *learned)


@layer("BatchNorm", blobs=_names, statistics=BLOBS, normalises=True, setting=True)
def batch_norm(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """Normalises channels (Ioffe & Szegedy 2015).

    Its three blobs (mean and variance by channel, and the factor both are to be divided by) are 0
    at the start and move with the data, so a lr_mult other than 0 on them is refused.

    NVIDIA's Caffe learns a scale and a bias besides. In 0.16 and 0.17 they follow the statistics,
    where ``scale_bias`` or one of their fillers is given; the scale starts at 1 and the factor is
    one by which the variance is corrected, 1. In 0.15 they are there always, before the statistics,
    and start at 0. Rates of its own go before those of the prototxt in 0.16 and 0.17. Source:
    batch_norm_layer.cpp of NVIDIA/caffe, branches caffe-0.15 to caffe-0.17.
    """
    shape = bottoms[0]
    if len(shape) < 2:
        raise LayerError(
            f"needs a bottom of 2 axes or more, axis 1 the channels, not {shown(shape)}"
        )
    dialect = setting.dialect_for(layer, "caffe", "nvidia", "nvidia-0.15")
    if dialect == "caffe":
        _check_rates(layer)
        return Plan(tops=[shape], params=_statistics(shape[1]))
    params = (_nvidia if dialect == "nvidia" else _nvidia_0_15)(layer, shape[1])
    note = (
        f"BatchNorm is read as {dialect}'s, with {len(params)} blobs: "
        f"{', '.join(param.name for param in params)} (another dialect can be named)"
    )
    return Plan(tops=[shape], params=params, notes=[note])


def uses_gathered(param: Any, tests: bool) -> bool:
    """Whether a layer of this ``batch_norm_param`` uses its statistics, not those of the batch.

    Where the text does not say it, the phase does: `tests` is whether it is TEST.
    """
    return bool(param.use_global_stats) if param.HasField("use_global_stats") else tests


def learns_scale(param: Any) -> bool:
    """Whether this ``batch_norm_param`` asks NVIDIA's 0.16 or 0.17 for a scale and a bias."""
    return bool(param.scale_bias or param.HasField("scale_filler") or param.HasField("bias_filler"))


def _statistics(
    channels: int, factor: float | None = None, rates: tuple[float, float] | None = None
) -> list[Param]:
    start = None if factor is None else FillerParameter(value=factor)
    each = zip(BLOBS, (channels, channels, 1), (None, None, start), strict=True)
    return [
        Param(name, (length,), filler, learned=False, rates=rates) for name, length, filler in each
    ]


def _nvidia(layer: LayerParameter, channels: int) -> list[Param]:
    p = layer.batch_norm_param
    params = _statistics(channels, 1, _KEPT)
    if learns_scale(p):
        scale = p.scale_filler if p.HasField("scale_filler") else FillerParameter(value=1)
        params.append(Param("weight", (channels,), scale, rates=_LEARNED))
        params.append(Param("bias", (channels,), p.bias_filler, rates=_LEARNED))
    return params


def _nvidia_0_15(layer: LayerParameter, channels: int) -> list[Param]:
    p = layer.batch_norm_param
    scale = Param("weight", (channels,), p.scale_filler)
    return [scale, Param("bias", (channels,), p.bias_filler), *_statistics(channels)]


def _check_rates(layer: LayerParameter) -> None:
    for index, param in enumerate(layer.param):
        if param.lr_mult != 0:
            raise LayerError(
                f"its blobs are statistics, not learned: param {index} needs lr_mult: 0, "
                f"not {param.lr_mult:g}",
                field="param",
            )
