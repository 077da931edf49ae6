"""A net that runs, as a ``torch.nn.Module``: forward, layer by layer, with its loss."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple, Self

import torch
from torch import Tensor, nn

from fillerkit.blobs.blobs import Blobs
from fillerkit.encoding import recorded
from fillerkit.errors import UsageError, check_kind, did_you_mean
from fillerkit.formats.stored import Alias, Array
from fillerkit.layers.net_layer import owner_key
from fillerkit.layers.shapes import shown
from fillerkit.layers.splits import Takers
from fillerkit.nets.net import Net
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.outputs import Outputs

Inputs = Mapping[str, Tensor] | Tensor


class Step(NamedTuple):
    """A layer that has just run, with what it took and what it made."""

    layer: LayerModule
    bottoms: tuple[Tensor, ...]
    tops: tuple[Tensor, ...]


OnLayer = Callable[[LayerModule, tuple[Tensor, ...], tuple[Tensor, ...]], None]


class _Part(nn.Module):
    """What layers lie in, whatever they are called: the net, and what stands before a dot."""

    def train(self, mode: bool = True) -> Self:
        """As every module's, also where a layer is called ``training``."""
        self.__dict__["training"] = mode
        for child in self.children():
            child.train(mode)
        return self


class NetModule(_Part):
    """A net that runs. Made by `module`.

    Attributes
    ----------
    net : fillerkit.Net
    layers : tuple of LayerModule
        In Caffe's order; sources of data among them.
    inputs : tuple of str
        The blobs that `forward` has to be given.
    """

    def __init__(self, net: Net, layers: Sequence[LayerModule]) -> None:
        super().__init__()
        self.net = net
        self.layers = tuple(layers)
        taken = {name for layer in layers for name in layer.layer.bottoms}
        needed = taken.union(net.outputs)  # all, but for the sources of a net that was cut
        self.inputs = tuple(
            top
            for layer in layers
            if layer.operation is None
            for top in layer.message.top
            if top in needed
        )
        self._shapes = {
            name: shape
            for layer in layers
            if not layer.layer.bottoms
            for name, shape in layer.layer.tops
            if name in needed
        }
        self._places = _places(self.layers, self.inputs)
        self._known = {name for at in self._places for name in (*at.bottoms, *at.tops)}
        for layer in layers:  # after all attributes: a layer may be called as one of them
            _place(self, layer)
        self.train(net.phase == "TRAIN")

    def forward(
        self, inputs: Inputs | None = None, blobs: str | Sequence[str] = (), **named: Tensor
    ) -> Outputs:
        """Run the net.

        Parameters
        ----------
        inputs
            The tensors of `self.inputs` by name; of a net with one input, the tensor itself. The
            batch may have another size than the net was read with, if no layer fixes it. Labels may
            be whole numbers: a blob of Caffe's holds floats, so they become floats of the net's.
        blobs
            Names of blobs, or one name, to return besides the net's outputs. Of a name that several
            layers write in place, the last version.
        **named
            Inputs by name, as keywords.

        Returns
        -------
        Outputs
            The blobs that no layer takes, and `blobs`, by name; ``.loss`` is the net's loss.
        """
        given: Inputs | None = inputs
        if named:
            given = {**(inputs if isinstance(inputs, Mapping) else {}), **named}
            if isinstance(inputs, Tensor):
                raise UsageError("give all inputs by name, or one tensor alone")
        more = (blobs,) if isinstance(blobs, str) else blobs
        return self.run(given, keep=(*self.net.outputs, *more))

    def run(
        self,
        inputs: Inputs | None = None,
        *,
        keep: Sequence[str] | None = None,
        on_layer: OnLayer | None = None,
    ) -> Outputs:
        """Run the net with a look at every layer.

        Parameters
        ----------
        inputs
            As for `forward`.
        keep
            The blobs to return; the net's outputs unless given. Every other blob is let go as soon
            as its last taker has run; without gradients that frees its memory.
        on_layer
            Called with the layer, its bottoms and its tops after each has run.
        """
        outputs = Outputs()
        for step in self.steps(inputs, keep=keep, outputs=outputs):
            if on_layer is not None:
                on_layer(*step)
            del step
        return outputs

    def steps(
        self,
        inputs: Inputs | None = None,
        *,
        keep: Sequence[str] | None = None,
        outputs: Outputs | None = None,
    ) -> Iterator[Step]:
        """Run the net layer by layer: yields each after it has run, a source of data first.

        Parameters
        ----------
        inputs, keep
            As for `run`.
        outputs
            Gets the losses on the way, and the blobs to keep at the end.
        """
        outputs = Outputs() if outputs is None else outputs
        wanted = self._wanted(keep)
        blobs = self._given(inputs)
        for layer, at in zip(self.layers, self._places, strict=True):
            bottoms = tuple([blobs[name] for name in at.bottoms])
            tops = self._run(layer, at, bottoms, blobs)
            blobs.update(zip(at.tops, tops, strict=False))
            for index, weight, counts in at.losses:
                top = tops[index] if counts else _only_its_value(tops[index])
                outputs.losses.append((layer.layer.name, weight, top))
            for name in at.done:
                if name not in wanted:
                    blobs.pop(name, None)
            step = Step(layer, bottoms, tops)
            del bottoms, tops
            yield step
            del step
        outputs.update((name, blobs[name]) for name in wanted if name in blobs)

    def loss(self, outputs: Outputs) -> Tensor:
        """The loss of a forward pass: the sum of every loss's top, times its ``loss_weight``."""
        return outputs.loss

    def parameter_groups(self, base_lr: float, weight_decay: float = 0.0) -> list[dict[str, Any]]:
        """What is learned, for an optimizer of PyTorch's, with Caffe's rates.

        Parameters
        ----------
        base_lr, weight_decay
            As in a Caffe solver.

        Returns
        -------
        list of dict
            A group for each pair of multipliers: ``params``, ``lr`` (base_lr times lr_mult),
            ``weight_decay`` (weight_decay times decay_mult), and ``lr_mult`` and ``decay_mult``
            themselves, for schedules. Blobs with lr_mult 0 are left out; they need no gradients.

        Notes
        -----
        Caffe's SGD keeps lr times gradient in its momentum, PyTorch's the gradient: the same as
        long as the rate stays.
        """
        groups: dict[tuple[float, float], list[nn.Parameter]] = {}
        for layer in self.layers:
            for param, held in zip(layer.layer.params, layer.held, strict=True):
                tensor = layer._parameters.get(held.name)
                if held.owner is None and tensor is not None and param.lr_mult:
                    groups.setdefault((param.lr_mult, param.decay_mult), []).append(tensor)
        return [
            {
                "params": params,
                "lr": base_lr * lr_mult,
                "weight_decay": weight_decay * decay_mult,
                "lr_mult": lr_mult,
                "decay_mult": decay_mult,
            }
            for (lr_mult, decay_mult), params in groups.items()
        ]

    def blobs(self) -> Blobs:
        """The parameters as they are now, as Caffe's blobs: to save as a ``.caffemodel``, say.

        BatchNorm's statistics are sums again, beside their factor. The others share the memory of
        the parameters, where that is the CPU's.
        """
        owned: dict[tuple[str, int], tuple[str, Array]] = {}
        aliases: dict[tuple[str, int], list[Alias]] = {}
        for position, layer in enumerate(self.layers):
            of_layer = layer.layer
            for index, param in enumerate(of_layer.params):
                if param.owner is not None:
                    key = owner_key(self.net.layers, (position, index))
                    alias = Alias(of_layer.key, index, param.name, param.shape)
                    aliases.setdefault(key, []).append(alias)
                else:
                    values = layer.stored(index).cpu().contiguous().numpy()
                    owned[of_layer.key, index] = param.name, values
        return Blobs(owned, aliases, recorded(self.net.encoding), model=self.net.model)

    def reset(self) -> None:
        """Forget what LSTM and RNN layers carry from one forward pass to the next."""
        for layer in self.layers:
            for name in ("hidden", "cell"):
                if name in layer._buffers:
                    layer._buffers[name] = None

    def _run(
        self,
        layer: LayerModule,
        at: _Place,
        bottoms: tuple[Tensor, ...],
        blobs: Mapping[str, Tensor],
    ) -> tuple[Tensor, ...]:
        if not bottoms and at.tops and all(name in blobs for name in at.tops):
            return tuple(blobs[name] for name in at.tops)
        if at.stops:
            pairs = zip(bottoms, at.stops, strict=True)
            bottoms = tuple(bottom if down else bottom.detach() for bottom, down in pairs)
        tops: tuple[Tensor, ...] = layer(*bottoms)
        if bottoms or layer.held:
            return tops
        own = self._own()
        made = zip(at.tops, tops, strict=True)
        return tuple(blobs.get(name, top if own is None else top.to(own)) for name, top in made)

    def _wanted(self, keep: Sequence[str] | None) -> tuple[str, ...]:
        names = tuple(self.net.outputs if keep is None else keep)
        for name in names:
            if name not in self._known:
                raise UsageError(f"no layer makes a blob '{name}'{did_you_mean(name, self._known)}")
        return names

    def _given(self, inputs: Inputs | None) -> dict[str, Tensor]:
        """The inputs by name, as floats of the net's type; none may be missing or too many."""
        if isinstance(inputs, Mapping):
            given = dict(inputs)
        elif inputs is None:
            given = {}
        elif len(self.inputs) == 1:
            given = {self.inputs[0]: inputs}
        else:
            raise UsageError(f"the net has {len(self.inputs)} inputs: give {self._asked()} by name")
        unknown = [name for name in given if name not in self._shapes]
        missing = [name for name in self.inputs if name not in given]
        if unknown:
            raise UsageError(
                f"'{unknown[0]}' is no input of the net; its inputs are {self._asked()}"
            )
        if missing:
            raise UsageError(
                f"inputs are missing: {', '.join(missing)}; the net takes {self._asked()}"
            )
        return {name: self._as_blob(name, tensor) for name, tensor in given.items()}

    def _as_blob(self, name: str, tensor: Tensor) -> Tensor:
        tensor = tensor if isinstance(tensor, Tensor) else _as_tensor(name, tensor)
        if tensor.ndim != len(self._shapes[name]):
            raise UsageError(
                f"input '{name}' is {shown(tensor.shape)}, but the net was read with "
                f"{shown(self._shapes[name])}"
            )
        own = self._own()
        if own is not None:
            return tensor.to(own.dtype)
        return tensor if tensor.is_floating_point() else tensor.float()

    def _own(self) -> Tensor | None:
        """Any of the net's own tensors of floats, for its type and device."""
        tensors = chain(self.parameters(), self.buffers())
        return next((tensor for tensor in tensors if tensor.is_floating_point()), None)

    def _asked(self) -> str:
        return ", ".join(f"{name} ({shown(self._shapes[name])})" for name in self.inputs) or "none"


def _as_tensor(name: str, given: object) -> Tensor:
    """An input that is an array, or numbers."""
    try:
        return torch.as_tensor(given)
    except (TypeError, ValueError, RuntimeError):
        check_kind(f"input '{name}'", given, (), "a torch.Tensor or a NumPy array")
        raise


class _Place(NamedTuple):
    """What a net does with one of its layers.

    Attributes
    ----------
    bottoms, tops : tuple of str
    stops : tuple of bool
        Its propagate_down.
    losses : tuple of (int, float, bool)
        Tops that count in the loss: which, its weight, and whether it is learned from.
    done : tuple of str
        The blobs that no later layer takes or makes.
    """

    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    stops: tuple[bool, ...]
    losses: tuple[tuple[int, float, bool], ...]
    done: tuple[str, ...]


def _places(layers: Sequence[LayerModule], inputs: Sequence[str]) -> tuple[_Place, ...]:
    taken = Takers([layer.layer.message for layer in layers]).taken
    found: list[_Place] = []
    later: set[str] = set()
    for position, layer in reversed(list(enumerate(layers))):
        bottoms, message = layer.layer.bottoms, layer.message
        losses = tuple(
            (index, weight, bool(message.loss_weight) or (position, index) not in taken)
            for index, weight in enumerate(layer.loss_weights)
            if weight
        )
        names = dict.fromkeys((*bottoms, *message.top))
        done = tuple(name for name in names if name not in later)
        later.update(names)
        is_given, stops = layer.operation is None, tuple(message.propagate_down)
        tops = tuple(name for name in message.top if not is_given or name in inputs)
        found.append(_Place(bottoms, tops, stops, losses, done))
    return tuple(found[::-1])


def _only_its_value(top: Tensor) -> Tensor:
    """A loss as it counts in the net's where nothing is learned from it: with a gradient of 0."""
    if not top.requires_grad:
        return top
    counted = top.view_as(top)
    counted.register_hook(torch.zeros_like)  # type: ignore[no-untyped-call]
    return counted


def _place(root: nn.Module, layer: LayerModule) -> None:
    """Put a layer where a state dict looks for ``<name>.<blob>``.

    PyTorch takes a dot for a step into a part, and refuses a name that is an attribute already
    (``loss``, ``type``), though such a part is found in a state dict all the same.
    """
    name = layer.layer.key if layer.held else layer.layer.name or layer.layer.type
    *parts, last = name.split(".")
    where = root
    for part in parts:
        where = where._modules.setdefault(part, _Part()) or where
    key, again = last, 2
    while key in where._modules and not isinstance(where._modules[key], _Part):
        key, again = f"{last}#{again}", again + 1
    before = where._modules.get(key)
    where._modules[key] = layer
    if before is not None:
        layer._modules.update(before._modules)
