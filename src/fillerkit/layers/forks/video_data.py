"""VideoData: one name for the video sources of four forks."""

from __future__ import annotations

from collections.abc import Mapping

from fillerkit.errors import Lengths, ShapeNeeded
from fillerkit.layers.data import image_source
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import source
from fillerkit.schema.forks_pb2 import LayerParameter, VideoDataParameter

_SSD = ("video_type", "video_file", "skip_frames", "device_id")
_TSN = ("num_segments", "modality", "name_pattern", "encoded", "grayscale")
_C3D = (
    "show_data",
    "use_image",
    "use_temporal_jitter",
    "sampling_rate",
    "max_sampling_rate",
    "use_sampling_rate_jitter",
    "use_multiple_label",
    "num_of_labels",
)


@source("VideoData", tops=(1, 2))
def video_data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Frames of videos, and labels (C3D, video-caffe, TSN, SSD).

    Fields tell which. TSN's has the frames of an item among its channels, 3 each, or 2 for flow.
    SSD's has single frames, N x 3 x height x width. C3D's and video-caffe's, and one whose fields
    all of them have, is N x 3 x new_length x height x width. Source: ``video_data_layer.cpp`` of
    each.
    """
    p = layer.video_data_param
    if _has(p, _SSD):
        return image_source(layer, given, layer.data_param.batch_size, p.video_file, channels=3)
    if _has(p, _TSN):
        channels = p.num_segments * p.new_length * (2 if p.modality == p.FLOW else 3)
        return image_source(layer, given, p.batch_size, p.source, channels)
    return _clips(layer, given)


def _clips(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Clips of new_length frames, as C3D and video-caffe cut them."""
    p, top, crop = layer.video_data_param, layer.top[0], layer.transform_param.crop_size
    c3d = _has(p, _C3D)
    sides = (crop, crop) if crop else (p.new_height, p.new_width)
    frames = 0 if c3d and not p.HasField("new_length") else p.new_length
    batch = p.batch_size if p.HasField("batch_size") else 1
    clip = given.get(top, (batch, 3 if p.is_color or c3d else 1, frames, *sides))
    if not all(clip):
        known: Lengths = tuple(n or letter for n, letter in zip(clip, "NCLHW", strict=True))
        raise ShapeNeeded(f"reads its shape from its source '{p.source}'", shapes={top: known})
    labels = (batch, p.num_of_labels) if p.use_multiple_label else None
    draws = p.shuffle + (p.rand_skip > 0)
    plan = image_source(
        layer, {**given, top: clip}, batch, p.source, extra_draws=draws, labels=labels
    )
    note = (
        "VideoData is read as C3D's and video-caffe's, with 5 axes "
        "(TSN's would have a modality or num_segments)"
    )
    return Plan(tops=plan.tops, draws=plan.draws, notes=() if c3d or top in given else (note,))


def _has(p: VideoDataParameter, fields: tuple[str, ...]) -> bool:
    return any(p.HasField(field) for field in fields)
