"""Layers without bottoms: inputs, and data sources with the draws they make when set up.

A data source takes draws from the net's engine before any later layer is filled, for the seeds of
its threads. How many is Caffe 1.0's: forget one, and every weight after it is another.
"""

from __future__ import annotations

from collections.abc import Mapping

from fillerkit.errors import LayerError, ShapeNeeded
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import source
from fillerkit.layers.shapes import count
from fillerkit.schema.caffe_pb2 import TRAIN, BlobShape, LayerParameter


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
        raise shape_needed(layer, index, "has no shape")
    return _dims(shapes[0 if len(shapes) == 1 else index])


@source("DummyData", tops=(1, None))
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
    return Plan(tops=[given.get(top, shape) for top, shape in zip(layer.top, planned, strict=True)])


@source("MemoryData", tops=2)
def memory_data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Images and labels handed over from memory."""
    p, (data, label) = layer.memory_data_param, layer.top
    shape = given.get(data, (p.batch_size, p.channels, p.height, p.width))
    if count(shape) <= 0:
        raise LayerError(
            "needs batch_size, channels, height and width in memory_data_param, each 1 or more",
            field="memory_data_param",
        )
    return Plan(tops=[shape, given.get(label, shape[:1])], draws=_transformer_draws(layer))


@source("Data", tops=(1, 2))
def data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Images, and labels, from an LMDB or LevelDB."""
    return _images(layer, given, layer.data_param.batch_size, layer.data_param.source)


@source("ImageData", tops=2)
def image_data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Images, and labels, that a list of files names."""
    p = layer.image_data_param
    return _images(layer, given, p.batch_size, p.source, extra=p.shuffle + (p.rand_skip > 0))


@source("WindowData", tops=2)
def window_data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Windows of images, and labels, that a window file lists."""
    p, transform = layer.window_data_param, layer.transform_param
    random = bool(transform.mirror or transform.crop_size)
    return _images(layer, given, p.batch_size, p.source, extra=random)


@source("HDF5Data", tops=(1, None))
def hdf5_data(layer: LayerParameter, given: Mapping[str, Shape]) -> Plan:
    """Datasets, by its tops' names, from HDF5 files.

    Caffe does not run one with a transform_param; it would not change a weight, so it is let be.
    """
    return Plan(
        tops=[
            _from_outside(
                layer, given, index, layer.hdf5_data_param.batch_size, layer.hdf5_data_param.source
            )
            for index in range(len(layer.top))
        ]
    )


def shape_needed(layer: LayerParameter, index: int, why: str, lead: str = "N,C,H,W") -> ShapeNeeded:
    """The error that says which option supplies the shape of a top."""
    top = layer.top[index]
    return ShapeNeeded(
        f"{why}: give its shape with --shape {top}={lead} "
        f"(in Python: shapes={{{top!r}: ({lead.replace(',', ', ')})}})"
    )


def _images(
    layer: LayerParameter,
    given: Mapping[str, Shape],
    batch: int,
    where: str,
    *,
    extra: int = 0,
) -> Plan:
    """A source of images whose prefetching thread and transformer seed engines of their own."""
    image = _from_outside(layer, given, 0, batch, where)
    tops = [image]
    if len(layer.top) > 1:
        tops.append(given.get(layer.top[1], image[:1]))
    return Plan(tops=tops, draws=1 + _transformer_draws(layer, 2) + extra)


def _from_outside(
    layer: LayerParameter, given: Mapping[str, Shape], index: int, batch: int, where: str
) -> Shape:
    if layer.top[index] in given:
        return given[layer.top[index]]
    crop = layer.transform_param.crop_size
    lead = ",".join(
        str(n) if n else letter for n, letter in ((batch, "N"), (0, "C"), (crop, "H"), (crop, "W"))
    )
    raise shape_needed(layer, index, f"reads its shape from its source '{where}'", lead)


def _transformer_draws(layer: LayerParameter, draws: int = 1) -> int:
    """`draws`, where the transformer needs randomness: mirror, or a crop while training."""
    p = layer.transform_param
    return draws if p.mirror or (p.crop_size and layer.phase == TRAIN) else 0


def _dims(shape: BlobShape) -> Shape:
    return tuple(shape.dim)
