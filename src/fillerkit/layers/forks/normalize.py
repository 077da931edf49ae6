"""Normalize: values divided by their norm."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Param, Plan, Setting, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import legacy_shape, shown
from fillerkit.schema.forks_pb2 import FillerParameter, LayerParameter


@layer("Normalize", tops=(1, 2), setting=True, blobs=("weight",), normalises=True)
def normalize(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """Divides by the L2 norm, and scales (SSD; happynear's without a scale).

    SSD's learns a scale, one a channel or one for all, which starts at 1 where no filler is given.
    happynear's has no blobs, always four axes, and the norms as a second top.
    """
    p, shape = layer.norm_param, bottoms[0]
    if len(shape) < 2:
        raise LayerError(
            f"needs a bottom of 2 axes or more, axis 1 the channels, not {shown(shape)}"
        )
    if setting.dialect_for(layer, "ssd", "happynear") == "happynear":
        note = "Normalize is read as happynear's, without blobs (another dialect can be named)"
        shape = legacy_shape(shape)
        return Plan(tops=[shape, (shape[0], 1, *shape[2:])], notes=[note])
    filler = p.scale_filler if p.HasField("scale_filler") else FillerParameter(value=1)
    blob = () if p.channel_shared else (shape[1],)
    return Plan(tops=[shape], params=[Param("weight", blob, filler)])


@layer("L2Norm", normalises=True)
def l2_norm(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Divides each item by its L2 norm (several forks)."""
    return Plan(tops=[bottoms[0]])


@layer("L2Normalize", in_place=False, normalises=True)
def l2_normalize(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Divides each item by its L2 norm; the top has four axes always.

    Source: ``l2_normalize_layer.cpp`` of Hierarchical-Bilinear-Pooling and caffe_pp2.
    """
    return Plan(tops=[legacy_shape(bottoms[0])])
