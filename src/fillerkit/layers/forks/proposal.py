"""Regions that a region proposal network proposes, and what becomes of them."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import legacy_shape, positive
from fillerkit.schema.forks_pb2 import LayerParameter

_REGION: Shape = (1, 5, 1, 1)  # one region until the forward pass finds how many there are
_SCORE: Shape = (1, 1, 1, 1)


@layer("Proposal", bottoms=3, tops=(1, 2), fixed_batch=True)
def proposal(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Regions, post_nms_topn an image, and their scores (PVANET, happynear).

    Bottoms: scores and box deltas of every anchor, and sizes of the images.
    """
    most = positive(layer.proposal_param.post_nms_topn, "proposal_param.post_nms_topn")
    regions = legacy_shape(bottoms[0])[0] * most
    return Plan(tops=[(regions, 5), (regions,)])


@layer("FrcnnProposal", bottoms=3, tops=(1, 2), fixed_batch=True)
def frcnn_proposal(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Regions, and their scores; one until the forward pass (py-RFCN-priv)."""
    return Plan(tops=[_REGION, _SCORE])


@layer("BoxesObj", bottoms=4, tops=(1, 2))
def boxes_obj(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The regions of objects, and their scores; one until the forward pass (py-RFCN-priv)."""
    return Plan(tops=[_REGION, _SCORE])


@layer("BoxOutput", bottoms=(1, None), tops=(1, 2))
def box_output(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Regions, and the same with their scores; one until the forward pass (MS-CNN)."""
    sides = 4 * layer.box_output_param.num_param_set
    return Plan(tops=[(1, sides + 1, 1, 1), (1, sides + 2, 1, 1)])


@layer("BoxGroupOutput", bottoms=(2, None), tops=(1, 2))
def box_group_output(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Regions, and the same with their scores; one until the forward pass (Cascade R-CNN).

    Bottoms: classes and boxes of each ``box_group_param``. Source: ``box_group_output_layer.cpp``.
    """
    groups = len(layer.box_group_output_param.box_group_param)
    if len(bottoms) != 2 * groups:
        raise LayerError(
            f"needs 2 bottoms for each of its {groups} box_group_param, not {len(bottoms)}",
            field="box_group_output_param",
        )
    return Plan(tops=[_REGION, (1, 6, 1, 1)])
