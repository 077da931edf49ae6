"""Parameters that share their values by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from fillerkit.errors import LayerError
from fillerkit.layers.net_layer import Layer, ParamBlob
from fillerkit.layers.shapes import shown
from fillerkit.schema.forks_pb2 import ParamSpec

_RATES = ("lr_mult", "decay_mult")


class _Owner(NamedTuple):
    at: tuple[int, int]
    layer: str
    param: ParamBlob
    spec: ParamSpec


class Sharing:
    """Who owns each shared name so far: the first parameter that bears it."""

    def __init__(self) -> None:
        self._owners: dict[str, _Owner] = {}

    def add(self, at: tuple[int, int], layer: str, param: ParamBlob, spec: ParamSpec) -> ParamBlob:
        """Enter the parameter at (layer, index): it owns its name, or shares with the owner.

        Shapes must agree, or with ``share_mode: PERMISSIVE`` counts; rates given on both sides
        must be equal, and one given on either side holds for both.
        """
        param = replace(param, lr_mult=spec.lr_mult, decay_mult=spec.decay_mult)
        if not spec.name:
            return param
        param = replace(param, share_name=spec.name)
        owner = self._owners.get(spec.name)
        if owner is None:
            kept = type(spec)()
            kept.CopyFrom(spec)
            self._owners[spec.name] = _Owner(at, layer, param, kept)
            return param
        _check_shapes(param, spec, owner)
        for rate in _RATES:
            if not spec.HasField(rate):
                continue
            value = getattr(spec, rate)
            if owner.spec.HasField(rate) and getattr(owner.spec, rate) != value:
                raise LayerError(
                    f"shares '{spec.name}' with layer '{owner.layer}' under another {rate}: "
                    f"{value:g} here, {getattr(owner.spec, rate):g} there",
                    field="param",
                )
            setattr(owner.spec, rate, value)
        return replace(param, owner=owner.at)

    def with_rates(self, layers: Sequence[Layer]) -> tuple[Layer, ...]:
        """The layers, every shared parameter with the rates that its name ended up with."""
        return tuple(
            replace(layer, params=tuple(self._rated(param) for param in layer.params))
            if any(param.share_name for param in layer.params)
            else layer
            for layer in layers
        )

    def _rated(self, param: ParamBlob) -> ParamBlob:
        if not param.share_name:
            return param
        spec = self._owners[param.share_name].spec
        return replace(param, lr_mult=spec.lr_mult, decay_mult=spec.decay_mult)


def _check_shapes(param: ParamBlob, spec: ParamSpec, owner: _Owner) -> None:
    permissive = spec.share_mode == ParamSpec.PERMISSIVE
    if permissive and param.count == owner.param.count:
        return
    if not permissive and param.shape == owner.param.shape:
        return
    hint = ""
    if param.count == owner.param.count:
        hint = "; with share_mode: PERMISSIVE the count alone has to agree"
    raise LayerError(
        f"cannot share '{spec.name}' with layer '{owner.layer}': its {param.name} is "
        f"{shown(param.shape)}, the owner's is {shown(owner.param.shape)}{hint}",
        field="param",
    )
