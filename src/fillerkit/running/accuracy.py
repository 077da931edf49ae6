"""Accuracy: the share of predictions that are right."""

from __future__ import annotations

import torch
from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import Tops, runs
from fillerkit.running.softmax import of_label, rows


@runs("Accuracy", without=("accuracy_param.min_is_better",))
def accuracy(layer: LayerModule, prediction: Tensor, labels: Tensor) -> Tops:
    """The share of labels among the top_k predictions, those of ignore_label left out.

    A label is among them if fewer than top_k others have its score or a higher one, so that it
    loses every tie. A second top is the share for each class, 0 for a class without a label.
    """
    p = layer.message.accuracy_param
    scores, wanted = rows(prediction.detach(), labels, p.axis)
    classes = scores.shape[1]
    kept = torch.ones_like(wanted, dtype=torch.bool)
    if p.HasField("ignore_label"):
        kept = wanted != p.ignore_label
        wanted = torch.where(kept, wanted, 0)
    others = (scores >= of_label(scores, wanted)[:, None]).sum(1) - 1
    right = ((others < p.top_k) & kept).to(prediction.dtype)
    share = right.sum() / kept.sum(dtype=right.dtype).clamp(min=1)
    if len(layer.message.top) == 1:
        return share
    each = torch.zeros(2, classes, dtype=right.dtype, device=right.device)
    each[0].index_add_(0, wanted, right)
    each[1].index_add_(0, wanted, kept.to(right.dtype))
    return share, (each[0] / each[1].clamp(min=1))
