"""LSTM and RNN, step by step over time."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional

from fillerkit.running.layer_module import LayerModule, is_exported
from fillerkit.running.lstm_unit import lstm_step
from fillerkit.running.registry import Tops, runs


@runs("LSTM")
def lstm(layer: LayerModule, x: Tensor, cont: Tensor, *more: Tensor) -> Tops:
    """Long short-term memory; cont, 0 at a sequence's first step, cuts it from what was before.

    Without expose_hidden the last step's h and c are carried over to the next forward pass, as in
    Caffe; `NetModule.reset` forgets them. What is exported carries nothing over: every pass begins
    at 0, and a warning tells so. No gradient goes through a state that comes in or goes out,
    exposed or not, nor to cont.
    """
    cont = cont.detach()
    weight_x, bias, *rest = layer.blobs()
    weight_h = rest.pop()
    static, given = _more(layer, more, rest)
    start = _start(layer, x, given, ("hidden", "cell"))
    inputs = _inputs(x, weight_x, bias, static)

    def step(index: int, state: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        hidden, cell = state
        on = cont[index][:, None]
        gates = inputs[index] + functional.linear(on * hidden, weight_h)
        cell, hidden = lstm_step(cell, gates, on)
        return hidden, [hidden, cell]

    return _unrolled(layer, x.shape[0], start, step, ("hidden", "cell"))


@runs("RNN")
def rnn(layer: LayerModule, x: Tensor, cont: Tensor, *more: Tensor) -> Tops:
    """h = tanh(W_hh cont h + W_xh x + b_h), o = tanh(W_ho h + b_o).

    h is carried over as of LSTM, without a gradient.
    """
    cont = cont.detach()
    weight_x, bias, *static_weight = layer.blobs()
    *static_weight, weight_h, weight_o, bias_o = static_weight
    static, given = _more(layer, more, static_weight)
    start = _start(layer, x, given, ("hidden",))
    inputs = _inputs(x, weight_x, bias, static)

    def step(index: int, state: list[Tensor]) -> tuple[Tensor, list[Tensor]]:
        before = functional.linear(cont[index][:, None] * state[0], weight_h)
        hidden = torch.tanh(inputs[index] + before)
        return torch.tanh(functional.linear(hidden, weight_o, bias_o)), [hidden]

    return _unrolled(layer, x.shape[0], start, step, ("hidden",))


def _inputs(x: Tensor, weight: Tensor, bias: Tensor, static: Tensor | None) -> Tensor:
    """What every step takes besides the state: T x N x D."""
    found = functional.linear(x.reshape(*x.shape[:2], -1), weight, bias)
    return found if static is None else found + static


def _more(
    layer: LayerModule, more: Sequence[Tensor], static_weight: Sequence[Tensor]
) -> tuple[Tensor | None, Sequence[Tensor]]:
    """The static input's part of every step, and the states that are given."""
    if not static_weight:
        return None, more
    return functional.linear(more[0].flatten(1), static_weight[0]), more[1:]


def _start(
    layer: LayerModule, x: Tensor, given: Sequence[Tensor], names: Sequence[str]
) -> list[Tensor]:
    """The state before the first step: given, or what the last forward pass left, or 0.

    As in Caffe, a smaller batch goes on from the first sequences, a larger one than ever from 0.
    """
    if given:
        return [state.detach().reshape(x.shape[1], -1) for state in given]
    exported = is_exported()
    if exported:
        _tell_of_a_start_at_0(layer.layer.name, layer.layer.type, layer.layer.line)
    count, found = x.shape[1], []
    for name in names:
        kept = None if exported else layer._buffers.get(name)
        if kept is None or len(kept) < count:
            kept = x.new_zeros(count, layer.message.recurrent_param.num_output)
        found.append(kept[:count])
    return found


def _tell_of_a_start_at_0(name: str, kind: str, line: int) -> None:
    warnings.warn(
        f"layer '{name}' ({kind}, line {line}): every pass of what is exported begins at 0; to "
        "hand its state from pass to pass, say expose_hidden: true and give the state as bottoms",
        stacklevel=2,
    )


# So marked, a strict export, which follows no warning, calls it. `torch.compiler` has a decorator
# for it, and imports all of PyTorch's compiler then, a second and more.
_tell_of_a_start_at_0.__dict__["_dynamo_marked_constant"] = True


def _unrolled(
    layer: LayerModule,
    steps: int,
    state: list[Tensor],
    step: Callable[[int, list[Tensor]], tuple[Tensor, list[Tensor]]],
    names: Sequence[str],
) -> Tops:
    outputs = []
    for index in range(steps):
        output, state = step(index, state)
        outputs.append(output)
    if layer.message.recurrent_param.expose_hidden:
        return [torch.stack(outputs), *(part.detach()[None] for part in state)]
    if is_exported():
        return torch.stack(outputs)
    for name, part in zip(names, state, strict=True):
        kept, part = layer._buffers.get(name), part.detach()
        if kept is not None and len(kept) > len(part):  # Caffe's memory keeps the other sequences
            part = torch.cat([part, kept[len(part) :]])
        layer.register_buffer(name, part, persistent=False)
    return torch.stack(outputs)
