"""CenterLoss: features drawn to the learned centre of their class."""

from __future__ import annotations

from torch import Tensor

from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


@runs("CenterLoss", without=("center_loss_param.distance_type", "center_loss_param.cluster_num"))
def center_loss(layer: LayerModule, x: Tensor, labels: Tensor) -> Tensor:
    """Half the squared distance to the class centre, over the batch (caffe-face).

    caffe-face moves a centre by the mean over 1 + its items; here it has the loss's own gradient.
    """
    centers = layer.blob(0)[labels.reshape(-1).long()]
    return (x.reshape(centers.shape) - centers).square().sum() / centers.shape[0] / 2
