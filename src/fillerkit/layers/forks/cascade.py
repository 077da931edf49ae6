"""The stages of Cascade R-CNN, each of which takes the boxes of the one before."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import legacy_shape, positive, shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("DecodeBBox", bottoms=(2, 3), moves=True, fixed_batch=True)
def decode_bbox(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Boxes moved by what was predicted for them (MS-CNN, Cascade R-CNN).

    Bottoms: 8 numbers a box, the boxes and, in training, the truth. Source:
    ``decode_bbox_layer.cpp``.
    """
    for index, channels in enumerate((8, 5)):
        if legacy_shape(bottoms[index])[1] != channels:
            raise LayerError(
                f"bottom {index} must have {channels} channels, not {shown(bottoms[index])}"
            )
    return Plan(tops=[bottoms[1]])


@layer("BboxAccuracy", bottoms=(2, 3), tops=(0, 2), reads_out=True)
def bbox_accuracy(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """How far boxes overlap the truth (MS-CNN, Cascade R-CNN: ``bbox_accuracy_layer.cpp``).

    Both forks take 3 bottoms; shapes do not depend on how many there are.
    """
    return Plan(tops=[(1, 1, 1, 1)] * 2)


@layer("ProposalTarget", bottoms=2, tops=(5, 7), fixed_batch=True)
def proposal_target(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Regions with labels and targets, batch_size of them (MS-CNN, Cascade R-CNN).

    With batch_size -1 all are kept. Targets have 4 numbers a class, or 8 where
    ``bbox_reg_param`` says they are not cls_aware. Source: ``proposal_target_layer.cpp``.
    """
    p, regions = layer.proposal_target_param, legacy_shape(bottoms[0])
    if regions[1] != 5:
        raise LayerError(f"bottom 0 must have 5 channels, not {shown(bottoms[0])}")
    num = max(regions[0], 1)
    if p.batch_size != -1:
        num = positive(p.batch_size, "proposal_target_param.batch_size")
    numbers = 4 * p.cls_num if layer.bbox_reg_param.cls_aware else 8
    targets = (num, positive(numbers, "proposal_target_param.cls_num"), 1, 1)
    one, matched = (num, 1, 1, 1), (num, 6, 1, 1)
    return Plan(tops=[(num, 5, 1, 1), one, targets, targets, targets, matched, one], draws=1)


@layer("HardMining", bottoms=(2, None), tops=(1, None), moves=True, fixed_batch=True)
def hard_mining(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The regions with the largest losses, which bottom 0 has (``hard_mining_layer.cpp``)."""
    p = layer.hard_mining_param
    tops = []
    for shape in map(legacy_shape, bottoms[1:]):
        tops.append((min(p.num_roi_per_image * p.num_image, shape[0]), *shape[1:]))
    return Plan(tops=tops)


@layer("ScaleRoute", bottoms=(1, None), tops=(1, None), same=True, moves=True, fixed_batch=True)
def scale_route(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The regions of some sizes; one until the forward pass (``scale_route_layer.cpp``)."""
    return Plan(tops=[(1, *legacy_shape(shape)[1:]) for shape in bottoms])


@layer("DetectionGroupLoss", bottoms=3, loss=True)
def detection_group_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The losses of classes and of boxes (Cascade R-CNN: ``detection_group_loss_layer.cpp``)."""
    return Plan(tops=[(1, 1, 1, 2)], draws=1)


@layer("DetectionGroupAccuracy", bottoms=3, tops=(1, 2), reads_out=True)
def detection_group_accuracy(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """How good a group is (Cascade R-CNN: ``detection_group_accuracy_layer.cpp``)."""
    return Plan(tops=[(1, 1, 1, 2), (1, 1, 1, 1)])


@layer("DetectionAccuracy", bottoms=2, tops=(1, 2), reads_out=True)
def detection_accuracy(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """How good a branch is (MS-CNN: ``detection_accuracy_layer.cpp``)."""
    return Plan(tops=[(1, 1, 1, 2), (1, 1, 1, 1)])
