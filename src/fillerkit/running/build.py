"""From a net and its blobs to the module that runs it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from fillerkit.blobs.blobs import Blobs, check_blobs
from fillerkit.errors import Line, UsageError, check_kind
from fillerkit.formats.state_dict import TRACKED, Form, Tensors, forms
from fillerkit.formats.stored import Array
from fillerkit.layers.net_layer import At, Layer, ParamBlob, owner
from fillerkit.layers.plan import Shape
from fillerkit.layers.shapes import same_blob, shown
from fillerkit.nets.net import Net, check_net
from fillerkit.running.ending import ended
from fillerkit.running.layer_module import Draws, Held, LayerModule, not_traced
from fillerkit.running.net_module import NetModule
from fillerkit.running.registry import operations


def module(
    net: Net,
    blobs: Blobs,
    *,
    draws: Draws | None = None,
    until: str | Sequence[str] | None = None,
) -> NetModule:
    """Build a ``torch.nn.Module`` that runs a net as Caffe does, from these blobs on.

    Parameters
    ----------
    net
        Of either phase: the phase says which layers there are. How Dropout and BatchNorm work
        follows the module's own ``train()`` and ``eval()``, which start as the phase says.
    blobs
        Of ``net.fill()`` or of a file. Where a blob may be written to, its parameter lies in the
        same memory: training changes the blob. Shared parameters are one tensor.
    draws
        Where Dropout has its draws from: ``fillerkit.CaffeStream(seed).take`` makes Caffe's masks,
        bit for bit. Unless given, PyTorch's own engine drops values.
    until
        A blob or several to end at: they are what `forward` returns, in this order. Of a name that
        several layers write in place, the last version. Layers that these blobs do not need are
        not built: they may be of types that cannot be run or exported (see `traceable`), their
        blobs are not looked at, and ``module.net`` is without them.

    Returns
    -------
    NetModule
        Its ``forward`` takes what data layers would make, and returns the net's outputs by name.
        Its state dict has the names of `fillerkit.torch.state_dict`. Parameters with lr_mult 0
        need no gradient.

    Raises
    ------
    UsageError
        A layer cannot be run (all of them are listed), or the blobs are not the net's.
    """
    check_net(net)
    check_blobs("blobs", blobs)
    net = net if until is None else ended(net, until)
    _check_types(net)
    tensors = _tensors(net, blobs)
    layers: list[LayerModule] = []
    shapes: dict[str, Shape] = {}
    for index, layer in enumerate(net.layers):
        running = LayerModule(
            layer,
            operations.get(layer.type),
            layer.traits.loss_weights(layer.message),
            [shapes[name] for name in layer.bottoms if name in shapes],
            _at_a_trace(layer),
        )
        shapes.update(layer.tops)
        running.draws = draws
        for position, param in enumerate(layer.params):
            _hold(running, layers, param, *tensors[index, position])
        if any(held.divided for held in running.held):
            running.register_buffer(TRACKED, torch.tensor(0))
        layers.append(running)
    return NetModule(net, layers)


def refusal(layer: Layer) -> str:
    """Why a layer cannot be run, or "" where it can; a source of data need not be.

    Parameters
    ----------
    layer
        Of a net, with its message.
    """
    check_kind("layer", layer, Layer, "a layer of a net: net.layers has them")
    if layer.overruled and layer.bottoms:
        return "what was stated of it (shapes, parameters) is not what its type runs with"
    operation = operations.get(layer.type)
    if operation is not None:
        return operation.refusal(layer)
    is_source = not layer.bottoms and layer.tops
    return "" if is_source else "its type has no forward pass here"


def traceable(layer: Layer) -> str:
    """Why PyTorch cannot trace, export or compile a layer as one graph, or "" where it can.

    That is where values decide how many there are, or NumPy works them out: a trace would hold
    what was found for its example. A module can end before such a layer: `until` of `module`.

    Parameters
    ----------
    layer
        Of a net, one that can be run.
    """
    check_kind("layer", layer, Layer, "a layer of a net: net.layers has them")
    operation = operations.get(layer.type)
    return operation.why_untraced(layer) if operation else ""


def _check_types(net: Net) -> None:
    """All layers that cannot be run, in one error."""
    refused = [
        Line(f"  line {layer.line}: {layer.type} '{layer.name}': {why}")
        for layer in net.layers
        if (why := refusal(layer))
    ]
    if refused:
        these = "1 layer" if len(refused) == 1 else f"{len(refused)} layers"
        raise UsageError(f"{these} of {net.file} cannot be run in PyTorch:", *refused)


def _at_a_trace(layer: Layer) -> str:
    """What is said where a layer is traced that cannot be, or ""."""
    why, before = traceable(layer), ", ".join(f"'{name}'" for name in layer.bottoms)
    way_out = f"end the module before it: fillerkit.torch.module(net, blobs, until=[{before}])"
    return why and not_traced(layer, f"{why}; {way_out}")


def _tensors(net: Net, blobs: Blobs) -> dict[At, tuple[Form, Tensor]]:
    """By layer and blob, the form that a state dict gives it, and a tensor of that form."""
    made = Tensors()
    arrays: dict[At, Array] = {}
    found = {}
    for position, layer in enumerate(net.layers):
        for index, param in enumerate(layer.params):
            if param.owner is None:
                arrays[position, index] = _array(blobs, layer, index, param)
            else:
                values = arrays[owner(net.layers, (position, index))]
                arrays[position, index] = values.reshape(param.shape)
        of_layer = [arrays[position, index] for index in range(len(layer.params))]
        named = [param.name for param in layer.params]
        of_forms = forms(named, [param.shape for param in layer.params], layer.message)
        tensors = made.of_layer(of_layer, of_forms)
        for index, pair in enumerate(zip(of_forms, tensors, strict=True)):
            found[position, index] = pair
    return found


def _array(blobs: Blobs, layer: Layer, position: int, param: ParamBlob) -> Array:
    """A blob's values in the net's shape."""
    if layer.key not in blobs:
        raise UsageError(f"the blobs have nothing for layer '{layer.key}' ({layer.type})")
    of_layer = blobs[layer.key]
    if position >= len(of_layer):
        raise UsageError(
            f"layer '{layer.key}' needs {len(layer.params)} blobs; there are {len(of_layer)}"
        )
    array = of_layer[position]
    if not same_blob(param.shape, array.shape):
        raise UsageError(
            f"layer '{layer.key}': its {param.name} is {shown(param.shape)}, but the blobs "
            f"have {shown(array.shape)}"
        )
    return array.reshape(param.shape)


def _hold(
    running: LayerModule, earlier: list[LayerModule], param: ParamBlob, form: Form, tensor: Tensor
) -> None:
    """Give a layer its next blob: its own, or another's, or another's in another form."""
    learned = param.name not in running.layer.traits.statistics
    as_is = tuple(tensor.t().shape if form.turned else tensor.shape) == param.shape
    held = Held(form.name, param.shape, form.turned, form.divided, as_is)
    if param.owner is None:
        if learned:
            tensor = nn.Parameter(tensor, requires_grad=param.lr_mult != 0)
        running.hold(held, tensor, learned=learned, saved=form.saved)
        return
    layer, other = earlier[param.owner[0]], param.owner[1]
    theirs = layer.held[other]
    same = (theirs.shape, theirs.turned) == (held.shape, held.turned)
    held = replace(held, owner=(layer, other))
    if learned and same and theirs.name in layer._parameters:
        running.hold(held, getattr(layer, theirs.name), learned=True)
    else:
        running.held.append(held)
