"""ArgMax: where the largest values stand."""

from __future__ import annotations

import torch
from torch import Tensor

from fillerkit.running.layer_module import LayerModule, shape_of
from fillerkit.running.registry import runs


@runs("ArgMax")
def argmax(layer: LayerModule, x: Tensor) -> Tensor:
    """The places of the top_k largest values, as floats, or along an axis the values themselves.

    Of equal values the one with the higher place comes first.
    """
    p = layer.message.argmax_param
    if p.HasField("axis"):
        values, places = _largest(x.movedim(p.axis, -1), p.top_k)
        return (values if p.out_max_val else places.to(x.dtype)).movedim(
            x.ndim - 1, p.axis % x.ndim
        )
    values, places = _largest(x.flatten(1) if x.ndim > 1 else x[:, None], p.top_k)
    found = [places.to(x.dtype), values] if p.out_max_val else [places.to(x.dtype)]
    rest = (1,) * (max(x.ndim, 3) - 3)
    return torch.stack(found, 1).reshape(x.shape[0], len(found), p.top_k, *rest)


def _largest(x: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """The largest values along the last axis and their places, equal ones from the back."""
    last = shape_of(x)[-1] - 1
    if torch.onnx.is_in_onnx_export():  # which has no stable sort; its TopK has equal ones in order
        values, places = x.flip(-1).topk(count, dim=-1)
    else:
        values, places = x.flip(-1).sort(dim=-1, descending=True, stable=True)
    return values[..., :count], last - places[..., :count]
