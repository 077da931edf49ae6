"""Learning from images of which only the whole is labelled (multiple instances)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fillerkit.layers.data import image_source
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer, source
from fillerkit.layers.shapes import legacy_shape
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("MIL")
def mil(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The score of an image, from those of its places (visual-concepts: ``mil_layer.cpp``)."""
    return Plan(tops=[(*legacy_shape(bottoms[0])[:2], 1, 1)])


@source("MILData", tops=2)
def mil_data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Images at num_scales sizes, and their labels (visual-concepts: ``mil_data_layer.cpp``)."""
    p, transform = layer.mil_data_param, layer.transform_param
    return image_source(
        layer,
        given,
        p.images_per_batch * p.num_scales,
        p.source,
        p.channels,
        extra_draws=bool(transform.mirror or transform.crop_size),
        labels=(p.images_per_batch, p.n_classes, 1, 1),
    )
