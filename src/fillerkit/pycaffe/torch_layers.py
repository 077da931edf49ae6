"""The layers of a net that PyTorch computes, from the net's blobs into its blobs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from functools import cache
from itertools import chain
from math import prod
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

import fillerkit as fk
from fillerkit.pycaffe import batch_norm
from fillerkit.pycaffe.needs import Needs
from fillerkit.pycaffe.net_state import NetState
from fillerkit.pycaffe.process import caffe
from fillerkit.pycaffe.wiring import Wired, check_same_params
from fillerkit.python_layers.blob import Blob, Memory, shown

if TYPE_CHECKING:
    from torch import Tensor

    from fillerkit.torch import LayerModule


class _Graph(NamedTuple):
    """What a layer's forward pass leaves for its backward pass."""

    bottoms: Sequence[Tensor]
    tops: Sequence[Tensor]

    def fits(self, bottoms: Sequence[Blob], tops: Sequence[Blob]) -> bool:
        """Whether the blobs still have the shapes that they had in that pass.

        What a layer works on in place has that of its top since.
        """
        there = zip(self.bottoms, bottoms, strict=True)
        apart = (pair for pair in there if all(pair[1] is not top for top in tops))
        pairs = chain(apart, zip(self.tops, tops, strict=False))
        return all(list(tensor.shape) == blob.shape for tensor, blob in pairs)


class TorchLayers:
    """PyTorch's modules of a net's layers. What a layer carries from pass to pass lives in them."""

    def __init__(self, state: NetState, needs: Needs) -> None:
        self._state = state
        self._needs = needs
        self._graphs: dict[int, _Graph] = {}
        self._made: dict[int, LayerModule] = {}
        self._memories: dict[int, list[Memory]] = {}
        """What the parameters of `_made` lie in."""
        self._net = state.net
        self._planned = [{shapes} for shapes in _bottom_shapes(state.net)]
        """The shapes of bottoms that each layer is known to take."""
        self._share_what_is_handed_on()

    def forward(self, index: int, wired: Wired) -> None:
        """Compute a layer's tops."""
        import torch

        assert wired.index is not None
        self._graphs.pop(index, None)
        layer = self._module(index, wired)
        before = batch_norm.batches_seen(layer)
        graph = self._graph(index, wired, layer)
        if batch_norm.batches_seen(layer) > before:
            batch_norm.to_blobs(layer, self._state.params[wired.index])
        for number, tensor in zip(wired.tops, graph.tops, strict=False):
            top = self._state.blobs[number]
            top.reshape(*tensor.shape)
            if _hands_on(wired):
                weighs = any(wired.loss_weights)
                top.share(self._below(wired), diff=not (weighs or _waits(wired)))
            else:
                torch.from_numpy(top.data).copy_(tensor.detach())

    def backward(self, index: int, wired: Wired) -> None:
        """The gradients of a layer's bottoms, and of its parameters, which add up."""
        import torch

        if _hands_on(wired):
            # The others share it since they were set up: a Flatten behind one takes it away.
            if _waits(wired):
                self._below(wired).diff_memory = self._state.blobs[wired.tops[0]].diff_memory
            return
        assert wired.index is not None
        layer = self._module(index, wired)
        bottoms = [self._state.blobs[number] for number in wired.bottoms]
        above = [self._state.blobs[number] for number in wired.tops]
        graph = self._graphs.get(index)
        if graph is None or not graph.fits(bottoms, above):
            graph = self._graph(index, wired, _untouched(layer))
        blobs = self._state.params[wired.index]
        places = [i for i, needed in enumerate(self._needs.params[index]) if needed]
        params = [_tensor(layer, i) for i in places]
        tops = [
            (tensor, torch.from_numpy(blob.diff).reshape(tensor.shape))
            for tensor, blob in zip(graph.tops, above, strict=False)
            if tensor.requires_grad
        ]
        wanted = [tensor for tensor in (*graph.bottoms, *params) if tensor.requires_grad]
        if not tops or not wanted:
            return
        in_place = not set(wired.bottoms).isdisjoint(wired.tops)
        found = torch.autograd.grad(
            [tensor for tensor, _ in tops],
            wanted,
            # A gradient that is handed on unchanged must not be written over by another's.
            [diff.clone() if in_place else diff for _, diff in tops],
            retain_graph=True,
            allow_unused=True,
        )
        gradients = {id(tensor): grad for tensor, grad in zip(wanted, found, strict=True)}
        for bottom, tensor in zip(bottoms, graph.bottoms, strict=True):
            gradient = gradients.get(id(tensor))
            if gradient is not None:
                if gradient.numel() != bottom.count:
                    raise fk.UsageError(
                        f"layer '{layer.layer.name}' ({layer.layer.type}) cannot run backward: it "
                        f"works in place and has made {shown(bottom.shape)} of "
                        f"{shown(tensor.shape)}",
                        place=fk.Place(self._state.net.file, layer.layer.line, 1),
                    )
                torch.from_numpy(bottom.diff).copy_(gradient.reshape(bottom.diff.shape))
        for place, tensor in zip(places, params, strict=True):
            gradient = gradients.get(id(tensor))
            if gradient is not None:
                gradient = gradient.t() if layer.held[place].turned else gradient
                diff = blobs[place].diff
                if _replaces(layer, place, graph.bottoms):
                    diff[...] = 0
                torch.from_numpy(diff).add_(gradient.reshape(diff.shape))

    def _share_what_is_handed_on(self) -> None:
        """Before any layer runs: a gradient that a script has given an output is kept."""
        for wired in reversed(self._state.wiring.layers):
            if _hands_on(wired):
                top, below = self._state.blobs[wired.tops[0]], self._below(wired)
                given = top.diff_memory.touched or any(wired.loss_weights)
                if given and not _waits(wired):
                    below.diff_memory = top.diff_memory
                top.share(below, diff=not given and not _waits(wired))

    def _below(self, wired: Wired) -> Blob:
        """The blob whose memory a layer hands on: its bottom, or a Parameter's own."""
        if wired.bottoms:
            return self._state.blobs[wired.bottoms[0]]
        assert wired.index is not None
        return self._state.params[wired.index][0]

    def _graph(self, index: int, wired: Wired, layer: LayerModule) -> _Graph:
        """Run a layer's module; what a backward pass needs is kept if there can be one."""
        import torch

        assert wired.index is not None
        blobs, params = self._state.blobs, self._state.params[wired.index]
        self._check_shapes(wired.index, [tuple(blobs[number].shape) for number in wired.bottoms])
        if batch_norm.is_batch_norm(layer):
            batch_norm.to_module(layer, params)
        in_place = set(wired.bottoms) & set(wired.tops)
        bottoms = []
        for number, goes in zip(wired.bottoms, self._needs.bottoms[index], strict=True):
            tensor = torch.from_numpy(blobs[number].data)
            tensor = tensor.clone() if number in in_place else tensor
            bottoms.append(tensor.requires_grad_(goes and self._needs.layers[index]))
        if caffe.seed_of_passes is not None:
            torch.manual_seed(caffe.seed_of_passes)
            caffe.seed_of_passes = None
        with torch.set_grad_enabled(self._needs.layers[index]):
            graph = _Graph(bottoms, self._tops(layer, bottoms))
        if self._needs.layers[index]:
            self._graphs[index] = graph
        return graph

    def _tops(self, layer: LayerModule, bottoms: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """What a layer makes; an error names the layer."""
        try:
            tops: tuple[Tensor, ...] = layer(*bottoms)
        except (NotImplementedError, RecursionError):
            raise
        except (IndexError, RuntimeError, ValueError) as error:
            of, taken = layer.layer, ", ".join(shown(bottom.shape) for bottom in bottoms)
            own = ", ".join(shown(param.shape) for param in of.params)
            raise fk.UsageError(
                f"layer '{of.name}' ({of.type}{own and f', of blobs {own}'}) cannot run on "
                f"{taken}: {error}",
                place=fk.Place(self._state.net.file, of.line, 1),
            ) from error
        return tops

    def _check_shapes(self, index: int, shapes: list[tuple[int, ...]]) -> None:
        """Refuse new shapes of bottoms that Caffe's layer cannot take; PyTorch might broadcast."""
        if tuple(shapes) not in self._planned[index]:
            net = self._state.net
            new = fk.plan_layer(self._state.text, index, shapes)
            check_same_params(net.layers[index], new, net.file)
            self._planned[index].add(tuple(shapes))

    def _module(self, index: int, wired: Wired) -> LayerModule:
        """PyTorch's module of a layer, on the memory that its parameters have now."""
        assert wired.index is not None
        self._follow()
        memories = [blob.data_memory for blob in self._state.params[wired.index]]
        made = self._made.get(wired.index)
        if made is None or self._memories[wired.index] != memories:
            self._graphs.pop(index, None)
            fresh = self._new_module(wired.index, self._needs.params[index])
            if made is None:
                made = self._made[wired.index] = fresh
            for held in fresh.held:
                setattr(made, held.name, getattr(fresh, held.name))
            self._memories[wired.index] = memories
        return made

    def _new_module(self, index: int, learned: Sequence[bool]) -> LayerModule:
        """A module of a layer alone: its blobs are its own, whatever layers share with it by name.

        So the memory that a script sees in a layer's `params` is the one that the layer runs with.
        """
        from torch.nn import Parameter

        from fillerkit.torch import module

        _watch_forks()
        layer = self._net.layers[index]
        alone = replace(layer, params=tuple(replace(each, owner=None) for each in layer.params))
        net = replace(self._net, layers=(alone,))
        arrays = [blob.data for blob in self._state.params[index]]
        blobs = fk.Blobs.of(net, {layer.key: arrays} if arrays else {}, any_shape=True)
        made = module(net, blobs, draws=caffe.take).layers[0]
        for place, needed in zip(range(len(made.held)), learned, strict=False):
            tensor = _tensor(made, place)
            if isinstance(tensor, Parameter):
                tensor.requires_grad_(needed)
        return made

    def _follow(self) -> None:
        """Take in the shapes of a net that was reshaped."""
        if self._net is not self._state.net:
            self._net = self._state.net
            for known, shapes in zip(self._planned, _bottom_shapes(self._net), strict=True):
                known.add(shapes)
            for index, made in self._made.items():
                made.layer = self._net.layers[index]


def refusal(layer: fk.Layer) -> str:
    """Why a layer cannot be run, or ""."""
    from fillerkit.torch import refusal as of_pytorch

    if layer.type == "Python":
        module = layer.message.python_param.module
        return f"its module {module} is not there, or its shapes were given and it was not run"
    return of_pytorch(layer)


def _hands_on(wired: Wired) -> bool:
    """Whether a layer's top is its bottom, or its blob: Caffe has them share their memory."""
    alone = {"Concat": len(wired.bottoms), "Slice": len(wired.tops)}
    whole = ("Flatten", "Reshape", "Parameter")
    return alone.get(wired.message.type) == 1 or wired.message.type in whole


def _waits(wired: Wired) -> bool:
    """Whether a layer that hands on does so with the gradient in its backward pass only."""
    return wired.message.type == "Flatten"


def _bottom_shapes(net: fk.Net) -> list[tuple[tuple[int, ...], ...]]:
    """Of each layer the shapes of its bottoms, as the net was read or last reshaped."""
    latest: dict[str, tuple[int, ...]] = {}
    found = []
    for layer in net.layers:
        found.append(tuple(latest[name] for name in layer.bottoms))
        latest.update(layer.tops)
    return found


def _untouched(layer: LayerModule) -> LayerModule:
    """A layer for a backward pass that no forward pass in these shapes came before.

    Its parameters are those of `layer`, whose state and whose stream of draws stay where they are.
    As in Caffe, a Dropout's mask lets nothing through then.
    """
    alone = copy(layer)
    alone._buffers = dict(layer._buffers)
    alone.draws = _nothing_stays
    return alone


def _nothing_stays(count: int) -> NDArray[np.uint32]:
    """Draws by which a Dropout keeps no value, whatever its ratio."""
    return np.full(count, 2**32 - 1, np.uint32)


def _tensor(layer: LayerModule, position: int) -> Tensor:
    """The tensor that holds a parameter's values; it may be the blob transposed."""
    tensor: Tensor = getattr(layer, layer.held[position].name)
    return tensor


def _replaces(layer: LayerModule, place: int, bottoms: Sequence[Tensor]) -> bool:
    """Whether Caffe writes a parameter's gradient over the one before, and does not add it.

    It does for a Scale's weight with one item before its axis (a batch of 1), which saves it a sum.
    """
    if layer.message.type != "Scale" or len(bottoms) > 1 or place > 0:
        return False
    shape, weight = bottoms[0].shape, layer.held[0].shape
    axis = layer.message.scale_param.axis % len(shape) if weight else 0
    before, after = shape[:axis], shape[axis + len(weight) :]
    return prod(before) == 1 and (prod(weight) != 1 or prod(after) == 1)


def _alone_in_child() -> None:
    """Compute in one thread: a forked process has no other, and PyTorch would wait for them."""
    import torch

    torch.set_num_threads(1)


@cache
def _watch_forks() -> None:
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_alone_in_child)
