"""From a net and its blobs to the module that runs it."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from fillerkit.blobs.blobs import Array, Blobs
from fillerkit.errors import UsageError
from fillerkit.formats.names import BATCH_NORM
from fillerkit.layers.net_layer import Layer, ParamBlob
from fillerkit.layers.shapes import shown
from fillerkit.nets.net import Net
from fillerkit.running.layer_module import Held, LayerModule
from fillerkit.running.net_module import NetModule
from fillerkit.running.registry import operations


def module(net: Net, blobs: Blobs) -> NetModule:
    """Build a ``torch.nn.Module`` that runs a net as Caffe does, from these blobs on.

    Parameters
    ----------
    net
        Of either phase: the phase says which layers there are. How Dropout and BatchNorm work
        follows the module's own ``train()`` and ``eval()``, which start as the phase says.
    blobs
        Of ``net.fill()`` or of a file. Where a blob may be written to, its parameter lies in the
        same memory: training changes the blob. Shared parameters are one tensor.

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
    _check_types(net)
    tensors = _tensors(net, blobs)
    layers: list[LayerModule] = []
    for index, layer in enumerate(net.layers):
        running = LayerModule(
            layer, operations.get(layer.type), layer.traits.loss_weights(layer.message)
        )
        for position, param in enumerate(layer.params):
            name, tensor = tensors[index, position]
            _hold(running, layers, param, name, tensor)
        if any(held.name == "running_mean" for held in running.held):
            running.register_buffer("num_batches_tracked", torch.tensor(0))
        layers.append(running)
    return NetModule(net, layers)


def refusal(layer: Layer) -> str:
    """Why a layer cannot be run, or "" where it can; a source of data need not be.

    Parameters
    ----------
    layer
        Of a net, with its message.
    """
    operation = operations.get(layer.type)
    if operation is not None:
        return operation.refusal(layer)
    is_source = not layer.bottoms and layer.tops
    return "" if is_source else "its type has no forward pass here"


def _check_types(net: Net) -> None:
    """All layers that cannot be run, in one error."""
    refused = [
        f"  line {layer.line}: {layer.type} '{layer.name}': {why}"
        for layer in net.layers
        if (why := refusal(layer))
    ]
    if refused:
        these = "1 layer" if len(refused) == 1 else f"{len(refused)} layers"
        raise UsageError(f"{these} of {net.file} cannot be run in PyTorch:\n" + "\n".join(refused))


def _tensors(net: Net, blobs: Blobs) -> dict[tuple[int, int], tuple[str, Tensor]]:
    """By layer and blob, the name and tensor that `fillerkit.torch.state_dict` gives."""
    from fillerkit.torch import state_dict  # which offers `module` itself

    arrays: dict[str, list[Array]] = {}
    places: dict[str, int] = {}
    for index, layer in enumerate(net.layers):
        if layer.params:
            places[layer.key] = index
            arrays[layer.key] = []
        for position, param in enumerate(layer.params):
            if param.owner is None:
                array = _array(blobs, layer, position, param)
            else:
                owner = net.layers[param.owner[0]].key
                array = arrays[owner][param.owner[1]].reshape(param.shape)
            arrays[layer.key].append(array)
    named = Blobs.of(net, arrays)
    state = iter(state_dict(named).items())
    found = {}
    for key, of_layer in named.items():
        for position in range(len(of_layer)):
            name, tensor = next(state)
            found[places[key], position] = name.removeprefix(f"{key}."), tensor
        if of_layer.names == BATCH_NORM:
            # Its factor is not in a state dict, but Caffe gathers statistics with it.
            factor = torch.from_numpy(np.array(of_layer[2]))
            found[places[key], 2] = "scale_factor", factor
    return found


def _array(blobs: Blobs, layer: Layer, position: int, param: ParamBlob) -> Array:
    """A blob's values in the net's shape; files of before 2015 have four axes for all."""
    if layer.key not in blobs:
        raise UsageError(f"the blobs have nothing for layer '{layer.key}' ({layer.type})")
    of_layer = blobs[layer.key]
    if position >= len(of_layer):
        raise UsageError(
            f"layer '{layer.key}' needs {len(layer.params)} blobs; there are {len(of_layer)}"
        )
    array = of_layer[position]
    if array.shape != param.shape:
        if [n for n in array.shape if n != 1] != [n for n in param.shape if n != 1]:
            raise UsageError(
                f"layer '{layer.key}': its {param.name} is {shown(param.shape)}, but the blobs "
                f"have {shown(array.shape)}"
            )
        array = array.reshape(param.shape)
    return array


def _hold(
    running: LayerModule, earlier: list[LayerModule], param: ParamBlob, name: str, tensor: Tensor
) -> None:
    """Give a layer its next blob: its own, or another's, or another's in another form."""
    message = running.message
    turned = (
        message.type == "InnerProduct"
        and param.name == "weight"
        and message.inner_product_param.transpose
    )
    statistics = running.operation.statistics if running.operation else ()
    learned = param.name not in statistics
    if param.owner is None:
        if learned:
            tensor = nn.Parameter(tensor, requires_grad=param.lr_mult != 0)
        held = Held(name, param.shape, turned)
        running.hold(held, tensor, learned=learned, saved=name != "scale_factor")
        return
    layer, other = earlier[param.owner[0]], param.owner[1]
    theirs = layer.held[other]
    held = Held(name, param.shape, turned, (layer, other))
    same = (theirs.shape, theirs.turned) == (held.shape, held.turned)
    if learned and same and theirs.name in layer._parameters:
        running.hold(held, getattr(layer, theirs.name), learned=True)
    else:
        running.held.append(held)
