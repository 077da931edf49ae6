"""Layers without bottoms: inputs, and data sources with the draws they make when set up.

A data source takes draws from the net's engine before any later layer is filled, for the seeds of
its threads. How many is Caffe 1.0's: forget one, and every weight after it is another.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from google.protobuf.message import Message

from fillerkit.errors import LayerError, Lengths, ShapeNeeded
from fillerkit.fillers.registry import known_filler
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import source
from fillerkit.layers.shapes import count, shown
from fillerkit.schema.forks_pb2 import TRAIN, BlobShape, LayerParameter

IMAGES: Lengths = ("N", "C", "H", "W")
"""What is known of a blob of images where no length is."""


def likely_lengths(blob: str, maker: LayerParameter | None = None) -> Lengths:
    """What is likely of the shape of a blob that somebody has to give, from its name.

    Labels are one number an image. What a layer makes with a loss_weight, or by the name of a loss
    or an accuracy, is one number. All else is images.
    """
    if maker is not None and _is_metric(blob, maker):
        return (1,)
    return IMAGES[:1] if _is_label(blob) else IMAGES


def _is_label(blob: str) -> bool:
    """Whether a name is that of labels, which those of labelled images are not."""
    return re.search("label(?!l?ed|l?ing|_?map)", blob, re.IGNORECASE) is not None


def _is_metric(blob: str, maker: LayerParameter) -> bool:
    position = list(maker.top).index(blob)
    if position < len(maker.loss_weight):
        return maker.loss_weight[position] != 0
    # In GoogLeNet, loss1/conv is a layer on the way to a loss.
    names = [blob.rpartition("/")[2]]
    if position == 0:
        names += [maker.type, maker.name.rpartition("/")[2]]
    return any(re.search("loss|accuracy", name, re.IGNORECASE) for name in names)


@source("Input", tops=(1, None))
def input_(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Blobs that the program around the net fills."""
    shapes = layer.input_param.shape
    if len(shapes) not in (0, 1, len(layer.top)):
        raise LayerError(
            f"needs one shape, or one for each of its {len(layer.top)} tops: it has {len(shapes)}",
            field="input_param.shape",
        )
    return Plan(tops=[_input_shape(layer, given, index) for index in range(len(layer.top))])


def _input_shape(layer: LayerParameter, given: Mapping[str, Shape], index: int) -> Shape:
    shapes = layer.input_param.shape
    top = layer.top[index]
    if top in given:
        return given[top]
    if not shapes:
        raise ShapeNeeded("has no shape", shapes={top: likely_lengths(top)})
    return _dims(shapes[0 if len(shapes) == 1 else index])


_FILLERS_OF_DUMMY_DATA = {
    **dict.fromkeys(("bernoulli", "beta", "dirichlet", "rects"), "caffe-simnets' and Ultinous'"),
    **dict.fromkeys(("DoG", "iteration", "schedule"), "FlowNet2's"),
    **dict.fromkeys(("borderMask", "flowBorderMask"), "Hidden-Two-Stream's"),
}
"""Fillers of forks that only make data while a net runs, and whose they are."""


@source("DummyData", tops=(1, None), fixed_batch=True)
def dummy_data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Blobs that fillers fill in the forward pass."""
    p, tops = layer.dummy_data_param, len(layer.top)
    old = [list(getattr(p, name)) for name in ("num", "channels", "height", "width")]
    if len(p.data_filler) not in (0, 1, tops):
        raise LayerError(
            f"needs one data_filler, or one for each of its {tops} tops: "
            f"it has {len(p.data_filler)}",
            field="dummy_data_param.data_filler",
        )
    notes = _filler_notes(layer)
    if any(old):
        if p.shape:
            raise LayerError(
                "gives both shape and num, channels, height, width, the old form: keep shape",
                field="dummy_data_param.shape",
            )
        if any(len(lengths) not in (1, tops) for lengths in old):
            raise LayerError(
                f"needs num, channels, height and width, each once or once for each of its "
                f"{tops} tops",
                field="dummy_data_param",
            )
        planned: list[Shape] = [
            tuple(lengths[0 if len(lengths) == 1 else index] for lengths in old)
            for index in range(tops)
        ]
    elif len(p.shape) in (1, tops):
        planned = [_dims(p.shape[0 if len(p.shape) == 1 else index]) for index in range(tops)]
    elif all(top in given for top in layer.top):
        planned = [given[top] for top in layer.top]
    else:
        raise LayerError(
            f"needs one shape, or one for each of its {tops} tops: it has {len(p.shape)}",
            field="dummy_data_param.shape",
        )
    shapes = [given.get(top, shape) for top, shape in zip(layer.top, planned, strict=True)]
    return Plan(tops=shapes, notes=notes)


def _filler_notes(layer: LayerParameter) -> list[str]:
    """What to tell of fillers that only forks have; no layer has one that nobody knows."""
    kinds = dict.fromkeys(filler.type for filler in layer.dummy_data_param.data_filler)
    for kind in kinds:
        if kind not in _FILLERS_OF_DUMMY_DATA:
            known_filler(kind)
    return [
        f"layer '{layer.name}' (DummyData): its filler '{kind}' is {_FILLERS_OF_DUMMY_DATA[kind]}; "
        "it fills while the net runs, and not here"
        for kind in kinds
        if kind in _FILLERS_OF_DUMMY_DATA
    ]


@source("MemoryData", tops=(1, None))
def memory_data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Images and labels handed over from memory.

    With input_shapes any blobs, one for each (cbfinn/caffe: ``memory_data_layer.cpp``). More than
    two without (DeepLab: the images' own sizes) are as they are given.
    """
    p, tops = layer.memory_data_param, len(layer.top)
    if tops < 2 or (p.input_shapes and tops != len(p.input_shapes)):
        raise LayerError(f"takes {len(p.input_shapes) or 2} tops, not {tops}", field="top")
    if tops > 2 and not p.input_shapes:
        missing = {top: likely_lengths(top) for top in layer.top if top not in given}
        if missing:
            raise ShapeNeeded(f"takes 2 tops, not {tops}, but in a fork", shapes=missing)
        return Plan(tops=[given[top] for top in layer.top], draws=transformer_draws(layer))
    if p.input_shapes:
        shapes = (_dims(shape) for shape in p.input_shapes)
        planned = [given.get(top, dims) for top, dims in zip(layer.top, shapes, strict=True)]
        return Plan(tops=planned, draws=transformer_draws(layer))
    data, label = layer.top
    shape = given.get(data, (p.batch_size, p.channels, p.height, p.width))
    if count(shape) <= 0:
        raise LayerError(
            "needs batch_size, channels, height and width in memory_data_param, each 1 or more",
            field="memory_data_param",
        )
    return Plan(tops=[shape, given.get(label, shape[:1])], draws=transformer_draws(layer))


@source("Data", tops=(1, 2), outside=True)
def data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Images, and labels, from an LMDB or LevelDB."""
    p, transform = layer.data_param, layer.transform_param
    channels = 3 if transform.force_color else 1 if transform.force_gray else 0
    return image_source(layer, given, p.batch_size, p.source, channels)


@source("ImageData", tops=(1, 3), outside=True)
def image_data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Images, and labels, that a list of files names.

    Caffe's always makes labels; DeBlurNet's fork can leave them out (``label: false``), and crn's
    makes latitudes and longitudes of them (``use_gps: true``).
    """
    p, tops = layer.image_data_param, len(layer.top)
    if tops == 1 and not (p.HasField("label") and not p.label):
        raise LayerError("takes 2 tops, not 1", field="top")
    if (tops == 3) != p.use_gps:
        raise LayerError(f"takes {3 if p.use_gps else '1 to 2'} tops, not {tops}", field="top")
    plan = image_source(
        layer,
        given,
        p.batch_size,
        p.source,
        channels=3 if p.is_color else 1,
        sides=(p.new_height, p.new_width),
        extra_draws=p.shuffle + (p.rand_skip > 0),
    )
    if not p.use_gps:
        return plan
    longitudes = given.get(layer.top[2], plan.tops[0][:1])
    return replace(plan, tops=[*plan.tops, longitudes])


@source("WindowData", tops=2, outside=True)
def window_data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Windows of images, and labels, that a window file lists."""
    p, transform = layer.window_data_param, layer.transform_param
    random = bool(transform.mirror or transform.crop_size)
    return image_source(layer, given, p.batch_size, p.source, extra_draws=random)


@source("HDF5Data", tops=(1, None), outside=True)
def hdf5_data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Datasets, by its tops' names, from HDF5 files.

    Caffe does not run one with a transform_param; it would not change a weight, so it is let be.
    """
    p = layer.hdf5_data_param
    batch = p.batch_size or "N"
    missing = {
        top: (batch, "D") if index or _is_label(top) else (batch, *IMAGES[1:])
        for index, top in enumerate(layer.top)
        if top not in given
    }
    if missing:
        raise ShapeNeeded(f"reads its shapes from its source '{p.source}'", shapes=missing)
    return Plan(tops=[given[top] for top in layer.top])


def image_source(
    layer: LayerParameter,
    given: Mapping[str, Shape],
    batch: int,
    where: str,
    channels: int = 0,
    sides: tuple[int, int] = (0, 0),
    *,
    extra_draws: int = 0,
    labels: Shape | None = None,
) -> Plan:
    """A source of images whose prefetching thread and transformer seed engines of their own.

    `channels` and `sides` are what the layer's own message settles, 0 for what it leaves open; its
    labels are one number an image unless `labels` says otherwise. SSD's ``resize_param`` makes
    images of its height and width, unless it only fits their smaller side.
    """
    top, notes = layer.top[0], []
    image = given.get(top)
    if image is None:
        transform = layer.transform_param
        if len(transform.mean_value) > 1:
            channels = channels or len(transform.mean_value)
        crop = crop_of(layer)
        sides = crop or sides
        said: Any = transform.resize_param  # in training_toolbox_caffe's own schema it is one
        resizes: list[Any] = [said] if isinstance(said, Message) else list(said)
        for resize in resizes if crop is None else ():
            if resize.resize_mode != resize.FIT_SMALL_SIZE and resize.height and resize.width:
                sides = (resize.height, resize.width)
        image = (batch, channels, *sides)
        if not all(image):
            known = tuple(n or letter for n, letter in zip(image, IMAGES, strict=True))
            raise ShapeNeeded(f"reads its shape from its source '{where}'", shapes={top: known})
        notes.append(
            f"{top}: {shown(image)}, from batch_size, crop_size and the like; "
            f"its source '{where}' is not here"
        )
    tops = [image]
    if len(layer.top) > 1:
        tops.append(given.get(layer.top[1], image[:1] if labels is None else labels))
    draws = 1 + transformer_draws(layer, 2) + extra_draws
    return Plan(tops=tops, draws=draws, notes=notes)


def crop_of(layer: LayerParameter) -> tuple[int, int] | None:
    """Height and width that the transformer cuts out: Caffe's field, SSD's two or PSPNet's two."""
    p = layer.transform_param
    height = p.crop_size or p.crop_h or p.crop_height
    width = p.crop_size or p.crop_w or p.crop_width
    return (height, width) if height and width else None


def transformer_draws(layer: LayerParameter, draws: int = 1) -> int:
    """`draws`, where the transformer needs randomness: mirror, or a crop while training.

    Or, in Intel's data_transformer.cpp, a size or a ratio at random.
    """
    p = layer.transform_param
    random = p.HasField("random_resize_param") or p.HasField("random_aspect_ratio_param")
    return draws if p.mirror or random or (p.crop_size and layer.phase == TRAIN) else 0


def _dims(shape: BlobShape) -> Shape:
    return tuple(shape.dim)
