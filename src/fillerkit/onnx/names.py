"""Caffe's names for what is in a graph.

A value has the name of its blob. Of a blob that several layers write in place, the last version has
the blob's name, as in Caffe; an earlier one is ``<blob>/<layer>``. A layer's main node has the
layer's name; its other nodes, and values that are no blobs, are ``<layer>/<operator>``. Parameters
are ``<layer>.weight`` and so on, as in a state dict. What is taken gets ``#2`` behind it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import onnx
import onnx_ir

from fillerkit.onnx.graph import prune
from fillerkit.onnx.traced import Top
from fillerkit.torch import LayerModule

UNNAMED = "-"
"""A blob without a name: in ONNX, a value without one is a value that is not there."""


class Names:
    """Names of one kind of things, each given once."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def __contains__(self, name: str) -> bool:
        return name in self._taken

    def new(self, name: str) -> str:
        """The name, or one like it that is free."""
        name = name or UNNAMED
        found, again = name, 2
        while found in self._taken:
            found, again = f"{name}#{again}", again + 1
        self._taken.add(found)
        return found


class Graph:
    """A graph whose outputs are all tops, while it is given names.

    Parameters
    ----------
    graph : onnx_ir.Graph
    tops
        What its outputs are, in their order.
    layers
        Of the module.
    """

    def __init__(self, graph: Any, tops: Sequence[Top], layers: Sequence[LayerModule]) -> None:
        self._graph = graph
        self._values = list(graph.outputs)
        self._tops = tops
        self._layers = layers
        self._called = [layer.layer.name or layer.layer.type for layer in layers]
        self._last = {top.name: value for top, value in zip(self._tops, self._values, strict=True)}
        self._names = Names()
        self._named: set[Any] = set()

    def finish(
        self, inputs: Sequence[str], outputs: Sequence[str], origins: Mapping[str, str]
    ) -> None:
        """Name everything, and leave the outputs that are wanted.

        Parameters
        ----------
        inputs, outputs
            The blobs that go in and come out.
        origins
            By the name of a constant that was worked out: that of the initialiser it stands for.
        """
        for value, name in zip(self._graph.inputs, inputs, strict=True):
            self._name(value, name)
        constants = list(self._graph.initializers.values())
        for name in (*outputs, *self._last):
            if self._last[name] not in self._named | set(constants) and name not in self._names:
                self._name(self._last[name], name)
        self._name_earlier_blobs(constants)
        self._set_outputs(outputs)
        prune(self._graph)
        self._name_nodes()
        self._name_constants(origins)

    def _name(self, value: Any, name: str) -> None:
        value.name = self._names.new(name)
        self._named.add(value)

    def _name_earlier_blobs(self, constants: Sequence[Any]) -> None:
        """Name what a later layer writes over, and what has an input's name."""
        for value, top in zip(self._values, self._tops, strict=True):
            if value not in self._named and value not in constants:
                self._name(value, f"{top.name}/{self._called[top.layer]}")

    def _name_nodes(self) -> None:
        """Name nodes, and the values between a layer's nodes, after the layer."""
        names = Names()
        layer_of = self._layer_of()
        for number in range(len(self._layers)):
            nodes = [node for node in self._graph if layer_of.get(node) == number]
            main = self._main(nodes, number)
            for node in nodes:
                whole = self._called[number]
                part = f"{whole}/{node.op_type}"
                node.name = names.new(whole if node is main else part)
                for value in node.outputs:
                    if value not in self._named:
                        self._name(value, part)

    def _layer_of(self) -> dict[Any, int]:
        """By node, the layer whose tops it is the first to work for."""
        found: dict[Any, int] = {}
        for value, top in zip(self._values, self._tops, strict=True):
            waiting = [value.producer()]
            while waiting:
                node = waiting.pop()
                if node is not None and node not in found:
                    found[node] = top.layer
                    waiting += [source.producer() for source in node.inputs if source is not None]
        return found

    def _main(self, nodes: Sequence[Any], number: int) -> Any:
        """The first node of a layer that takes a parameter, or that makes its first top."""
        own = [
            value
            for value, top in zip(self._values, self._tops, strict=True)
            if top.layer == number
        ]
        with_parameters = (
            node
            for node in nodes
            for value in node.inputs
            if value is not None and _is_parameter(value)
        )
        makers = (node for node in nodes for value in own if value in node.outputs)
        return next((node for found in (with_parameters, makers) for node in found), None)

    def _set_outputs(self, outputs: Sequence[str]) -> None:
        """Leave the outputs that are wanted; one that another blob is too is a copy of it."""
        self._graph.outputs.clear()
        for name in outputs:
            value = self._last[name]
            if value.name != (name or UNNAMED):
                node = onnx_ir.node("Identity", [value], name=f"{name}/Identity")
                copy = node.outputs[0]
                copy.shape, copy.type = value.shape, value.type
                self._name(copy, name)
                self._graph.append(node)
                value = copy
            self._graph.outputs.append(value)

    def _name_constants(self, origins: Mapping[str, str]) -> None:
        """Name parameters after their layer, and other constants after the node that takes them."""
        constants = list(self._graph.initializers.values())
        self._graph.initializers.clear()
        for value in constants:
            number, _, tensor = origins.get(value.name, value.name).partition(".")
            if tensor:
                self._name(value, f"{self._layers[int(number)].layer.key}.{tensor}")
            else:
                node, position = next((use.node, use.idx) for use in value.uses())
                self._name(value, f"{node.name}/{self._input_name(node, position)}")
            value.const_value.name = value.name
            self._graph.initializers[value.name] = value

    def _input_name(self, node: Any, position: int) -> str:
        """What ONNX calls an input of an operator: ``shape``."""
        named = onnx.defs.get_schema(node.op_type, self._graph.opset_imports[""]).inputs
        return named[position].name if position < len(named) else str(position)


def _is_parameter(value: Any) -> bool:
    return value.is_initializer() and "." in value.name
