"""Small nets around one layer, built from text."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk


@pytest.fixture
def set_up() -> Callable[..., fk.Layer]:
    """``set_up(type, *shapes of its bottoms, body, tops)``: the layer ``x``, set up in a net.

    Its bottoms are ``b0``, ``b1``, ...; its tops ``t0``, ``t1``, ...
    """

    def build(
        kind: str, *bottoms: tuple[int, ...], body: str = "", tops: int = 1, phase: str = "TRAIN"
    ) -> fk.Layer:
        inputs = [
            f'layer {{ name: "b{i}" type: "Input" top: "b{i}"'
            f" input_param {{ shape {{ dim: {list(shape)} }} }} }}"
            for i, shape in enumerate(bottoms)
        ]
        wires = [f'bottom: "b{i}"' for i in range(len(bottoms))]
        wires += [f'top: "t{i}"' for i in range(tops)]
        layer = f'layer {{ name: "x" type: "{kind}" {" ".join(wires)}\n{body}\n}}'
        return fk.load_net("\n".join([*inputs, layer]), phase=phase).layers[-1]

    return build
