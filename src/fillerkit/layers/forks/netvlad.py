"""Netvlad and Spfilter: features summed up by cluster (hyojinie/crn)."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import count, legacy_shape, positive, shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("Netvlad", bottoms=2, blobs=("centers",), weights=())
def netvlad(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """How far the features in bottom 1 are from the centers of clusters, summed up by bottom 0.

    The blob is cluster_num x local_dim, the top items x vlad_dim. Source: ``netvlad_layer.cpp``.
    """
    p, message = layer.netvlad_param, "netvlad_param"
    clusters = positive(p.cluster_num, f"{message}.cluster_num")
    features = positive(p.local_dim, f"{message}.local_dim")
    if p.vlad_dim != clusters * features:
        raise LayerError(
            f"needs vlad_dim {clusters * features}, cluster_num times local_dim, not {p.vlad_dim}",
            field=f"{message}.vlad_dim",
        )
    shares, values = legacy_shape(bottoms[0]), legacy_shape(bottoms[1])
    if (shares[0], shares[2:]) != (values[0], values[2:]):
        raise LayerError(
            "its bottoms must have as many items and places: "
            f"bottom 0 is {shown(bottoms[0])}, bottom 1 is {shown(bottoms[1])}"
        )
    for index, (found, wanted) in enumerate(((shares[1], clusters), (values[1], features))):
        if found != wanted:
            name = ("cluster_num", "local_dim")[index]
            raise LayerError(
                f"bottom {index} must have {name} {wanted} channels, not {found}",
                field=f"{message}.{name}",
            )
    blob = Param("centers", (clusters, features), p.weight_filler)
    return Plan(tops=[(values[0], p.vlad_dim)], params=[blob])


@layer("Spfilter", bottoms=(2, None), tops=(1, None))
def spfilter(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Each bottom but the last, times a number for each place, which the last bottom has.

    Source: ``spfilter_layer.cpp``.
    """
    *filtered, selector = bottoms
    if len(layer.top) != len(filtered):
        raise LayerError(
            f"makes a top for each bottom but the last: {len(filtered)}, not {len(layer.top)}",
            field="top",
        )
    for index, shape in enumerate(filtered):
        num, _, height, width = legacy_shape(shape)
        if selector[:1] != (num,) or count(selector[1:]) != height * width:
            raise LayerError(
                f"its last bottom, {shown(selector)}, must have {num} x {height * width} numbers "
                f"for bottom {index}, {shown(shape)}"
            )
    return Plan(tops=filtered)
