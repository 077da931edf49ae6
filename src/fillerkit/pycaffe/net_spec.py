"""Nets written in Python: ``n.conv1 = L.Convolution(n.data, kernel_size=5, num_output=20)``.

>>> from fillerkit.pycaffe.net_spec import NetSpec, layers as L, params as P
>>> n = NetSpec()
>>> n.data = L.Input(shape=dict(dim=[1, 3, 8, 8]))
>>> n.pool = L.Pooling(n.data, pool=P.Pooling.AVE, kernel_size=2)
>>> print(n.to_proto().layer[1], end="")
name: "pool"
type: "Pooling"
bottom: "data"
top: "pool"
pooling_param {
  pool: AVE
  kernel_size: 2
}
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import fillerkit as fk
from fillerkit.pycaffe.names import ByName
from fillerkit.pycaffe.proto import caffe_pb2
from fillerkit.python_layers.say import say_once

Names = dict["Top | Function", str]


class Top:
    """One output of a layer.

    Parameters
    ----------
    fn
        The layer.
    n
        Which of its outputs, from 0.
    """

    def __init__(self, fn: Function, n: int) -> None:
        self.fn = fn
        self.n = n

    def to_proto(self) -> caffe_pb2.NetParameter:
        """The net of the layers that this top needs."""
        return to_proto(self)

    def _update(self, params: Mapping[str, Any]) -> None:
        self.fn._update(params)


class Function:
    """A layer: its type, what goes in, and its parameters.

    Parameters
    ----------
    type_name
    inputs
        Tops of other layers.
    params
        Fields of the layer's own parameter message or of ``LayerParameter``; besides, ``ntop`` says
        how many outputs it has, and ``in_place`` that they are its inputs.

    Raises
    ------
    TypeError
        An input is not a `Top`.
    """

    def __init__(self, type_name: str, inputs: Iterable[Top], params: dict[str, Any]) -> None:
        self.type_name = type_name
        self.inputs = tuple(inputs)
        for position, top in enumerate(self.inputs):
            if not isinstance(top, Top):
                error = TypeError(
                    f"{type_name} input {position} is not a Top (type is {type(top)})"
                )
                if isinstance(top, tuple | list):
                    error.add_note("a layer of several tops is spread: L.X(*tops)")
                raise error
        self.params = params
        self.ntop = params.pop("ntop", 1)
        self.in_place = params.pop("in_place", False)
        self.tops = tuple(Top(self, n) for n in range(self.ntop))

    def to_proto(self) -> caffe_pb2.NetParameter:
        """The net of this layer and those it needs."""
        return _net([self], {})

    def _update(self, params: Mapping[str, Any]) -> None:
        self.params.update(params)

    def _message(
        self, bottoms: Iterable[str], names: Names, counts: Counter[str]
    ) -> caffe_pb2.LayerParameter:
        layer = caffe_pb2.LayerParameter(type=self.type_name, bottom=bottoms)
        if self.in_place:
            layer.top.extend(layer.bottom)
        else:
            layer.top.extend(_name(top, self.type_name, names, counts) for top in self.tops)
        if self not in names and self.tops:
            names[self] = _name(self.tops[0], self.type_name, names, counts)
        layer.name = _name(self, self.type_name, names, counts)
        for field, value in self.params.items():
            self._set(layer, field, value)
        return layer

    def _set(self, layer: caffe_pb2.LayerParameter, field: str, value: Any) -> None:
        """Set a field of the type's own parameter message, or else of the layer."""
        kind = _PARAMETERS_OF.get(self.type_name, self.type_name)
        own = getattr(layer, f"{_param_names.get(kind)}_param", None)
        if own is not None and not field.endswith("param"):
            try:
                return assign_proto(own, field, value)
            except AttributeError:
                if field in own.DESCRIPTOR.fields_by_name:
                    raise
        known = layer.DESCRIPTOR.fields_by_name
        if field not in known:
            guess = fk.did_you_mean(
                field, [*(own.DESCRIPTOR.fields_by_name if own else ()), *known]
            )
            if own is None:
                guess = guess or "; it has those of LayerParameter, like data_param=dict(...)"
            raise AttributeError(f"{self.type_name} has no parameter '{field}'{guess}")
        assign_proto(layer, field, value)


class NetSpec:
    """A net as its named tops: attributes or items, in the order they were given.

    Attributes
    ----------
    tops : dict
        By name. A layer without outputs (``ntop=0``) stands here itself.
    """

    tops: dict[str, Any]

    def __init__(self) -> None:
        super().__setattr__("tops", ByName(what="top"))

    def __setattr__(self, name: str, value: Any) -> None:
        self.tops[name] = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # so that copy and pickle see what is there
            raise AttributeError(name)
        return self.tops[name]

    def __delattr__(self, name: str) -> None:
        del self.tops[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self.tops[name] = value

    def __getitem__(self, name: str) -> Any:
        return self.tops[name]

    def __delitem__(self, name: str) -> None:
        del self.tops[name]

    def keys(self) -> list[str]:
        """The names."""
        return list(self.tops)

    def vals(self) -> list[Any]:
        """The tops."""
        return list(self.tops.values())

    def update(self, name: str, params: Mapping[str, Any]) -> None:
        """Change parameters of the layer of a top."""
        self.tops[name]._update(params)

    def to_proto(self) -> caffe_pb2.NetParameter:
        """The net of the layers that all named tops need, under those names."""
        return _net(
            [_function(top, name) for name, top in self.tops.items()],
            {top: name for name, top in self.tops.items()},
        )


class Layers:
    """Makes layers: ``layers.Type(*bottoms, **params)`` is a `Top`, or a tuple of `ntop` of them.

    Any name is a type, as in Caffe: a line on standard error tells of one that is not known, but
    for ``Layer``, which scripts write for what they cut out of the text. With ``ntop=0`` the answer
    is the `Function`.
    """

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)

        def make(*bottoms: Top, **params: Any) -> Any:
            if fk.layer_types.get(name) is None and name != "Layer":
                guess = fk.did_you_mean(name, fk.layer_types.names())
                say_once(f"L.{name}: no layer type of that name is known{guess}")
            function = Function(name, bottoms, params)
            if function.ntop == 0:
                return function
            return function.tops[0] if function.ntop == 1 else function.tops

        make.__name__ = make.__qualname__ = name
        return make

    def __dir__(self) -> list[str]:
        return fk.layer_types.names()


class Parameters:
    """The constants of the messages: ``params.Pooling.MAX`` is ``PoolingParameter.MAX``."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Constants(name)

    def __dir__(self) -> list[str]:
        return [
            name.removesuffix("Parameter")
            for name, message in caffe_pb2.DESCRIPTOR.message_types_by_name.items()
            if message.enum_types and name.endswith("Parameter")
        ]


class _Constants:
    """The values of the enums inside one message."""

    def __init__(self, type_name: str) -> None:
        self._message = f"{type_name}Parameter"

    def __getattr__(self, name: str) -> Any:
        message = getattr(caffe_pb2, self._message)
        try:
            return getattr(message, name)
        except AttributeError:
            if name.startswith("__"):
                raise
            near = fk.did_you_mean(name, dir(self)) or f"; there are {', '.join(dir(self))}"
            raise AttributeError(f"{self._message} has no constant '{name}'{near}") from None

    def __dir__(self) -> list[str]:
        enums = getattr(caffe_pb2, self._message).DESCRIPTOR.enum_types
        return [value.name for enum in enums for value in enum.values]


def to_proto(*tops: Top) -> caffe_pb2.NetParameter:
    """The net of the layers that some tops need, with generated names: ``Convolution1``, ...

    Parameters
    ----------
    tops
    """
    return _net([top.fn for top in tops], {})


def assign_proto(proto: Any, name: str, val: Any) -> None:
    """Set a field of a message from a value of Python's.

    Parameters
    ----------
    proto
        A message; it is changed.
    name
        Of the field.
    val
        A dict for a message, a list for a repeated field. One value does for a list of one; values
        are added to those that are there.

    Raises
    ------
    AttributeError
        The message has no such field.
    TypeError, ValueError
        The field does not take such a value.
    """
    if name not in proto.DESCRIPTOR.fields_by_name:
        guess = fk.did_you_mean(name, proto.DESCRIPTOR.fields_by_name)
        raise AttributeError(f"{proto.DESCRIPTOR.name} has no field '{name}'{guess}")
    field, what = getattr(proto, name), f"{proto.DESCRIPTOR.name}.{name}"
    repeated, is_message = hasattr(field, "extend"), hasattr(field, "DESCRIPTOR")
    if repeated and not isinstance(val, list):
        val = [val]
    if isinstance(val, list) and not repeated:
        raise AttributeError(f"{what} takes one value, not a list")
    if isinstance(val, list) and any(isinstance(value, dict) for value in val[:1]):
        if not hasattr(field, "add"):
            raise AttributeError(f"{what} takes values, not dicts")
        for value in val:
            _assign_all(field.add(), value)
    elif isinstance(val, dict) and is_message:
        _assign_all(field, val)
    elif isinstance(val, dict) or is_message:
        kind = "a dict of its fields, like dict(type=...)" if is_message else "a value, not a dict"
        raise AttributeError(f"{what} takes {kind}; it is given {val!r}")
    else:
        if isinstance(val, bool) and proto.DESCRIPTOR.fields_by_name[name].enum_type is not None:
            val = int(val)  # as protobuf did in Caffe's time: normalization=False is FULL
        try:
            field.extend(val) if repeated else setattr(proto, name, val)
        except (TypeError, ValueError) as error:
            raise type(error)(f"{what} does not take {val!r}: {error}") from None


def param_name_dict() -> dict[str, str]:
    """Which field of a layer holds the parameters of which type: ``{"LRN": "lrn", ...}``."""
    names: dict[str, str] = {}
    for field in caffe_pb2.LayerParameter.DESCRIPTOR.fields:
        if field.name.endswith("_param") and field.message_type is not None:
            # The last counts, where forks have two fields of one type (norm_param).
            type_name = field.message_type.name.removesuffix("Parameter")
            names[type_name] = field.name.removesuffix("_param")
    return names


def _assign_all(proto: Any, fields: Mapping[str, Any]) -> None:
    for name, value in fields.items():
        assign_proto(proto, name, value)


def _net(functions: Iterable[Function], names: Names) -> caffe_pb2.NetParameter:
    """The net of some layers and of those that they need, which stand before them."""
    layers: dict[Function, caffe_pb2.LayerParameter] = {}
    counts: Counter[str] = Counter()
    for function in functions:
        waiting = [function]
        while waiting:
            first = waiting[-1]
            needed = next((top.fn for top in first.inputs if top.fn not in layers), None)
            if first in layers:
                waiting.pop()
            elif needed is not None:
                waiting.append(needed)
            else:
                bottoms = [layers[top.fn].top[top.n] for top in first.inputs]
                layers[first] = first._message(bottoms, names, counts)
    return caffe_pb2.NetParameter(layer=layers.values())


def _name(named: Top | Function, type_name: str, names: Names, counts: Counter[str]) -> str:
    if named not in names:
        counts[type_name] += 1
        names[named] = f"{type_name}{counts[type_name]}"
    return names[named]


def _function(top: Any, name: str) -> Function:
    if isinstance(top, Function):
        return top
    if isinstance(top, Top):
        return top.fn
    raise AttributeError(
        f"'{name}' is a {type(top).__name__}, not a top; a layer of several tops has a name for "
        "each: n.data, n.label = L.Data(..., ntop=2)"
    )


# Caffe's net_spec knows no parameters of this type; that of RefineDet sends them here.
_PARAMETERS_OF = {"Deconvolution": "Convolution"}

_param_names = param_name_dict()
layers = Layers()
params = Parameters()
