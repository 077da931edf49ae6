"""The source of a Data layer: a folder that is an LMDB or a LevelDB of datums."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from io import BytesIO
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf.message import DecodeError

from fillerkit.errors import LayerError
from fillerkit.layers import Shape
from fillerkit.layers.shapes import positive, shown
from fillerkit.regular_file import is_file, is_there
from fillerkit.schema.forks_pb2 import DataParameter, Datum, LayerParameter
from fillerkit.sources import leveldb, lmdb
from fillerkit.sources.example import Example
from fillerkit.sources.found import Found, found_images
from fillerkit.sources.picture import check_upright, read_picture, read_pixels

_FIELD = "data_param.source"
_MARKS = {DataParameter.LEVELDB: "CURRENT", DataParameter.LMDB: "data.mdb"}
"""The file that makes a folder a database of a kind."""


def find_shapes(layer: LayerParameter) -> Found | None:
    """Images like the first record's, (batch_size, channels, height, width), and (batch_size,).

    The first record is the one whose key is first in the database's order.
    """
    p = layer.data_param
    if not is_there(p.source):
        return None
    batch = positive(p.batch_size, "data_param.batch_size")
    _check_backend(p)
    where = f"the first record of {p.source}"
    datum = _datum(_first_value(layer), where)
    found = found_images(layer, batch, _image(layer, datum, where), where)
    return Found(found.shapes, found.note + _without_force(layer, datum, found) + _without_skip(p))


def examples(layer: LayerParameter) -> Generator[Example, None, None]:
    """All records, in the database's order, each read when it is asked for."""
    p = layer.data_param
    _check_backend(p)
    with closing(_values(layer)) as values:
        for number, value in enumerate(values, 1):
            where = f"record {number} of {p.source}"
            datum = _datum(value, where)
            yield Example(_pixels(layer, datum, where), datum.label, where)


def _check_backend(p: DataParameter) -> None:
    """Caffe opens what ``backend`` says, LEVELDB where it says nothing, and dies on the other."""
    said = DataParameter.DB.Name(p.backend)
    here = [kind for kind, mark in _MARKS.items() if is_file(Path(p.source) / mark)]
    if p.backend in here:
        return
    if not here:
        raise LayerError(
            f"its source '{p.source}' is no database of backend {said}: it is not a folder with "
            f"a file {_MARKS[p.backend]} in it",
            field=_FIELD,
        )
    found = DataParameter.DB.Name(here[0])
    unsaid = "" if p.HasField("backend") else ", as it is where data_param does not say"
    raise LayerError(
        f"its source '{p.source}' is of backend {found}, but backend is {said}{unsaid}: "
        f"write backend: {found} in data_param",
        field="data_param.backend",
    )


def _first_value(layer: LayerParameter) -> bytes:
    with closing(_values(layer)) as values:
        value = next(values, None)
    if value is None:
        raise LayerError(f"its source '{layer.data_param.source}' holds no records", field=_FIELD)
    return value


def _values(layer: LayerParameter) -> Generator[bytes, None, None]:
    p = layer.data_param
    if p.backend == DataParameter.LMDB:
        return lmdb.values(Path(p.source))
    return leveldb.values(layer, Path(p.source))


def _datum(value: bytes, where: str) -> Datum:
    try:
        return Datum.FromString(value)
    except DecodeError:
        raise LayerError(f"cannot read {where}: it is no Datum", field=_FIELD) from None


def _image(layer: LayerParameter, datum: Datum, where: str) -> Shape:
    """(channels, height, width) of a datum, raw or encoded."""
    if datum.encoded:
        return _decoded(layer, datum, where)
    image = datum.channels, datum.height, datum.width
    if min(image) < 1:
        raise LayerError(
            f"cannot read {where}: as a Datum it is {shown(image)} (channels x height x width)",
            field=_FIELD,
        )
    return image


def _pixels(layer: LayerParameter, datum: Datum, where: str) -> Any:
    """(channels, height, width) values of a datum: bytes, or floats where it has no bytes."""
    if datum.encoded:
        transform = layer.transform_param
        _check_force(layer)
        channels = 3 if transform.force_color else 1 if transform.force_gray else 0
        return read_pixels(layer, BytesIO(datum.data), where, _FIELD, channels)
    image = _image(layer, datum, where)
    values = (
        np.frombuffer(datum.data, np.uint8)
        if datum.data
        else np.array(datum.float_data, np.float32)
    )
    if values.size != prod(image):
        raise LayerError(
            f"cannot read {where}: as a Datum it is {shown(image)} (channels x height x width), "
            f"but it holds {values.size} values",
            field=_FIELD,
        )
    return values.reshape(image)


def _check_force(layer: LayerParameter) -> None:
    if layer.transform_param.force_color and layer.transform_param.force_gray:
        raise LayerError(
            "sets both force_color and force_gray: keep one", field="transform_param.force_gray"
        )


def _decoded(layer: LayerParameter, datum: Datum, where: str) -> Shape:
    """An encoded image: in colour or grey where that is forced, else with the channels it has."""
    transform = layer.transform_param
    _check_force(layer)
    picture = read_picture(layer, BytesIO(datum.data), where, _FIELD)
    if not transform.force_color and not transform.force_gray:
        return picture.channels, picture.height, picture.width
    check_upright(layer, picture, where)
    return 3 if transform.force_color else 1, picture.height, picture.width


def _without_skip(p: DataParameter) -> str:
    """A warning where ``rand_skip``, which Caffe 1.0 has and does not read, is missed."""
    return "; Caffe 1.0 does not heed rand_skip here" * (p.rand_skip > 0)


def _without_force(layer: LayerParameter, datum: Datum, found: Found) -> str:
    """A warning where ``force_encoded_color``, which Caffe 1.0 has and does not read, is missed."""
    forced = layer.transform_param.force_color or layer.transform_param.force_gray
    if not layer.data_param.force_encoded_color or not datum.encoded or forced:
        return ""
    if found.shapes[layer.top[0]][1] == 3:
        return ""
    return "; Caffe 1.0 does not heed force_encoded_color: transform_param has force_color"
