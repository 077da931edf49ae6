"""Numbers of bottoms that layers of Caffe's own types take in forks only.

Caffe 1.0 refuses such a layer. No shape, blob or draw depends on how many bottoms it has, so it is
read where something tells that the net is of a fork, and a note says whose.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from fillerkit.layers.counts import Span, is_within
from fillerkit.layers.plan import Setting
from fillerkit.layers.registry import LayerType, layer_types
from fillerkit.schema.forks_pb2 import LayerParameter


class _Bottoms(NamedTuple):
    """How many bottoms a type takes in forks, in which, and what for."""

    span: Span
    forks: str
    meaning: str


_WEIGHTS = "bottom 2 weighs its loss"
_BOTTOMS = {
    "EuclideanLoss": _Bottoms((2, 3), "happynear's, naibaf7's and MSRCCS's", _WEIGHTS),
    "SigmoidCrossEntropyLoss": _Bottoms((2, 3), "MNC's", _WEIGHTS),
    "SoftmaxWithLoss": _Bottoms(
        (2, 3), "happynear's, Intel's, 3D-Caffe's and some of Fast R-CNN's descendants", _WEIGHTS
    ),
    "Eltwise": _Bottoms((1, None), "FlowNet2's", "it takes one bottom alone"),
}
"""Sources: each fork's ``euclidean_loss_layer``, ``sigmoid_cross_entropy_loss_layer``,
``softmax_loss_layer`` (.cpp) and ``eltwise_layer.hpp``."""


def is_of_fork(layers: Iterable[LayerParameter]) -> bool:
    """Whether a net's layers tell a fork: by a type that Caffe does not have, or by its schema."""
    return any(type(layer) is not LayerParameter or _is_of_fork(layer.type) for layer in layers)


def with_fork_bottoms(
    known: LayerType, layer: LayerParameter, setting: Setting
) -> tuple[LayerType, str]:
    """The type, with the number of bottoms that forks let it take, and a note where it needs it."""
    other = _BOTTOMS.get(known.name)
    count = len(layer.bottom)
    if other is None or not setting.fork or is_within(known.bottoms, count):
        return known, ""
    if not is_within(other.span, count):
        return known, ""
    note = (
        f"layer '{layer.name}' ({layer.type}): {other.meaning}, as in {other.forks} Caffe; "
        "Caffe 1.0 refuses it"
    )
    return known._replace(bottoms=other.span), note


def _is_of_fork(name: str) -> bool:
    known = layer_types.get(name)
    return bool(name) and (
        known is None or known.plan.__module__.startswith("fillerkit.layers.forks.")
    )
