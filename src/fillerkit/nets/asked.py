"""What a person says of a net besides its file: the keywords of `load_net`, checked once."""

from __future__ import annotations

import operator
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypedDict, Unpack

from fillerkit.errors import (
    LayerError,
    OnError,
    UsageError,
    check_kind,
    did_you_mean,
    raised,
    what_there_is,
)
from fillerkit.layers import Param, Plan, Shape
from fillerkit.layers.dialects import DIALECTS, of_net
from fillerkit.layers.fork_bottoms import is_of_fork
from fillerkit.layers.plan import Setting
from fillerkit.layers.registry import is_unknown_type, layer_types
from fillerkit.layers.shapes import checked
from fillerkit.nets.fragment import with_inputs
from fillerkit.nets.read_as import read_as
from fillerkit.prototxt import NetText, phase_name, read_net
from fillerkit.prototxt.short import parse_filler
from fillerkit.schema.forks_pb2 import LayerParameter

PlanPython = Callable[[int, LayerParameter, Sequence[Shape]], Plan | None]
"""From a layer's index, its message and its bottoms' shapes to what it makes, or None."""

Partial = tuple[int | None, ...]


class Asked(TypedDict, total=False):
    """The keywords of `load_net` that a person can give, as they are given."""

    phase: str | None
    level: int | None
    stages: Sequence[str]
    shapes: Mapping[str, Sequence[int | None]] | None
    allow_unknown_fields: bool
    proto: str | os.PathLike[str] | None
    encoding: str | None
    dialect: str | None
    types: Mapping[str, str] | None
    params: Mapping[str, Sequence[str]] | None
    fillers: Mapping[str, str] | None
    strict_layers: bool


_EXAMPLES = {
    "shapes": {"data": (64, 3, 227, 227)},
    "types": {"SeLu": "ReLU"},
    "params": {"mylayer": ["64x3x3x3:xavier"]},
    "fillers": {"conv*": "msra"},
}
"""What the keywords that are dicts look like."""


@dataclass(frozen=True)
class Choices:
    """What is said of a net besides its file, checked.

    Parameters
    ----------
    setting
        What the plans of its layers may depend on.
    fillers
        Fillers in short form, by pattern of names, that go before the prototxt's.
    python_layers
        Asked what a layer makes that is Python code.
    partial
        Shapes of blobs of which some lengths are left open (None), by name.
    unknown
        Names of layers of which nothing is to be known but what is said here.
    strict_layers
        Whether layers that are not known are refused also where nothing depends on them.
    record
        All of it as it was said, in what JSON can hold.
    """

    setting: Setting
    fillers: Mapping[str, str] = field(default_factory=dict)
    python_layers: PlanPython | None = None
    partial: Mapping[str, Partial] = field(default_factory=dict)
    unknown: frozenset[str] = frozenset()
    strict_layers: bool = False
    record: Mapping[str, Any] = field(default_factory=dict)


def read(
    path_or_text: str | os.PathLike[str] | NetText,
    report: OnError = raised,
    python_layers: PlanPython | None = None,
    **asked: Unpack[Asked],
) -> tuple[NetText, Choices]:
    """The net's text and what is said besides it, both checked; for the keywords see `load_net`.

    Fields that do not fit the schema are reported.
    """
    of_text: dict[str, Any] = dict(asked)
    of_layers = {
        name: of_text.pop(name)
        for name in ("shapes", "dialect", "types", "params", "fillers", "strict_layers")
        if name in of_text
    }
    for name, said in of_layers.items():
        if name in _EXAMPLES and said is not None:
            check_kind(name, said, Mapping, f"a dict, like {_EXAMPLES[name]}")
    if not isinstance(path_or_text, NetText):
        unknown_type = None if of_layers.get("strict_layers") else is_unknown_type
        text = read_net(path_or_text, report=report, unknown_type=unknown_type, **of_text)
    elif of_text.get("level") is not None or any(of_text.values()):
        raise UsageError(
            "phase, level, stages, allow_unknown_fields, proto and encoding are for read_net here"
        )
    else:
        text = path_or_text
    types = of_layers.pop("types", None) or {}
    text, unknown = read_as(text, types)
    text = with_inputs(text, of_layers.get("shapes") or ())
    choices = _choices(text, python_layers, unknown, **of_layers)
    return text, replace(choices, record={**choices.record, **({"types": types} if types else {})})


def _choices(
    text: NetText,
    python_layers: PlanPython | None,
    unknown: frozenset[str],
    *,
    shapes: Mapping[str, Sequence[int | None]] | None = None,
    dialect: str | None = None,
    params: Mapping[str, Sequence[str]] | None = None,
    fillers: Mapping[str, str] | None = None,
    strict_layers: bool = False,
) -> Choices:
    if dialect is not None and str(dialect) not in DIALECTS:
        raise UsageError(f"there is no dialect {dialect!r}{what_there_is(str(dialect), DIALECTS)}")
    partial = {
        name: _partial(name, shape)
        for name, shape in (shapes or {}).items()
        if isinstance(shape, list | tuple) and None in shape
    }
    whole = {name: shape for name, shape in (shapes or {}).items() if name not in partial}
    layers = [layer for layer, _ in text.layers]
    meant = dialect or of_net(layers)
    setting = Setting(
        {name: checked_shape(name, shape) for name, shape in whole.items()},
        meant,
        said=dialect is not None,
        fork=meant != "caffe" and (bool(meant) or is_of_fork(layers)),
        params={
            name: [_declared(blob) for blob in blobs] for name, blobs in (params or {}).items()
        },
    )
    _check_names(text, [*setting.shapes, *partial], setting.params)
    record = {
        "shapes": {name: list(shape) for name, shape in (shapes or {}).items()},
        "params": {name: list(blobs) for name, blobs in (params or {}).items()},
        "dialect": dialect,
        "fillers": dict(fillers or {}),
    }
    said = {name: what for name, what in record.items() if what}
    return Choices(setting, fillers or {}, python_layers, partial, unknown, strict_layers, said)


def _partial(name: str, shape: Sequence[int | None]) -> Partial:
    known = iter(checked_shape(name, [length for length in shape if length is not None]))
    return tuple(None if length is None else next(known) for length in shape)


def checked_shape(name: str, shape: Sequence[int | None]) -> Shape:
    """The shape that a person gives for the blob `name`."""
    try:
        return checked([operator.index(length) for length in shape], "it")  # type: ignore[arg-type]
    except TypeError:
        raise UsageError(
            f"shape of '{name}': {shape!r} is not a row of whole numbers, like (64, 3, 227, 227)"
        ) from None
    except LayerError as error:
        raise UsageError(f"shape of '{name}': {error}") from None


def _declared(blob: str) -> Param:
    """A parameter blob as a person writes it: ``64x3x3x3:xavier``, ``64``."""
    lengths, _, filler = blob.partition(":")
    if not re.fullmatch(r"\d+(x\d+)*", lengths):
        raise UsageError(f"parameter blob '{blob}' is not a shape and a filler, like 64x3x3:xavier")
    shape = tuple(int(length) for length in lengths.split("x"))
    return Param("", shape, parse_filler(filler) if filler else None)


def _check_names(text: NetText, shapes: Sequence[str], params: Iterable[str]) -> None:
    """Each shape is given for a blob of the net, parameters for a layer of it."""
    phase = phase_name(text.state.phase)
    open_tops: list[str] = []
    tops: set[str] = set()
    for layer, _ in text.layers:
        known = layer_types.get(layer.type)
        tops.update(layer.top)
        if known is None or known.source or known.code:
            open_tops += layer.top
    for name in shapes:
        if name not in tops:
            raise UsageError(
                f"a shape is given for '{name}', which no layer of phase {phase} makes; its data "
                f"layers make {', '.join(map(repr, open_tops)) or 'nothing'}"
            )
    names = {layer.name for layer, _ in text.layers}
    for name in params:
        if name not in names:
            near = did_you_mean(name, names)
            raise UsageError(
                f"parameters are given for layer '{name}', but phase {phase} has none of that "
                f"name{near}"
            )
