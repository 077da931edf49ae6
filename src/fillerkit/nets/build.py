"""From a net's text to a `Net`: every layer set up in order, as Caffe sets them up."""

from __future__ import annotations

import operator
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import prod
from typing import TypedDict

import numpy as np

from fillerkit.errors import (
    FillerError,
    FillerkitError,
    LayerError,
    Report,
    ShapeNeeded,
    UsageError,
    did_you_mean,
    raised,
    some,
)
from fillerkit.fillers import Given
from fillerkit.layers import Param, Plan, Shape, layer_type
from fillerkit.layers.dialects import DIALECTS, of_net
from fillerkit.layers.net_layer import Layer, ParamBlob
from fillerkit.layers.plan import PlanPython, Setting
from fillerkit.layers.registry import LayerType, layer_types, traits_of
from fillerkit.layers.shapes import checked, shown
from fillerkit.layers.splits import Takers
from fillerkit.nets.net import Net
from fillerkit.nets.rules import FillerRules
from fillerkit.nets.sharing import Sharing
from fillerkit.prototxt import Field, NetText, TextLayer, phase_name, read_net
from fillerkit.prototxt.short import parse_filler
from fillerkit.schema.forks_pb2 import BlobProto, BlobShape, LayerParameter, ParamSpec

AUTOMATIC = "(automatic)"
"""The name of a top that a loss makes for itself, as Caffe calls it."""


def load_net(
    path_or_text: str | os.PathLike[str] | NetText,
    *,
    phase: str | None = None,
    level: int | None = None,
    stages: Sequence[str] = (),
    shapes: Mapping[str, Sequence[int]] | None = None,
    allow_unknown_fields: bool = False,
    dialect: str | None = None,
    params: Mapping[str, Sequence[str]] | None = None,
    fillers: Mapping[str, str] | None = None,
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
        They go before what the prototxt says. A layer whose type is not known, or whose code is
        Python, needs no more than the shapes of all its tops.
    allow_unknown_fields
        Pass over fields that no known Caffe has; the net's `notes` list them with their lines.
    dialect
        The fork that the net was written for, where its text does not tell: a name of
        `fillerkit.DIALECTS`.
    params
        Parameter blobs of layers whose type is not known, by layer name, in order, each a shape and
        a filler: ``{"mylayer": ["64x3x3x3:xavier", "64"]}``.
    fillers
        Fillers that go before the prototxt's, by pattern of layer names, or ``LAYER:BLOB``:
        ``{"conv*": "msra", "fc*:bias": "constant(value=0.1)"}``. Without a blob's name the weights
        are meant: learned blobs of two axes or more. Of several that fit, the last counts.
    python_layers
        Asked what each layer makes that is Python code, unless `shapes` has all its tops:
        ``(index in the net, LayerParameter, shapes of the bottoms) -> Plan``, or None to leave it
        to what is known of such a layer. What it raises is not caught.

    Raises
    ------
    PrototxtError
        The text is not a net; `file`, `line` and `column` say where.
    LayerError
        A layer makes no sense. `ShapeNeeded` where `shapes` has to say more, `FillerError` where
        a filler is at fault.
    """
    text, setting = read(
        path_or_text,
        raised,
        phase=phase,
        level=level,
        stages=stages,
        shapes=shapes,
        allow_unknown_fields=allow_unknown_fields,
        dialect=dialect,
        params=params,
        fillers=fillers,
    )
    return build(text, replace(setting, python_layers=python_layers))


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
    if not 0 <= index < len(text.layers):
        raise UsageError(f"there are layers 0 to {len(text.layers) - 1}, no layer {index}")
    message, field = text.layers[index]
    if len(bottoms) != len(message.bottom):
        raise UsageError(
            f"layer '{message.name}' has {len(message.bottom)} bottoms, not {len(bottoms)}"
        )
    blobs = {
        name: _given_shape(name, shape) for name, shape in zip(message.bottom, bottoms, strict=True)
    }
    layers = [(message, field)]
    if blobs:
        data = LayerParameter(type="Input", top=blobs)
        data.input_param.shape.extend(BlobShape(dim=shape) for shape in blobs.values())
        layers.insert(0, (data, field))
    told = of_net(layer for layer, _ in text.layers)
    return build(text._replace(layers=layers), Setting(dialect=told)).layers[-1]


class Asked(TypedDict, total=False):
    """What a person says of a net besides its file: the keywords of `load_net`."""

    phase: str | None
    level: int | None
    stages: Sequence[str]
    shapes: Mapping[str, Sequence[int]] | None
    allow_unknown_fields: bool
    dialect: str | None
    params: Mapping[str, Sequence[str]] | None
    fillers: Mapping[str, str] | None


def read(
    path_or_text: str | os.PathLike[str] | NetText,
    report: Report = raised,
    *,
    phase: str | None = None,
    level: int | None = None,
    stages: Sequence[str] = (),
    shapes: Mapping[str, Sequence[int]] | None = None,
    allow_unknown_fields: bool = False,
    dialect: str | None = None,
    params: Mapping[str, Sequence[str]] | None = None,
    fillers: Mapping[str, str] | None = None,
) -> tuple[NetText, Setting]:
    """The net's text and what is said besides it, both checked; for the keywords see `load_net`.

    Fields that do not fit the schema are reported.
    """
    if not isinstance(path_or_text, NetText):
        text = read_net(
            path_or_text,
            phase=phase,
            level=level,
            stages=stages,
            allow_unknown_fields=allow_unknown_fields,
            report=report,
        )
    elif phase is not None or level is not None or stages or allow_unknown_fields:
        raise UsageError("phase, level, stages and allow_unknown_fields are for read_net here")
    else:
        text = path_or_text
    if dialect is not None and dialect not in DIALECTS:
        raise UsageError(f"dialect is one of {', '.join(DIALECTS)}, not {dialect!r}")
    given = {name: _given_shape(name, shape) for name, shape in (shapes or {}).items()}
    told = dialect or of_net(layer for layer, _ in text.layers)
    declared = {name: [_declared(blob) for blob in blobs] for name, blobs in (params or {}).items()}
    asked = {
        "shapes": {name: list(shape) for name, shape in given.items()},
        "params": {name: list(blobs) for name, blobs in (params or {}).items()},
        "dialect": dialect,
        "fillers": dict(fillers or {}),
    }
    return text, Setting(
        given,
        told,
        said=dialect is not None,
        params=declared,
        fillers=fillers or {},
        asked={name: what for name, what in asked.items() if what},
    )


def build(text: NetText, setting: Setting, report: Report | None = None) -> Net:
    """Set up every layer in order.

    Without `report` the first layer that makes no sense ends it. Given one, it gets each such
    layer's error; the net is then made of the others, and what only follows from an error
    reported already, like a bottom that is missing for it, is not reported again.
    """
    return _Builder(text, setting, report).build()


def _given_shape(name: str, shape: Sequence[int]) -> Shape:
    try:
        return checked([operator.index(length) for length in shape], "it")
    except TypeError:
        raise UsageError(f"shape of '{name}': {shape!r} is not a row of whole numbers") from None
    except LayerError as error:
        raise UsageError(f"shape of '{name}': {error}") from None


def _declared(blob: str) -> Param:
    """A parameter blob as a person writes it: ``64x3x3x3:xavier``, ``64``."""
    lengths, _, filler = blob.partition(":")
    if not re.fullmatch(r"\d+(x\d+)*", lengths):
        raise UsageError(f"parameter blob '{blob}' is not a shape and a filler, like 64x3x3:xavier")
    shape = tuple(int(length) for length in lengths.split("x"))
    return Param("", shape, parse_filler(filler) if filler else None)


class _LostBottom(Exception):
    """A layer's bottom is unknown because of an error that is reported already."""


class _Several(Exception):
    """More than one filler of a layer is at fault, and each is to be told."""

    def __init__(self, errors: Sequence[FillerError], report: Report) -> None:
        super().__init__()
        self.errors = errors
        self.report = report


class _Builder:
    """What is known of a net after each layer: its blobs' shapes, who made them, who shares."""

    def __init__(self, text: NetText, setting: Setting, report: Report | None) -> None:
        self._text = text
        self._report = report
        self._lost: set[str] = set()
        self._setting = setting
        self._given = setting.shapes
        self._layers: list[Layer] = []
        self._shapes: dict[str, Shape] = {}
        self._maker: dict[str, str] = {}
        self._unused: dict[str, None] = {}
        self._keys: set[str] = set()
        self._notes = list(text.notes)
        self._sharing = Sharing()
        self._rules = FillerRules(setting.fillers)
        takers = Takers([layer for layer, _ in text.layers])
        # Caffe puts a Split between such a blob and its takers: none can change it in place.
        self._crowded = {at for at, made in takers.made.items() if takers.count[made] > 1}

    def build(self) -> Net:
        text = self._text
        self._check_given()
        if self._report is None:
            self._check_types()
        for index, (layer, field) in enumerate(text.layers):
            try:
                self._layers.append(self._set_up(index, layer, field))
            except _LostBottom:
                self._lose(layer)
            except _Several as several:
                for error in several.errors:
                    self._locate(error, layer, field)
                    several.report(error)
                self._lose(layer)
            except LayerError as error:
                if self._report is None and isinstance(error, ShapeNeeded):
                    self._ask_for_the_rest(error, index)
                self._locate(error, layer, field)
                if self._report is None:
                    raise
                self._report(error)
                self._lose(layer)
        if not self._lost:
            self._rules.check_used()
        layers = self._sharing.with_rates(self._layers)
        if self._report is None:
            self._notes += _warnings(layers)
        return Net(
            name=text.name,
            phase=phase_name(text.state.phase),
            level=text.state.level,
            stages=tuple(text.state.stage),
            layers=layers,
            outputs=tuple(sorted(self._unused)),
            file=text.source.name,
            sha256=text.sha256,
            asked=self._setting.asked,
            random_seed=text.random_seed,
            notes=tuple(dict.fromkeys(self._notes)),
            old_forms=tuple((words, text.place(field)) for words, field in text.old_forms),
        )

    def _lose(self, layer: LayerParameter) -> None:
        """Remember that a layer's tops are unknown for an error that is reported already."""
        self._lost.update(layer.top)
        for name in layer.top:
            self._shapes.pop(name, None)
            self._unused.pop(name, None)
            self._maker[name] = layer.name

    def _set_up(self, index: int, layer: LayerParameter, field: Field) -> Layer:
        known = self._type(layer)
        bottoms = [self._bottom(name) for name in layer.bottom]
        _check_connections(known, layer)
        for position in range(len(layer.top)):
            self._check_top(known, layer, position, index)
        plan = self._answer(index, layer, bottoms)
        if plan is None:
            plan = self._plan(known, layer, bottoms)
        plan = self._rules.apply(layer.name, _checked_plan(plan, layer))
        self._notes.extend(plan.notes)
        for name in layer.bottom:
            self._unused.pop(name, None)
        tops = _tops(known, layer, plan)
        for name, shape in tops:
            if self._given.get(name, shape) != shape and name not in layer.bottom:
                raise LayerError(
                    f"makes '{name}' as {shown(shape)}, but {shown(self._given[name])} is given",
                    field="top",
                )
        for name, shape in tops[: len(layer.top)]:
            self._shapes[name] = shape
            self._maker[name] = layer.name
            self._unused[name] = None
        params = self._params(layer, plan)
        return Layer(
            name=layer.name,
            type=layer.type,
            bottoms=tuple(layer.bottom),
            tops=tops,
            params=params,
            forgotten=tuple(_param(layer, planned, None) for planned in plan.forgotten),
            draws=plan.draws,
            line=self._text.place(field).line,
            key=self._key(layer.name, index) if params else layer.name,
            message=layer,
        )

    def _type(self, layer: LayerParameter) -> LayerType:
        """The layer's type; one that is not known does if all its tops' shapes are given."""
        known = layer_types.get(layer.type)
        if known is not None:
            return known
        if not self._described(layer):
            try:
                return layer_type(layer.type)
            except LayerError as error:
                if layer.type:
                    error.message = f"{error.message.removesuffix(')')}: {self._needed(layer)})"
                raise
        tops = [self._given[top] for top in layer.top]
        plan = Plan(tops=tops, params=self._setting.params.get(layer.name, ()))
        return LayerType(layer.type, (0, None), (0, None), lambda *_: plan)

    def _answer(self, index: int, layer: LayerParameter, bottoms: list[Shape]) -> Plan | None:
        """What the caller says that a layer makes, where it is asked and knows."""
        asked = self._setting.python_layers
        return asked(index, layer, bottoms) if asked and self._is_asked(layer) else None

    def _is_asked(self, layer: LayerParameter) -> bool:
        """Whether the caller is asked what a layer makes, since its type runs code."""
        known = layer_types.get(layer.type)
        runs_code = known is not None and known.code is not None
        return runs_code and bool(self._setting.python_layers) and not self._described(layer)

    def _described(self, layer: LayerParameter) -> bool:
        """Whether a person has said what a layer of an unknown type makes."""
        if not layer.type:
            return False
        if not layer.top:
            return layer.name in self._setting.params
        return all(top in self._given for top in layer.top)

    def _plan(self, known: LayerType, layer: LayerParameter, bottoms: list[Shape]) -> Plan:
        try:
            if known.source:
                plan = self._plan_source(known, layer)
            elif known.setting:
                plan = known.plan(layer, bottoms, self._setting)
            else:
                plan = known.plan(layer, bottoms)
        except FillerkitError:
            raise
        except Exception as error:
            raise LayerError(
                f"its type's function failed: {type(error).__name__}: {error}"
            ) from error
        return plan

    def _plan_source(self, known: LayerType, layer: LayerParameter) -> Plan:
        """Plan a data layer from the shapes that the caller gives, else from its real source."""
        if not known.outside or layer.top[0] in self._given:
            try:
                return known.plan(layer, self._given)
            except ShapeNeeded:
                if not known.outside:
                    raise
        from fillerkit.sources import find_shapes

        try:
            found = find_shapes(layer)
        except ShapeNeeded as needed:
            # What the prototxt settles itself does without the source.
            try:
                return known.plan(layer, self._given)
            except ShapeNeeded:
                raise needed from None
        if found is None:
            return known.plan(layer, self._given)
        self._notes.append(found.note)
        return known.plan(layer, {**found.shapes, **self._given})

    def _bottom(self, name: str) -> Shape:
        if name in self._shapes:
            return self._shapes[name]
        if name in self._lost:
            raise _LostBottom
        later, left_out = _maker(self._text.layers, name), _maker(self._text.left_out, name)
        if later is not None:
            why = f"; layer '{later.name}', which makes it, does not come before it"
        elif left_out is not None:
            phase = phase_name(self._text.state.phase)
            why = f"; layer '{left_out.name}', which makes it, does not take part in phase {phase}"
            stages = sorted({stage for rule in left_out.include for stage in rule.stage})
            phases = {phase_name(rule.phase) for rule in left_out.include if rule.HasField("phase")}
            if stages:
                why += f" without a stage: --stage {' or '.join(stages)}"
            elif phases and phase not in phases:
                why += f": --phase {' or '.join(sorted(phases)).lower()}"
        else:
            why = did_you_mean(name, self._shapes)
        raise LayerError(f"no layer before it makes its bottom '{name}'{why}", field="bottom")

    def _check_top(
        self, known: LayerType, layer: LayerParameter, position: int, index: int
    ) -> None:
        name = layer.top[position]
        in_place = position < len(layer.bottom) and layer.bottom[position] == name
        if in_place and not known.in_place:
            raise LayerError(
                f"cannot work in place: give its top another name than its bottom, '{name}'",
                field="top",
            )
        if in_place and (index, position) in self._crowded:
            raise LayerError(
                f"changes '{name}' in place, but '{name}' as it was before is taken elsewhere too "
                "(by a layer, or as a loss): give the top a name of its own",
                field="top",
            )
        if not in_place and (name in self._maker or name in layer.top[:position]):
            maker = self._maker.get(name, layer.name)
            raise LayerError(f"its top '{name}' is made by layer '{maker}' already", field="top")

    def _params(self, layer: LayerParameter, plan: Plan) -> tuple[ParamBlob, ...]:
        count = len(plan.params)
        if len(layer.param) > count:
            raise LayerError(
                f"has param {{ }} {len(layer.param)} times, but only {count} parameter blobs",
                field="param",
            )
        if layer.blobs and len(layer.blobs) != count:
            raise LayerError(
                f"has blobs {{ }} {len(layer.blobs)} times, but {count} parameter blobs",
                field="blobs",
            )
        params: list[ParamBlob] = []
        wrong: list[FillerError] = []
        for position, planned in enumerate(plan.params):
            spec = ParamSpec() if planned.learned else ParamSpec(lr_mult=0)
            if position < len(layer.param):
                spec = layer.param[position]
            blob = layer.blobs[position] if layer.blobs else None
            at = (len(self._layers), position)
            try:
                made = _param(layer, planned, blob)
            except FillerError as error:
                if self._report is None:
                    raise
                wrong.append(error)
                continue
            params.append(self._sharing.add(at, layer.name, made, spec))
        if wrong and self._report is not None:
            raise _Several(wrong, self._report)
        return tuple(params)

    def _key(self, name: str, index: int) -> str:
        """A name for a layer's blobs that no earlier layer's have."""
        key = name or f"#{index}"
        if key in self._keys:
            key = next(f"{key}#{n}" for n in range(2, index + 3) if f"{key}#{n}" not in self._keys)
        self._keys.add(key)
        return key

    def _check_given(self) -> None:
        """A shape is given for a blob, and parameters for a layer, that it can be given for."""
        open_tops: list[str] = []
        tops: set[str] = set()
        unknown: list[str] = []
        for layer, _ in self._text.layers:
            known = layer_types.get(layer.type)
            tops.update(layer.top)
            if known is None or known.code:
                unknown.append(layer.name)
            if known is None or known.source or known.code:
                open_tops += layer.top
        for name in self._given:
            if name not in tops:
                raise UsageError(
                    f"a shape is given for '{name}', which no layer of phase "
                    f"{phase_name(self._text.state.phase)} makes; its data layers make "
                    f"{', '.join(map(repr, open_tops)) or 'nothing'}"
                )
        for name in self._setting.params:
            if name not in unknown:
                raise UsageError(
                    f"parameters are given for layer '{name}', but the layers of unknown type are "
                    f"{', '.join(map(repr, unknown)) or 'none'}"
                )

    def _check_types(self) -> None:
        """All layers of unknown types in one error, with what to add for each."""
        unknown = [
            (layer, field)
            for layer, field in self._text.layers
            if layer.type
            and not (self._is_known(layer) or self._described(layer) or self._is_asked(layer))
        ]
        if len(unknown) < 2:
            return
        lines = [
            f"  line {self._text.place(field).line}: {layer.type} '{layer.name}': "
            + self._needed(layer)
            for layer, field in unknown
        ]
        first, field = unknown[0]
        raise LayerError(
            f"{len(unknown)} layers are of types, or run code, that is not known; say the shapes "
            "of their tops, with numbers for the letters (and --param LAYER=64x3x3x3:xavier for "
            "blobs to fill):\n" + "\n".join(lines),
            layer=first.name,
            place=self._text.place(field),
        )

    def _is_known(self, layer: LayerParameter) -> bool:
        known = layer_types.get(layer.type)
        return known is not None and (known.code is None or not layer.top or known.code(layer))

    def _needed(self, layer: LayerParameter) -> str:
        """The options that say what a layer of unknown type makes."""
        missing = [top for top in layer.top if top not in self._given]
        shapes = [f"--shape {top}=N,C,H,W" for top in missing]
        return " ".join(shapes) or f"--param {layer.name}=64x3x3x3:xavier"

    def _ask_for_the_rest(self, error: ShapeNeeded, index: int) -> None:
        """Add to an error what later data layers need, so that one answer serves for all."""
        for layer, _ in self._text.layers[index + 1 :]:
            known = layer_types.get(layer.type)
            if known is None or not known.source:
                continue
            try:
                self._plan_source(known, layer)
            except ShapeNeeded as other:
                error.message += f"; layer '{layer.name}' {other.message}"
            except LayerError:
                continue

    def _locate(self, error: LayerError, layer: LayerParameter, field: Field) -> None:
        """Say in an error which layer it is of, and where in the file."""
        error.layer = layer.name
        error.message = f"layer '{layer.name}' ({layer.type or 'no type'}): {error.message}"
        inside = _filler_field(field, error) if isinstance(error, FillerError) else field
        error.place = self._text.place(inside.find(error.field) or inside)


def _filler_field(field: Field, error: FillerError) -> Field:
    """The filler at fault in a layer's text: the blob's own, or the layer's only one."""
    own = "bias_filler" if error.blob == "bias" else "weight_filler"
    found = {filler.name: filler for block in field.fields for filler in block.fields}
    return found.get(own) or found.get("filler") or found.get("data_filler") or field


def _warnings(layers: Sequence[Layer]) -> list[str]:
    """What a person should know of how a net starts before it costs a night of training."""
    if not layers:
        return ["there is no layer in it"]
    params = [(layer, param) for layer in layers for param in layer.params]
    dead = list(dict.fromkeys(layer.name for layer, param in params if param.dead))
    wild = [f"{layer.name}/{param.name}" for layer, param in params if not param.finite]
    found = []
    if dead:
        found.append(f"all zeros, as Caffe leaves a weight without a weight_filler: {some(dead)}")
    if wild:
        found.append(f"infinite or not a number: {some(wild)}")
    return found


def _checked_plan(plan: object, layer: LayerParameter) -> Plan:
    """A layer's plan, if it is one for that layer."""
    if not isinstance(plan, Plan) or not all(isinstance(p, Param) for p in plan.params):
        raise LayerError("its type's function does not answer with a Plan of Params")
    if len(plan.tops) < len(layer.top):
        raise LayerError(f"its type makes {len(plan.tops)} tops, not {len(layer.top)}", field="top")
    return plan


def _maker(layers: Iterable[TextLayer], blob: str) -> LayerParameter | None:
    return next((layer for layer, _ in layers if blob in layer.top), None)


def _check_connections(known: LayerType, layer: LayerParameter) -> None:
    """The numbers of bottoms, tops and what goes with each."""
    bottoms, tops = len(layer.bottom), len(layer.top)
    _check_count(known.bottoms, bottoms, "bottom")
    least = 0 if known.loss else known.tops[0]
    _check_count((least, known.tops[1]), tops, "top")
    if known.same and bottoms != tops:
        raise LayerError(
            f"needs a top for each of its {bottoms} bottoms, not {tops}",
            field="top" if tops else "bottom",
        )
    if layer.propagate_down and len(layer.propagate_down) != bottoms:
        raise LayerError(
            f"needs propagate_down once for each of its {bottoms} bottoms, or not at all; "
            f"it has {len(layer.propagate_down)}",
            field="propagate_down",
        )


def _check_count(span: tuple[int, int | None], count: int, what: str) -> None:
    least, most = span
    if least <= count and (most is None or count <= most):
        return
    if most == least:
        wanted = f"{least or 'no'} {what}{'s' * (least != 1)}"
    elif most is None:
        wanted = f"{least} {what}s or more"
    else:
        wanted = f"{least} to {most} {what}s"
    raise LayerError(f"takes {wanted}, not {count}", field=what)


def _tops(known: LayerType, layer: LayerParameter, plan: Plan) -> tuple[tuple[str, Shape], ...]:
    names = list(layer.top)
    if known.loss:
        names += [AUTOMATIC] * (known.tops[0] - len(names))
    weights = len(known.traits.loss_weights(layer))
    if weights and weights != len(names):
        own = "" if layer.loss_weight else " that a loss layer has by itself"
        raise LayerError(
            f"needs loss_weight once for each of its {len(names)} tops, not the {weights}{own}",
            field="loss_weight",
        )
    return tuple(
        (name, checked(shape, f"its top '{name}'"))
        for name, shape in zip(names, plan.tops, strict=False)
    )


def _param(layer: LayerParameter, planned: Param, blob: BlobProto | None) -> ParamBlob:
    """A planned parameter blob, its shape, filler and values checked."""
    shape = checked(planned.shape, f"its {planned.name}")
    if prod(shape) == 0:
        raise LayerError(f"its {planned.name} would be {shown(shape)}: there is nothing to fill")
    given = None if blob is None else _given(blob, planned.name, shape)
    weight = len(shape) > 1 and planned.name in traits_of(layer.type).weights
    param = ParamBlob(planned.name, shape, planned.filler, given, weight=weight)
    try:
        param.distribution  # noqa: B018  (raises where the filler cannot fill this blob)
    except FillerError as error:
        error.message = f"its {planned.name} ({shown(shape)}): {error.message}"
        error.blob = planned.name
        raise
    return param


def _given(blob: BlobProto, name: str, shape: Shape) -> Given:
    """The values of a ``blobs { }`` in the text; shapes of four axes may lead with ones."""
    values = np.array(blob.double_data or blob.data)
    if blob.HasField("shape"):
        said: Shape = tuple(blob.shape.dim)
        fits = said == shape
    else:
        said = (blob.num, blob.channels, blob.height, blob.width)
        fits = len(shape) <= 4 and said == (1,) * (4 - len(shape)) + shape
    if not fits or values.size != prod(shape):
        raise LayerError(
            f"its {name} is {shown(shape)}, but blobs {{ }} gives {shown(said)} "
            f"with {values.size} values",
            field="blobs",
        )
    return Given(values)
