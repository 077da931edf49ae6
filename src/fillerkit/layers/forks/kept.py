"""Types of forks that keep their first bottom's shape and have no blobs, in one table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import PlanLayer, layer
from fillerkit.layers.traits import Declared
from fillerkit.schema.forks_pb2 import LayerParameter


class _Kept(NamedTuple):
    """One type: how many bottoms it takes, and the docstring of its plan."""

    name: str
    bottoms: int
    says: str
    traits: Declared = Declared()
    in_place: bool = True


_KEPT = (
    _Kept(
        "Binary",
        1,
        "1 where a value is at most its share of the item, else 0 "
        "(cross_hashing_code: ``binary_layer.cpp``).",
        Declared(activates=True),
    ),
    _Kept("Cos", 1, "The cosine (pose-drl: ``cos_layer.cpp``).", Declared(activates=True)),
    _Kept(
        "FlowWarping",
        2,
        "Bottom 0 moved along the flow in bottom 1 "
        "(caffe_video_segmentation: ``flow_warping_layer.cpp``).",
    ),
    _Kept(
        "GRN",
        1,
        "Divides by the norm across channels (training_toolbox_caffe: ``grn_layer.cpp``).",
        Declared(normalises=True),
    ),
    _Kept(
        "Intranorm",
        1,
        "Divides what NetVLAD gives each cluster by its norm (crn: ``intranorm_layer.cpp``).",
        Declared(normalises=True),
    ),
    _Kept(
        "MaskTransformer",
        2,
        "Bottom 0 times the mask in bottom 1 (daerduoCarey/caffe: ``mask_layer.cpp``).",
    ),
    _Kept(
        "Normalization",
        1,
        "Divides each item by its norm "
        "(Hybrid-Attention-based-Decoupled-Metric-Learning: ``normalization_layer.cpp``).",
        Declared(normalises=True),
    ),
    _Kept(
        "PointTransformer",
        2,
        "The points in bottom 0 through the transforms in bottom 1 "
        "(Face_Alignment_Two_Stage_Re-initialization: ``point_transformer_layer.cpp``).",
    ),
    _Kept(
        "PowerFile",
        1,
        "Adds to each item the numbers of a file, which are no blob "
        "(SpatialTransformerLayer: ``power_file_layer.cpp``).",
    ),
    _Kept(
        "SignedSqrt",
        1,
        "The square root of |x|, with the sign of x "
        "(Hierarchical-Bilinear-Pooling: ``signed_sqrt_layer.cpp``).",
        Declared(activates=True),
        in_place=False,
    ),
    _Kept(
        "SpatialSoftmax",
        1,
        "Each channel's places turned into shares (cbfinn/caffe: ``spatial_softmax_layer.cpp``).",
    ),
)


def _keeping(says: str) -> PlanLayer:
    def plan(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
        return Plan(tops=[bottoms[0]])

    plan.__doc__ = says
    return plan


for _row in _KEPT:
    layer(_row.name, bottoms=_row.bottoms, in_place=_row.in_place, **_row.traits)(
        _keeping(_row.says)
    )
