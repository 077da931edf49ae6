"""The nets of a solver held against each other: a test net takes its weights from the train net."""

from __future__ import annotations

from collections.abc import Iterator

from fillerkit.checks.warning import Finding
from fillerkit.errors import LayerError, Place
from fillerkit.layers.net_layer import Layer
from fillerkit.layers.shapes import shown
from fillerkit.nets.net import Net


def unshared(train: Net, test: Net) -> Iterator[LayerError]:
    """Layers of one name whose parameters differ in number or shape, which Caffe refuses to share.

    Source: Caffe 1.0's ``Net::ShareTrainedLayersWith``.
    """
    tested = {layer.name: layer for layer in reversed(test.layers)}
    for layer in train.layers:
        other = tested.get(layer.name)
        if other is None:
            continue
        words = [
            f"its {there.name} is {shown(there.shape)}, but {shown(here.shape)} in the train net"
            for here, there in zip(layer.params, other.params, strict=False)
            if here.shape != there.shape
        ]
        if len(layer.params) != len(other.params):
            words = [
                f"the number of its parameter blobs is {len(other.params)}, but "
                f"{len(layer.params)} in the train net"
            ]
        for said in words:
            error = LayerError(
                f"{said}: the test net cannot take its weights from there",
                layer=other.name,
                place=Place(test.file, other.line, 1),
            )
            error.within = (_named(other),)
            yield error


def misnamed(train: Net, test: Net) -> Iterator[Finding]:
    """Parameters of one name in layers of two, of other shapes."""
    owners = {
        param.share_name: (layer, param)
        for layer in train.layers
        for param in layer.params
        if param.share_name and param.owner is None
    }
    for layer in test.layers:
        for param in layer.params:
            if param.share_name not in owners or param.owner is not None:
                continue
            owner, here = owners[param.share_name]
            if owner.name != layer.name and here.shape != param.shape:
                yield Finding(
                    "shared-alone",
                    f"{_named(layer)}: its {param.name} has the name '{param.share_name}' to be "
                    f"shared by and is {shown(param.shape)}; layer '{owner.name}' of the train net "
                    f"has it as {shown(here.shape)}",
                    Place(test.file, layer.line, 1),
                    layer.name,
                )


def _named(layer: Layer) -> str:
    return f"layer '{layer.name}' ({layer.type})"
