"""A layer as a prototxt writes it, set up in a net of inputs, and the shapes that it makes."""

from __future__ import annotations

import fillerkit as fk

CONV = (2, 8, 12, 10)


def set_up_text(
    text: str, *bottoms: tuple[int, ...], dialect: str | None = None
) -> tuple[fk.Layer, fk.Net]:
    """The last layer of a net of inputs b0, b1, ... and the layer in `text`."""
    inputs = "".join(
        f'layer {{ name: "in{i}" type: "Input" top: "b{i}" input_param {{ shape {{ '
        + " ".join(f"dim: {n}" for n in shape)
        + " } } }\n"
        for i, shape in enumerate(bottoms)
    )
    taken = " ".join(f'bottom: "b{i}"' for i in range(len(bottoms)))
    net = fk.load_net(f'{inputs}layer {{ name: "x" {taken} {text} }}', dialect=dialect)
    return net.layers[-1], net


def tops_of(layer: fk.Layer) -> list[tuple[int, ...]]:
    return [shape for _, shape in layer.tops]


def blobs_of(layer: fk.Layer) -> list[tuple[int, ...]]:
    return [param.shape for param in layer.params]
