"""The names of a PyTorch state dict, ``conv1.weight``, and the blobs that they mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from fillerkit.blobs.blobs import Array, Blobs
from fillerkit.formats.names import BATCH_NORM

TRACKED = "num_batches_tracked"
_STATISTICS = {"running_mean": 0, "running_var": 1}
_ORDER = {"weight": 0, "bias": 1}


def from_state(state: Mapping[str, Array], origin: Mapping[str, Any]) -> Blobs:
    """Blobs from arrays by PyTorch's names.

    What stands before a name's last dot is the layer. Its weight is blob 0 and its bias blob 1;
    others follow in their order, and those that are numbers by them, without a name. The running
    statistics of a normalisation are a BatchNorm's mean and variance, beside a scale factor of 1.

    Raises
    ------
    ValueError
        A name has no dot, or a layer has statistics and a weight, which are two layers in Caffe.
    """
    layers: dict[str, dict[str, Array]] = {}
    for name, array in state.items():
        layer, dot, blob = name.rpartition(".")
        if not dot or not layer:
            raise ValueError(f"its key '{name}' is neither <layer>/<index> nor <layer>.<name>")
        layers.setdefault(layer, {})[blob] = array
    owned: dict[tuple[str, int], tuple[str, Array]] = {}
    for layer, blobs in layers.items():
        statistics = blobs.keys() & _STATISTICS.keys()
        learned = [name for name in blobs if name not in _STATISTICS and name != TRACKED]
        if statistics and learned:
            raise ValueError(
                f"'{layer}' has {' and '.join([*sorted(statistics), *learned])}: Caffe keeps "
                "statistics and scale in two layers, BatchNorm and Scale; split the names"
            )
        if len(statistics) == 1:
            raise ValueError(f"'{layer}' has {statistics.pop()} and not the other statistic")
        if statistics:
            found = [blobs["running_mean"], blobs["running_var"]]
            found.append(np.ones(1, found[0].dtype))
            names = list(BATCH_NORM)
        else:
            names = sorted(learned, key=_rank)
            found = [blobs[name] for name in names]
        for index, (name, array) in enumerate(zip(names, found, strict=True)):
            owned[layer, index] = "" if name.isdecimal() else name, array
    return Blobs(owned, {}, origin)


def _rank(name: str) -> int:
    return int(name) if name.isdecimal() else _ORDER.get(name, len(_ORDER))
