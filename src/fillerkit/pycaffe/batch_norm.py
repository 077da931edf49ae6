"""A BatchNorm's statistics: Caffe's blobs are sums and a factor, PyTorch's are sums divided by it.

A module of `fillerkit.torch` holds the quotients, and the factor as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from fillerkit.python_layers.blob import Blob

if TYPE_CHECKING:
    from fillerkit.torch import LayerModule


def is_batch_norm(layer: LayerModule) -> bool:
    return [held.name for held in layer.held] == ["running_mean", "running_var", "scale_factor"]


def batches_seen(layer: LayerModule) -> int:
    """The number of batches whose statistics the module has added to its own."""
    count: Any = getattr(layer, "num_batches_tracked", None)
    return 0 if count is None else int(count)


def to_module(layer: LayerModule, blobs: Sequence[Blob]) -> None:
    """Give a module the statistics that its blobs hold."""
    mean, variance, factor = (blob.data for blob in blobs)
    scale = 0.0 if factor.flat[0] == 0 else 1 / factor.flat[0]
    values = mean * scale, variance * scale, factor
    for statistic, each in zip(_statistics(layer), values, strict=True):
        statistic[...] = each


def to_blobs(layer: LayerModule, blobs: Sequence[Blob]) -> None:
    """Give the blobs the statistics that their module holds."""
    mean, variance, factor = _statistics(layer)
    for blob, values in zip(blobs, (mean * factor, variance * factor, factor), strict=True):
        blob.data[...] = values


def _statistics(layer: LayerModule) -> list[Any]:
    """The module's own memory, as arrays."""
    return [blob.detach().numpy() for blob in layer.blobs()]
