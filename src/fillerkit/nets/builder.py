"""From a net's text to a `Net`: every layer set up in order, as Caffe sets them up."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from fillerkit.errors import FillerError, FillerkitError, LayerError, OnError, ShapeNeeded
from fillerkit.layers import Param, Plan, Shape
from fillerkit.layers.fork_bottoms import with_fork_bottoms
from fillerkit.layers.net_layer import Layer
from fillerkit.layers.registry import LayerType
from fillerkit.layers.shapes import shown
from fillerkit.nets.asked import Choices
from fillerkit.nets.assumed import Assumed
from fillerkit.nets.connections import (
    Connections,
    LostBottom,
    check_counts,
    named_tops,
)
from fillerkit.nets.data_layers import plan_source, shapes_needed
from fillerkit.nets.filler_files import with_files
from fillerkit.nets.leaves import leaves, passed_over
from fillerkit.nets.net import Net
from fillerkit.nets.notes import field_notes, file_notes, start_notes
from fillerkit.nets.params import WrongFillers, check_filler_types, param_blob, param_blobs
from fillerkit.nets.rules import FillerRules
from fillerkit.nets.sharing import Sharing
from fillerkit.nets.stated import stated
from fillerkit.nets.unknown import check_types, is_asked, type_of
from fillerkit.printable import printable
from fillerkit.prototxt import Field, NetText, phase_name
from fillerkit.schema.forks_pb2 import LayerParameter


def build(text: NetText, choices: Choices, report: OnError | None = None) -> Net:
    """Set up every layer in order.

    Without `report` the error of the first layer that makes no sense is raised. With it, `report`
    gets each such layer's error; the net is then made of the others, and what only follows from an
    error reported already, like a bottom that is missing for it, is not reported again.
    """
    return _Builder(text, choices, report).build()


class _Builder:
    """What is known of a net after each layer."""

    def __init__(self, text: NetText, choices: Choices, report: OnError | None) -> None:
        self._text = text
        self._choices = choices
        self._report = report
        self._layers: list[Layer] = []
        self._lost: list[LayerParameter] = []
        self._keys: set[str] = set()
        self._numbers: dict[str, count[int]] = {}
        self._notes = list(text.notes)
        self._leaves = leaves(text, choices)
        self._connections = Connections(text)
        self._assumed = Assumed()
        self._sharing = Sharing()
        self._rules = FillerRules(choices.fillers)

    def build(self) -> Net:
        text = self._text
        if self._report is None:
            check_types(text, self._choices, self._leaves)
        for index, (layer, field) in enumerate(text.layers):
            if index in self._leaves:
                self._connections.pass_over(layer)
                continue
            try:
                self._layers.append(self._set_up(index, layer, field))
            except LostBottom:
                self._lose(layer)
            except WrongFillers as wrong:
                for error in wrong.errors:
                    self._refuse(error, layer, field)
            except LayerError as error:
                if self._report is None and isinstance(error, ShapeNeeded):
                    rest = text.layers[index + 1 :]
                    given, partial = self._choices.setting.shapes, self._choices.partial
                    error.later = tuple(shapes_needed(rest, given, partial))
                self._refuse(error, layer, field)
        self._pass_over()
        if self._connections.complete:
            self._rules.check_used()
        layers = self._sharing.with_rates(self._layers)
        self._notes += (*field_notes(layers), *file_notes(layers))
        if self._report is None:
            self._notes += start_notes(layers)
        return Net(
            name=text.name,
            phase=phase_name(text.state.phase),
            level=text.state.level,
            stages=tuple(text.state.stage),
            layers=layers,
            outputs=self._connections.outputs,
            file=text.source.name,
            sha256=text.sha256,
            asked=self._choices.record,
            random_seed=text.random_seed,
            notes=tuple(dict.fromkeys(map(printable, self._notes))),
            old_forms=tuple((words, text.place(field)) for words, field in text.old_forms),
            left_out=tuple(
                layer
                for layer, _ in (*text.left_out, *(text.layers[at] for at in sorted(self._leaves)))
            ),
            lost=tuple(self._lost),
            encoding=text.source.reading.encoding,
            text=text.source.text,
        )

    def _pass_over(self) -> None:
        """Tell which layers nothing depends on; where they are the net itself, they are refused."""
        if not self._leaves:
            return
        if any(layer.params for layer in self._layers) or not self._connections.complete:
            self._notes.append(passed_over(self._text, self._leaves))
            return
        if self._report is None:
            check_types(self._text, self._choices, ())
        for index in sorted(self._leaves):
            layer, field = self._text.layers[index]
            try:
                self._plan_of(index, layer, self._text.place(field).line)
            except LayerError as error:
                self._refuse(error, layer, field)

    def _refuse(self, error: LayerError, layer: LayerParameter, field: Field) -> None:
        """Raise or report an error, once it says which layer it is of and where in the file."""
        error.layer = layer.name
        error.within = (f"layer '{layer.name}' ({layer.type or 'no type'})", *error.within)
        inside = _filler_field(field, error) if isinstance(error, FillerError) else field
        error.place = self._text.place(inside.find(error.field) or inside)
        if self._report is None:
            raise error from error.__cause__
        self._report(error)
        self._lose(layer)

    def _lose(self, layer: LayerParameter) -> None:
        self._connections.lose(layer)
        self._lost.append(layer)

    def _set_up(self, index: int, layer: LayerParameter, field: Field) -> Layer:
        line = self._text.place(field).line
        known, plan, overruled = self._plan_of(index, layer, line)
        plan = with_files(self._rules.apply(layer.name, plan), self._text.source.name)
        self._notes.extend(plan.notes)
        tops = named_tops(known, layer, plan, self._choices.setting.shapes)
        self._connections.add(layer, tops)
        self._notes.extend(self._assumed.add(layer, plan, tops))
        params = param_blobs(index, layer, plan, self._sharing)
        return Layer(
            name=layer.name,
            type=layer.type,
            bottoms=tuple(layer.bottom),
            tops=tops,
            params=params,
            forgotten=tuple(param_blob(layer, planned, None) for planned in plan.forgotten),
            draws=plan.draws,
            line=line,
            key=self._key(layer.name, index) if params else layer.name,
            message=layer,
            overruled=overruled,
        )

    def _plan_of(
        self, index: int, layer: LayerParameter, line: int
    ) -> tuple[LayerType, Plan, bool]:
        """The type of a layer, what the layer makes, and whether that is not its type's plan."""
        setting = self._choices.setting
        known = type_of(layer, line, self._choices)
        bottoms = self._connections.bottoms(layer)
        known, bottoms_note = with_fork_bottoms(known, layer, setting)
        known = (holds := stated(known, layer, self._choices)).type
        check_counts(known, layer)
        self._connections.check_tops(index, known, layer)
        if bottoms is None:
            if not self._choices.fillers:
                check_filler_types(layer)
            raise LostBottom
        try:
            plan = self._plan(index, known, holds.asked, bottoms[: len(holds.asked.bottom)])
        except LayerError as error:
            self._assumed.explain(error, layer, [shown(shape) for shape in bottoms])
            plan = holds.without_type(error)
        if bottoms_note:
            plan = replace(plan, notes=[*plan.notes, bottoms_note])
        return known, holds.applied(plan), holds.overrules(plan)

    def _plan(
        self, index: int, known: LayerType, layer: LayerParameter, bottoms: list[Shape]
    ) -> Plan:
        """What the layer makes, by `python_layers` for a Python layer, else by its type."""
        plan = None
        if self._choices.python_layers is not None and is_asked(layer, self._choices):
            plan = self._choices.python_layers(index, layer, bottoms)
        if plan is None:
            plan = _planned(known, layer, bottoms, self._choices)
        if not isinstance(plan, Plan) or not all(isinstance(p, Param) for p in plan.params):
            raise LayerError("its type's function does not answer with a Plan of Params")
        if len(plan.tops) < len(layer.top):
            raise LayerError(
                f"its type makes {len(plan.tops)} tops, not {len(layer.top)}", field="top"
            )
        return plan

    def _key(self, name: str, index: int) -> str:
        """A name for a layer's blobs that no earlier layer's have."""
        key = name or f"#{index}"
        if key in self._keys:
            # On from the last number given: many layers may bear one name.
            numbered = (f"{key}#{n}" for n in self._numbers.setdefault(key, count(2)))
            key = next(one for one in numbered if one not in self._keys)
        self._keys.add(key)
        return key


def _planned(
    known: LayerType, layer: LayerParameter, bottoms: list[Shape], choices: Choices
) -> Plan:
    """The answer of a layer type's function, which an installed package may have brought."""
    try:
        if known.source:
            return plan_source(known, layer, choices.setting.shapes, choices.partial)
        return known.plan(layer, bottoms, *[choices.setting] * known.setting)
    except FillerkitError:
        raise
    except Exception as error:
        raise LayerError(f"its type's function failed: {type(error).__name__}: {error}") from error


def _filler_field(field: Field, error: FillerError) -> Field:
    """The filler at fault in a layer's text: the blob's own, or the layer's only one."""
    own = "bias_filler" if error.blob == "bias" else "weight_filler"
    found = {filler.name: filler for block in field.fields for filler in block.fields}
    return found.get(own) or found.get("filler") or found.get("data_filler") or field
