"""A net of today's format, written in the form that another reader asks for.

Programs that read prototxt files stopped at different ages of Caffe: some know no Input layer, some
no ``layer``, most no field that a fork added. What a form cannot say is refused, at its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, NoReturn

from google.protobuf.message import Message

from fillerkit.errors import PrototxtError, UsageError, check_kind, some, what_there_is
from fillerkit.prototxt.source import Source
from fillerkit.prototxt.text import Field
from fillerkit.prototxt.upgrade import PARAM_FIELDS, TextLayer, current_type, upgrade
from fillerkit.schema import EACH, caffe_pb2
from fillerkit.schema.forks_pb2 import NetParameter, PoolingParameter

FORMS = {
    "input-shape": "Input layers become net-level input and input_shape",
    "input-dim": "Input layers become net-level input and input_dim, of four axes",
    "v1": "layers { type: IN_CAPITALS } of 2014, with net-level inputs",
    "caffe": "fields that only forks have are left out, or said as Caffe says them",
}
"""By name, what a form changes in today's."""

# Fields of forks about speed, memory and what is printed: no weight and no output depends on them.
_WITHOUT_EFFECT = {
    "": "forward_type backward_type forward_math backward_math debug cudnn_math_override engine "
    "multinode",
    "batch_norm_param": "engine",
    "concat_param": "engine per_fla_fuse",
    "convolution_param": "conv_algorithm conv_algos_override cudnn_convolution_algo_seeker",
    "data_param": "cache disk_reader_threads parser_threads precache threads verbose",
    "dropout_param": "engine",
    "eltwise_param": "engine",
    "image_data_param": "cache precache show_data threads",
    "inner_product_param": "engine",
    "transform_param": "debug_params display forward_packing use_gpu_transform",
}
_CEIL_MODE = "pooling_param.ceil_mode"
"""Which Caffe has by another name, round_mode."""
_OF_INPUT = {"name", "type", "top", "input_param"}
_AXES = 4


def check_forms(forms: Sequence[str]) -> None:
    """Refuse forms that there are not, or that exclude each other."""
    check_kind("forms", forms, (list, tuple), "a list of forms, like ['caffe']")
    for form in forms:
        if form not in FORMS:
            raise UsageError(f"unknown form '{form}'{what_there_is(form, FORMS)}")
    if {"input-shape", "input-dim"} <= {*forms}:
        raise UsageError("input-shape and input-dim are two ways to say one thing: choose one")


def written(
    net: NetParameter, root: Field, source: Source, forms: Sequence[str] = ()
) -> NetParameter:
    """`net` in the current format, or in some of `FORMS`; every layer of every phase is in it.

    Raises
    ------
    PrototxtError
        A form cannot say what a layer says.
    """
    new = type(net)()
    for field in ("name", "force_backward", "debug_info"):
        if net.HasField(field):
            setattr(new, field, getattr(net, field))
    if net.HasField("state"):
        new.state.CopyFrom(net.state)
    _write_layers(new, upgrade(net, root, source), forms, source)
    return new


def _write_layers(
    net: NetParameter, layers: Sequence[TextLayer], forms: Sequence[str], source: Source
) -> None:
    if "caffe" in forms:
        _leave_out_forks(layers, source)
    if {"input-shape", "input-dim", "v1"} & {*forms}:
        inputs = [each for each in layers if each[0].type == "Input"]
        layers = [each for each in layers if each[0].type != "Input"]
        _write_inputs(net, inputs, forms, source)
    if "v1" in forms:
        for each in layers:
            _write_v1(net.layers.add(), each, source)
    else:
        net.layer.extend(layer for layer, _ in layers)


class ForkField(NamedTuple):
    """A field that Caffe does not have, in a layer.

    Attributes
    ----------
    message : Message
        That has it.
    name : str
        In the schema.
    path : str
        As a text writes it, from the layer on: ``pooling_param.ceil_mode``.
    matters : bool
        Whether a weight or an output may depend on it.
    """

    message: Message
    name: str
    path: str
    matters: bool


def fork_fields(
    message: Message, known: Any = caffe_pb2.LayerParameter.DESCRIPTOR, path: str = ""
) -> Iterator[ForkField]:
    """What no message of Caffe's has in a layer."""
    for field, value in message.ListFields():
        name, ours = f"{path}{field.name}", known.fields_by_name.get(field.name)
        said = name.removesuffix(EACH)
        if ours is None:
            silent = field.name in _WITHOUT_EFFECT.get(path.removesuffix("."), "").split()
            silent = silent or name == _CEIL_MODE
            matters = not silent and (field.message_type or value != field.default_value)
            yield ForkField(message, field.name, said, bool(matters))
        elif field.enum_type is not None and field.name == "engine":
            if value not in ours.enum_type.values_by_number:
                yield ForkField(message, field.name, said, False)
        elif field.message_type is not None and ours.message_type is not None:
            for inner in [value] if isinstance(value, Message) else value:
                yield from fork_fields(inner, ours.message_type, f"{name}.")


def _leave_out_forks(layers: Sequence[TextLayer], source: Source) -> None:
    """Clear what no message of Caffe's has, if neither weights nor outputs depend on it."""
    found = [(layer, list(fork_fields(layer[0]))) for layer in layers]
    matter = [(layer, field) for layer, fields in found for field in fields if field.matters]
    if matter:
        layer, field = matter[0]
        others = {id(each): f"'{each[0].name}' ({each[0].type})" for each, _ in matter}
        del others[id(layer)]
        why = f"its {field.path} is a fork's, and values may depend on it"
        why += f"; nor can {some([*others.values()])}" if others else ""
        _refuse(layer, source, field.path, why)
    for layer, fields in found:
        pooling = layer[0].pooling_param
        for field in fields:
            if field.path == _CEIL_MODE and not pooling.ceil_mode:
                pooling.round_mode = PoolingParameter.FLOOR
            field.message.ClearField(field.name)


def _write_inputs(
    net: NetParameter, layers: Sequence[TextLayer], forms: Sequence[str], source: Source
) -> None:
    """Say what Input layers say at the level of the net."""
    shapes: list[tuple[TextLayer, list[int]]] = []
    for each in layers:
        layer = each[0]
        for field, _ in layer.ListFields():
            if field.name not in _OF_INPUT:
                _refuse(each, source, field.name, f"a net-level input has no {field.name}")
        net.input.extend(layer.top)
        found = [list(shape.dim) for shape in layer.input_param.shape]
        if len(found) not in (0, 1, len(layer.top)):
            _refuse(each, source, "input_param", "it has not one shape for each top")
        shapes += [
            (each, shape) for shape in (found * len(layer.top) if len(found) == 1 else found)
        ]
    if not shapes:
        return
    if len(shapes) != len(net.input):
        bare = next(each for each in layers if not each[0].input_param.shape)
        _refuse(bare, source, "top", "it has no shape, and with net-level inputs all have or none")
    four = all(len(shape) == _AXES for _, shape in shapes)
    for each, shape in shapes:
        if "input-dim" in forms and not four and len(shape) != _AXES:
            _refuse(each, source, "input_param", f"input_dim is of 4 axes, not {len(shape)}")
        if four and "input-shape" not in forms:
            net.input_dim.extend(shape)
        else:
            net.input_shape.add(dim=shape)


def _write_v1(old: Any, layer: TextLayer, source: Source) -> None:
    """A layer as V1 has it: its type an enum's, its params in four lists."""
    new, known = layer[0], caffe_pb2.V1LayerParameter.DESCRIPTOR.fields_by_name
    types: Any = known["type"].enum_type
    numbers = {current_type(name): value.number for name, value in types.values_by_name.items()}
    if new.type not in numbers:
        _refuse(layer, source, "type", f"V1 has no type {new.type}")
    old.type = numbers[new.type]
    for field, value in new.ListFields():
        if field.name in ("type", "param"):
            continue
        if field.name not in known:
            _refuse(layer, source, field.name, f"V1 has no {field.name}")
        if isinstance(value, Message):
            getattr(old, field.name).CopyFrom(value)
        elif hasattr(value, "extend"):
            getattr(old, field.name).extend(value)
        else:
            setattr(old, field.name, value)
    for name, of_param in PARAM_FIELDS.items():
        said = [at for at, param in enumerate(new.param) if param.HasField(of_param)]
        params = new.param[: max(said, default=-1) + 1]
        getattr(old, name).extend(getattr(param, of_param) for param in params)


def _refuse(layer: TextLayer, source: Source, field: str, why: str) -> NoReturn:
    at = layer[1].find(field) or layer[1]
    raise PrototxtError(
        f"layer '{layer[0].name}' ({layer[0].type}) cannot be written in this form: {why}",
        place=source.place(at.offset),
    )
