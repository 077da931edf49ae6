"""From a prototxt, or a part of it, to a `Net`: what programs call."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from fillerkit import prototxt
from fillerkit.errors import UsageError, check_kind
from fillerkit.layers.dialects import of_net
from fillerkit.layers.net_layer import Layer
from fillerkit.layers.plan import Setting
from fillerkit.layers.registry import is_unknown_type
from fillerkit.nets.asked import Choices, PlanPython, checked_shape, read
from fillerkit.nets.builder import build
from fillerkit.nets.net import Net
from fillerkit.prototxt import NetText, SolverText
from fillerkit.schema.forks_pb2 import BlobShape, LayerParameter


def read_net(
    path_or_text: str | os.PathLike[str],
    *,
    phase: str | None = None,
    level: int | None = None,
    stages: Sequence[str] = (),
    allow_unknown_fields: bool = False,
    proto: str | os.PathLike[str] | None = None,
    encoding: str | None = None,
    strict_layers: bool = False,
) -> NetText:
    """Read a net, or the net that a solver leads to; no shape is worked out yet.

    `load_net` takes the result in place of a path, as often as you like: a text is read once, and
    can then be loaded with other shapes.

    Parameters
    ----------
    path_or_text, phase, level, stages, allow_unknown_fields, proto, encoding, strict_layers
        As for `load_net`.

    Raises
    ------
    PrototxtError
        The text is not a net.
    UsageError
        An argument makes no sense.
    """
    return prototxt.read_net(
        path_or_text,
        phase=phase,
        level=level,
        stages=stages,
        allow_unknown_fields=allow_unknown_fields,
        proto=proto,
        encoding=encoding,
        unknown_type=None if strict_layers else is_unknown_type,
    )


def read_solver(
    path_or_text: str | os.PathLike[str],
    *,
    as_caffe: bool = False,
    level: int | None = None,
    stages: Sequence[str] = (),
) -> SolverText:
    """Read a solver, and all nets that it leads to.

    Parameters
    ----------
    path_or_text
        As for `load_net`.
    as_caffe
        Look for paths in it from the working directory first, the only place that Caffe knows, and
        then from the solver's folder; otherwise from the solver's folder first.
    level, stages
        Of the train net's state: the level in the place of the texts' own, the stages besides.

    Raises
    ------
    PrototxtError
        The text is a net, or no solver, or does not say which nets.
    """
    return prototxt.read_solver(
        path_or_text, as_caffe=as_caffe, level=level, stages=stages, unknown_type=is_unknown_type
    )


def load_net(
    path_or_text: str | os.PathLike[str] | NetText,
    *,
    phase: str | None = None,
    level: int | None = None,
    stages: Sequence[str] = (),
    shapes: Mapping[str, Sequence[int | None]] | None = None,
    allow_unknown_fields: bool = False,
    proto: str | os.PathLike[str] | None = None,
    encoding: str | None = None,
    dialect: str | None = None,
    types: Mapping[str, str] | None = None,
    params: Mapping[str, Sequence[str]] | None = None,
    fillers: Mapping[str, str] | None = None,
    strict_layers: bool = False,
    python_layers: PlanPython | None = None,
) -> Net:
    """Read a net from a prototxt, or from a solver's, and work out every shape.

    Parameters
    ----------
    path_or_text
        A file's path, or the prototxt itself (a `str` with a line break or a brace in it), or what
        `read_net` made of one, which has its phase, level and stages already.
    phase
        ``"TRAIN"`` or ``"TEST"``. Without one: a solver's train net, the phase that the net's own
        ``state`` gives, else TRAIN.
    level, stages
        Of the net's state, for include and exclude rules; the level is 0 unless given.
    shapes
        Shapes of tops of input and data layers, by blob name: ``{"data": (64, 1, 28, 28)}``.
        They go before what the prototxt says; a length that is None is left to the prototxt. A
        layer whose type is not known, or whose code is Python, needs no more than the shapes of all
        its tops, and so does one of other numbers of bottoms or tops than its type's. A bottom that
        no layer makes becomes an input.
    allow_unknown_fields
        Pass over fields that no known Caffe has; the net's `notes` list them with their lines.
    proto
        A fork's own ``caffe.proto``: its fields are known too, and a ``.caffemodel`` has them by
        its numbers. Needs grpcio-tools (``pip install 'fillerkit[proto]'``).
    encoding
        What strings are in that are not UTF-8: ``"gbk"``, ``"latin-1"``, ... Unless given it is
        GB18030, or Latin-1 where that cannot be, and a note tells it.
    dialect
        The fork that the net was written for, where its text does not tell: a name of
        `fillerkit.DIALECTS`.
    types
        Types that are to be read as others, as V1 or today write them: ``{"SeLu": "ReLU"}``. A
        layer's name does in place of a type, and ``"unknown"`` in place of the other type: then
        what `shapes` and `params` say of the layer holds, not what its type would.
    params
        Parameter blobs by layer name, in order, each a shape and a filler: ``{"mylayer":
        ["64x3x3x3:xavier", "64"]}``. They are in place of those of its type, if that is known; one
        without a filler then keeps the type's for its place.
    fillers
        Fillers that go before the prototxt's, by pattern of layer names, or ``LAYER:BLOB``:
        ``{"conv*": "msra", "fc*:bias": "constant(value=0.1)"}``. Without a blob's name the weights
        are meant: learned blobs of two axes or more. Of several that fit, the last counts.
    strict_layers
        Refuse layers that are not known also where no layer takes what they make; otherwise those
        are passed over, and the net's `notes` name them.
    python_layers
        Asked what each layer makes that is Python code, unless `shapes` has all its tops:
        ``(index in the net, LayerParameter, shapes of the bottoms) -> Plan``, or None to leave it
        to what is known of such a layer. What it raises is not caught.

    Raises
    ------
    PrototxtError
        The text is not a net; `file`, `line` and `column` say where.
    LayerError
        A layer makes no sense. `ShapeNeeded` where `shapes` has to say more, `UnknownLayers` where
        types are not known and `shapes` can say what they make, `FillerError` where a filler is at
        fault.
    """
    text, choices = read(
        path_or_text,
        python_layers=python_layers,
        phase=phase,
        level=level,
        stages=stages,
        shapes=shapes,
        allow_unknown_fields=allow_unknown_fields,
        proto=proto,
        encoding=encoding,
        dialect=dialect,
        types=types,
        params=params,
        fillers=fillers,
        strict_layers=strict_layers,
    )
    return build(text, choices)


def plan_layer(text: NetText, index: int, bottoms: Sequence[Sequence[int]]) -> Layer:
    """One layer of a net, with bottoms of other shapes than the net gives it.

    Parameters
    ----------
    text
        Of `read_net`.
    index
        Of the layer, among those that take part.
    bottoms
        The shape of each bottom.

    Raises
    ------
    LayerError
        It cannot take them.
    UsageError
        There is no such layer, or it has another number of bottoms.
    """
    check_kind("text", text, NetText, "a net's text: fillerkit.read_net(path) reads one")
    if not 0 <= index < len(text.layers):
        raise UsageError(f"there are layers 0 to {len(text.layers) - 1}, no layer {index}")
    message, field = text.layers[index]
    if len(bottoms) != len(message.bottom):
        raise UsageError(
            f"layer '{message.name}' has {len(message.bottom)} bottoms, not {len(bottoms)}"
        )
    blobs = {
        name: checked_shape(name, shape)
        for name, shape in zip(message.bottom, bottoms, strict=True)
    }
    layers = [(message, field)]
    if blobs:
        data = LayerParameter(type="Input", top=blobs)
        data.input_param.shape.extend(BlobShape(dim=shape) for shape in blobs.values())
        layers.insert(0, (data, field))
    dialect = of_net(layer for layer, _ in text.layers)
    alone = text._replace(layers=layers)
    return build(alone, Choices(Setting(dialect=dialect))).layers[-1]
