"""Layers of the segmentation forks."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, legacy_shape, positive, shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("SegAccuracy", bottoms=2, reads_out=True)
def seg_accuracy(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Accuracy, recall and overlap of a segmentation (DeepLab)."""
    return Plan(tops=[(1, 1, 1, 3)])


@layer("DenseCRF", bottoms=(2, 3))
def dense_crf(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Scores smoothed by a fully connected CRF (DeepLab).

    Bottoms: scores, the sizes of the images and, for the bilateral terms, the images.
    """
    return Plan(tops=[_labelled(bottoms)])


@layer("BiasChannel", bottoms=2)
def bias_channel(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Raises the scores of the labels that an image has (DeepLab)."""
    return Plan(tops=[_labelled(bottoms)])


@layer("AdaptiveBiasChannel", bottoms=2)
def adaptive_bias_channel(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """BiasChannel until each label has its share of the image (DeepLab)."""
    return Plan(tops=[_labelled(bottoms)])


@layer("CensorLabel", bottoms=2)
def censor_label(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """A label image without the labels that bottom 1 leaves out (DeepLab)."""
    return Plan(tops=[_labelled(bottoms)])


@layer("UniqueLabel")
def unique_label(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The labels that a label image has, room for max_labels (DeepLab)."""
    p, shape = layer.unique_label_param, axes4(bottoms[0])
    if shape[1] != 1:
        raise LayerError(f"needs a bottom of one channel, not {shown(shape)}")
    return Plan(tops=[(shape[0], positive(p.max_labels, "unique_label_param.max_labels"), 1, 1)])


@layer("AutoCrop", bottoms=2)
def auto_crop(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Bottom 0 cut to the size of bottom 1, where it lies on it (RCF: ``auto_crop_layer.cpp``)."""
    shape, wanted = map(axes4, bottoms)
    return Plan(tops=[(*shape[:2], *wanted[2:])])


@layer("Quantize")
def quantize(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Scales of skeletons as 5 classes (DeepSkeleton: ``quantize_layer.cpp``)."""
    return Plan(tops=[bottoms[0]])


@layer("Rescale", tops=(1, 2))
def rescale(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Scales of skeletons from -1 to 1, and which are below rf (DeepSkeleton).

    Source: ``rescale_layer.cpp``.
    """
    return Plan(tops=[bottoms[0], bottoms[0]])


@layer("MatWrite", bottoms=(1, None), tops=0, reads_out=True)
def mat_write(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Writes its bottoms to .mat files in the forward pass (DeepLab)."""
    return Plan(tops=[])


def _labelled(bottoms: Sequence[Shape]) -> Shape:
    """The first bottom's shape; the second needs an item for each of its items."""
    shape, others = axes4(bottoms[0]), legacy_shape(bottoms[1])
    if shape[0] != others[0]:
        raise LayerError(
            "its bottoms must have as many items: "
            f"bottom 0 is {shown(shape)}, bottom 1 is {shown(bottoms[1])}"
        )
    return shape
