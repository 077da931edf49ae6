"""A net with one filler for all of its weights."""

from __future__ import annotations

from dataclasses import replace

from fillerkit.fillers.registry import known_filler
from fillerkit.layers.net_layer import ParamBlob
from fillerkit.nets.net import Net
from fillerkit.prototxt.short import parse_filler


def with_filler(net: Net, filler: str) -> Net:
    """The net as ``load_net(..., fillers={"*": filler})`` reads it.

    Parameters
    ----------
    filler
        In short form: ``"msra"``, ``"gaussian(std=0.01)"``.
    """
    spec = parse_filler(filler)
    known_filler(spec.type)

    def changed(param: ParamBlob) -> ParamBlob:
        if param.owner is not None or len(param.shape) < 2 or param.given is not None:
            return param
        return replace(param, filler=spec)

    layers = tuple(
        replace(
            layer,
            params=tuple(changed(param) for param in layer.params),
            forgotten=tuple(changed(param) for param in layer.forgotten),
        )
        for layer in net.layers
    )
    fillers = {**net.asked.get("fillers", {}), "*": filler}
    return replace(net, layers=layers, asked={**net.asked, "fillers": fillers})
