"""Running a net layer by layer, from its blobs into its blobs; PyTorch computes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

import fillerkit as fk
from fillerkit.pycaffe import dummy_data
from fillerkit.pycaffe.needs import Needs, needs
from fillerkit.pycaffe.state import caffe
from fillerkit.pycaffe.wiring import Wired, check_same_params
from fillerkit.python_layers.blob import Blob, Memory, shown
from fillerkit.python_layers.finder import caffe_is_ours
from fillerkit.python_layers.say import say_once

if TYPE_CHECKING:
    from torch import Tensor

    from fillerkit.pycaffe.net import Net
    from fillerkit.torch import LayerModule, NetModule


class _Graph:
    """What a layer's forward pass leaves for its backward pass."""

    def __init__(self, bottoms: Sequence[Tensor], tops: Sequence[Tensor]) -> None:
        self.bottoms = bottoms
        self.tops = tops


def _alone_in_child() -> None:
    """PyTorch's threads are not in a process that was forked, and it would wait for them."""
    import torch

    torch.set_num_threads(1)


@cache
def _watch_forks() -> None:
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_alone_in_child)


class Runner:
    """Runs one net; made anew when its shapes change, or the memory of its parameters."""

    def __init__(self, net: Net) -> None:
        self._net = net
        self._blobs = net._blob_list
        self._memories = _memories(net)
        self._graphs: dict[int, _Graph] = {}
        self._module: NetModule | None = None
        self._needs: Needs = needs(net._net, net._wiring, force=net._text.force_backward)
        self._planned = _bottom_shapes(net._net)
        """The shapes of bottoms that each layer is known to take."""

    def stale(self) -> bool:
        """Whether parameters have been given other memory."""
        return self._memories != _memories(self._net)

    def forward(self, first: int, last: int) -> float:
        """Run layers, by number; the net's loss, as far as it is among them."""
        self._check_numbers(first, last)
        self._check(range(first, last + 1))
        loss = 0.0
        for index in range(first, last + 1):
            wired = self._net._wiring.layers[index]
            self._graphs.pop(index, None)
            self._net._call("before_forward", index)
            self._run(index, wired)
            for number, weight in zip(wired.tops, wired.loss_weights, strict=True):
                if weight:
                    blob = self._blobs[number]
                    loss += float(np.sum(blob.data * blob.diff))
            self._net._call("after_forward", index)
        return loss

    def backward(self, first: int, last: int) -> None:
        """Run layers backward, from the number `first` down to `last`."""
        self._check_numbers(first, last)
        needed = [index for index in range(last, first + 1) if self._needs.layers[index]]
        self._check(needed)
        for index in range(first, last - 1, -1):
            self._net._call("before_backward", index)
            if self._needs.layers[index]:
                self._run_back(index, self._net._wiring.layers[index])
            self._net._call("after_backward", index)

    def _run_back(self, index: int, wired: Wired) -> None:
        python = self._python(wired)
        tops, bottoms = self._of(wired.tops), self._of(wired.bottoms)
        if python is not None:
            with caffe_is_ours():
                python.backward(tops, self._needs.bottoms[index], bottoms)
        elif wired.message.type == "Split":
            bottoms[0].diff[...] = sum(top.diff for top in tops)
        elif bottoms or self._needs.params[index]:
            self._back(index, wired)

    def _run(self, index: int, wired: Wired) -> None:
        tops, bottoms = self._of(wired.tops), self._of(wired.bottoms)
        python = self._python(wired)
        if python is not None:
            with caffe_is_ours():
                python.reshape(bottoms, tops)
                python.forward(bottoms, tops)
        elif wired.message.type == "Split":
            for top in tops:
                top.reshape(*bottoms[0].shape)
                top.data_memory = bottoms[0].data_memory
        elif wired.message.type == "MemoryData":
            self._hand_out(wired)
        elif wired.message.type == "DummyData":
            dummy_data.run(wired.message, tops)
        elif _is_source(wired):
            self._check_written(wired)
        else:
            graph = self._graph(index, wired)
            for top, tensor in zip(tops, graph.tops, strict=False):
                top.reshape(*tensor.shape)
                top.data[...] = tensor.detach().numpy()

    def _graph(self, index: int, wired: Wired) -> _Graph:
        """Run a layer of ours; what its backward pass needs is kept if there can be one."""
        import torch

        assert wired.index is not None
        self._check_shapes(wired.index, [tuple(blob.shape) for blob in self._of(wired.bottoms)])
        layer = self._modules[wired.index]
        if _is_batch_norm(layer):
            self._refresh(layer, wired.index)
        before = _gathered(layer)
        in_place = set(wired.bottoms) & set(wired.tops)
        bottoms = []
        for number, goes in zip(wired.bottoms, self._needs.bottoms[index], strict=True):
            tensor = torch.from_numpy(self._blobs[number].data)
            tensor = tensor.clone() if number in in_place else tensor
            bottoms.append(tensor.requires_grad_(goes and self._needs.layers[index]))
        if caffe.seed_of_passes is not None:
            torch.manual_seed(caffe.seed_of_passes)
            caffe.seed_of_passes = None
        with torch.set_grad_enabled(self._needs.layers[index]):
            graph = _Graph(bottoms, self._tops(layer, bottoms))
        if _gathered(layer) > before:
            self._keep(layer, wired.index)
        if self._needs.layers[index]:
            self._graphs[index] = graph
        return graph

    def _check_shapes(self, index: int, shapes: list[tuple[int, ...]]) -> None:
        """Refuse what PyTorch would stretch: bottoms of new shapes that the layer cannot take."""
        if tuple(shapes) not in self._planned[index]:
            layer, net = self._net._net.layers[index], self._net._net
            check_same_params(layer, fk.plan_layer(self._net._text, index, shapes), net.file)
            self._planned[index].add(tuple(shapes))

    def _tops(self, layer: LayerModule, bottoms: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """What a layer makes, or the error that names it."""
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
                place=fk.Place(self._net._net.file, of.line, 1),
            ) from error
        return tops

    def _back(self, index: int, wired: Wired) -> None:
        """The gradients of a layer's bottoms, and of its parameters, which add up."""
        import torch

        assert wired.index is not None
        graph = self._graphs.get(index) or self._graph(index, wired)
        layer = self._modules[wired.index]
        blobs = self._net._of_layer[wired.index]
        places = [i for i, needed in enumerate(self._needs.params[index]) if needed]
        params = [_leaf(layer, i)[0] for i in places]
        tops = [
            (tensor, torch.from_numpy(self._blobs[number].diff).reshape(tensor.shape))
            for tensor, number in zip(graph.tops, wired.tops, strict=False)
            if tensor.requires_grad
        ]
        wanted = [tensor for tensor in (*graph.bottoms, *params) if tensor.requires_grad]
        if not tops or not wanted:
            return
        found = torch.autograd.grad(
            [tensor for tensor, _ in tops],
            wanted,
            [diff.clone() for _, diff in tops],
            retain_graph=True,
            allow_unused=True,
        )
        gradients = {id(tensor): grad for tensor, grad in zip(wanted, found, strict=True)}
        for number, tensor in zip(wired.bottoms, graph.bottoms, strict=True):
            gradient = gradients.get(id(tensor))
            if gradient is not None:
                self._blobs[number].diff[...] = gradient.numpy()
        for place, tensor in zip(places, params, strict=True):
            gradient = gradients.get(id(tensor))
            if gradient is not None:
                gradient = gradient.t() if _leaf(layer, place)[1] else gradient
                blobs[place].diff[...] += gradient.reshape(blobs[place].data.shape).numpy()

    # What runs a layer.

    @property
    def _modules(self) -> tuple[LayerModule, ...]:
        """PyTorch's module of every layer of the net as it was read."""
        if self._module is None:
            from fillerkit.torch import module

            _watch_forks()
            net = self._net._net
            layers = tuple(_stand_in(layer) if _refusal(layer) else layer for layer in net.layers)
            self._module = module(replace(net, layers=layers), self._net._as_blobs())
            self._learn(self._module.layers)
        return self._module.layers

    def _learn(self, layers: Sequence[LayerModule]) -> None:
        """Ask PyTorch for the gradients of what is learned, or forced to have one."""
        for wired, needed in zip(self._net._wiring.layers, self._needs.params, strict=True):
            for position, learned in enumerate(needed):
                assert wired.index is not None
                if learned and position < len(layers[wired.index].held):
                    tensor, _ = _leaf(layers[wired.index], position)
                    tensor.requires_grad_(tensor.requires_grad or _is_parameter(tensor))

    def _check_numbers(self, *numbers: int) -> None:
        count = len(self._net.layers)
        for number in numbers:
            if count and not 0 <= number < count:
                raise fk.UsageError(f"there are layers 0 to {count - 1}, no layer {number}")

    def _check(self, indices: Sequence[int]) -> None:
        """All layers that cannot be run, in one error."""
        refused = []
        for index in indices:
            wired = self._net._wiring.layers[index]
            if wired.index is None or self._python(wired) is not None or _is_source(wired):
                continue
            layer = self._net._net.layers[wired.index]
            if wired.message.type != "Split" and (why := _refusal(layer)):
                refused.append(f"  line {layer.line}: {layer.type} '{layer.name}': {why}")
        if refused:
            raise fk.UsageError(
                f"layers of {self._net._net.file} cannot be run (forward(end=LAYER) runs what is "
                f"before them):\n" + "\n".join(refused)
            )

    def _refresh(self, layer: LayerModule, index: int) -> None:
        """Give a BatchNorm's module what its blobs hold: it keeps the sums divided."""
        mean, variance, factor = (blob.data for blob in self._net._of_layer[index])
        scale = 0.0 if factor.flat[0] == 0 else 1 / factor.flat[0]
        for place, values in enumerate((mean * scale, variance * scale, factor)):
            _statistic(layer, place)[...] = values

    def _keep(self, layer: LayerModule, index: int) -> None:
        """Put what a BatchNorm has gathered back into its blobs, as sums."""
        mean, variance, factor = (_statistic(layer, place) for place in range(3))
        for blob, values in zip(
            self._net._of_layer[index], (mean * factor, variance * factor, factor), strict=True
        ):
            blob.data[...] = values

    def _hand_out(self, wired: Wired) -> None:
        """MemoryData: the next batch of what the script has given."""
        arrays = self._net._input_arrays
        if arrays is None:
            raise RuntimeError(
                f"layer '{wired.message.name}' (MemoryData) has nothing to hand out: give it "
                "arrays with net.set_input_arrays(data, labels)"
            )
        arrays.put(self._of(wired.tops))

    def _check_written(self, wired: Wired) -> None:
        """A data layer hands out what a script has written: its source is not read here."""
        if wired.message.type == "Input":
            return
        what = f"layer '{wired.message.name}' ({wired.message.type})"
        say_once(f"{what}: its data is not read; it hands out what the script writes")
        tops = self._of(wired.tops)
        for number, top in zip(wired.tops, tops, strict=True):
            if not top.data_memory.touched:
                name = self._net._wiring.names[number]
                raise fk.UsageError(
                    f"{what} reads data, which fillerkit does not: write it before the net runs, "
                    f"net.blobs['{name}'].data[...] = values"
                )
        for number, top in zip(wired.tops, tops, strict=True):
            if not top.data.any():
                name = self._net._wiring.names[number]
                say_once(f"{what}: nothing but zeros is in its top '{name}'")

    def _python(self, wired: Wired) -> Any:
        return None if wired.index is None else self._net._python.layers.get(wired.index)

    def _of(self, numbers: Sequence[int]) -> list[Blob]:
        return [self._blobs[number] for number in numbers]


def _bottom_shapes(net: fk.Net) -> list[set[tuple[tuple[int, ...], ...]]]:
    """Of each layer the shapes of its bottoms, as the net was read or last reshaped."""
    latest: dict[str, tuple[int, ...]] = {}
    found = []
    for layer in net.layers:
        found.append({tuple(latest[name] for name in layer.bottoms)})
        latest.update(layer.tops)
    return found


def _memories(net: Net) -> list[Memory]:
    return [blob.data_memory for blobs in net._of_layer for blob in blobs]


def _is_source(wired: Wired) -> bool:
    known = fk.layer_types.get(wired.message.type)
    return known is not None and (known.source or (known.code is not None and not wired.bottoms))


def _refusal(layer: fk.Layer) -> str:
    """Why a layer cannot be run, or ""."""
    from fillerkit.torch import refusal

    if layer.type == "Python":
        module = layer.message.python_param.module
        return f"its module {module} is not there, or its shapes were given and it was not run"
    return refusal(layer)


def _stand_in(layer: fk.Layer) -> fk.Layer:
    """A source of data in the place of a layer that is not PyTorch's to run."""
    return replace(layer, type="Input", bottoms=(), tops=layer.tops or (("", ()),))


def _leaf(layer: LayerModule, position: int) -> tuple[Tensor, bool]:
    """The tensor that holds a parameter's values, and whether it is the blob turned round."""
    held = layer.held[position]
    if held.owner is not None:
        return _leaf(*held.owner)
    tensor: Tensor = getattr(layer, held.name)
    return tensor, held.turned


def _is_parameter(tensor: Tensor) -> bool:
    from torch import nn

    return isinstance(tensor, nn.Parameter)


def _is_batch_norm(layer: LayerModule) -> bool:
    return [held.name for held in layer.held] == ["running_mean", "running_var", "scale_factor"]


def _gathered(layer: LayerModule) -> int:
    """From how many batches a BatchNorm has gathered statistics."""
    count: Any = layer._buffers.get("num_batches_tracked")
    return 0 if count is None else int(count)


def _statistic(layer: LayerModule, position: int) -> Any:
    """The memory of a BatchNorm's statistic."""
    return _leaf(layer, position)[0].detach().numpy()
