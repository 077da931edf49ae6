"""Layers that turn channels into places, or cut out a part: no blobs, maps of another size."""

from __future__ import annotations

from collections.abc import Sequence
from math import isqrt

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, legacy_shape, positive
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("BdctToSpatial")
def bdct_to_spatial(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The image of which the bottom has the 8x8 blocks of a JPEG file.

    Source: ``bdct_to_spatial_layer.cpp`` of caffe_deep_learning_for_steganalysis and RXGNet.
    """
    num, _, height, width = legacy_shape(bottoms[0])
    quality = layer.bdct_to_spatial_param.quality
    if quality not in (75, 95):
        raise LayerError(
            f"needs quality to be 75 or 95, not {quality:g}", field="bdct_to_spatial_param.quality"
        )
    return Plan(tops=[(num, 1, 8 * height, 8 * width)])


@layer("Rearrange", in_place=False, moves=True)
def rearrange(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Maps of depth channels, each place from a square of channels (caffe-videoSR).

    Source: ``rearrange_layer.cpp``.
    """
    num, channels, height, width = legacy_shape(bottoms[0])
    depth = positive(layer.rearrange_param.depth, "rearrange_param.depth")
    side = isqrt(channels // depth)
    if side * side * depth != channels:
        raise LayerError(
            f"needs channels that are depth {depth} times a square number, not {channels}",
            field="rearrange_param.depth",
        )
    return Plan(tops=[(num, depth, side * height, side * width)])


@layer("PixelShuffle", in_place=False, moves=True)
def pixel_shuffle(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Maps upscale_factor times as high and wide, from squares of channels (brocolli-caffe).

    Source: ``pixelshuffle_layer.cpp``.
    """
    num, channels, height, width = axes4(bottoms[0])
    factor = positive(layer.pixelshuffle_param.upscale_factor, "pixelshuffle_param.upscale_factor")
    if channels % factor**2:
        raise LayerError(
            f"needs a multiple of {factor**2} channels (upscale_factor {factor}), not {channels}",
            field="pixelshuffle_param.upscale_factor",
        )
    return Plan(tops=[(num, channels // factor**2, factor * height, factor * width)])


@layer("PhotonMapping", bottoms=2)
def photon_mapping(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """One channel of light from photons' distances and fluxes (caffe_illu).

    Source: ``photon_mapping_layer.cpp``.
    """
    num, _, height, width = axes4(bottoms[0])
    return Plan(tops=[(num, 1, height, width)])


@layer("ProposalCrop", bottoms=2)
def proposal_crop(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The part of an image that the map in bottom 1 looks at, out_size x out_size.

    Source: ``proposal_crop_layer.cpp`` of Hybrid-Attention-based-Decoupled-Metric-Learning, as for
    MultiProposalCrop.
    """
    return _cropped(bottoms, layer.proposal_crop_param.out_size, "proposal_crop_param")


@layer("MultiProposalCrop", bottoms=(2, None))
def multi_proposal_crop(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """ProposalCrop by several maps (``multi_proposal_crop_layer.cpp``)."""
    return _cropped(bottoms, layer.multi_proposal_crop_param.out_size, "multi_proposal_crop_param")


def _cropped(bottoms: Sequence[Shape], size: int, message: str) -> Plan:
    for maps in bottoms[1:]:
        axes4(maps)
    side = positive(size, f"{message}.out_size")
    return Plan(tops=[(*axes4(bottoms[0])[:2], side, side)])


@layer("SubsamplePooling")
def subsample_pooling(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Maps of output_H x output_H; output_W is not looked at.

    Source: ``subsample_pooling_layer.cpp`` of Face_Alignment_Two_Stage_Re-initialization.
    """
    p = layer.subsample_pooling_param
    side, notes = positive(p.output_H, "subsample_pooling_param.output_H"), []
    if p.output_W != side:
        notes.append(f"layer '{layer.name}' (SubsamplePooling): output_W {p.output_W} is not read")
    return Plan(tops=[(*legacy_shape(bottoms[0])[:2], side, side)], notes=notes)
