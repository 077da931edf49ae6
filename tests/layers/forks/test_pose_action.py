"""Maps of pose_action_caffe: what is known of them, and what is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from net_texts import layer

import fillerkit as fk

Make = Callable[..., Any]


def _asked(made: Make, kind: str, *bottoms: tuple[int, ...], tops: int = 1, body: str = "") -> Any:
    with pytest.raises(fk.ShapeNeeded) as asked:
        made(kind, *bottoms, tops=tops, body=body)
    return asked.value.shapes


def test_how_large_the_images_are_is_asked_for(made: Make) -> None:
    joints, about = (4, 28), (4, 5)
    assert _asked(made, "CoordsToBboxesMasks", joints, about) == {"t0": (4, 1, "H", "W")}
    assert _asked(made, "LoadImageData", about) == {"t0": (4, 3, "H", "W")}
    gray = "load_data_image_param { is_rgb2gray: true }"
    assert _asked(made, "LoadImageData", about, body=gray) == {"t0": (4, 1, "H", "W")}
    maps = _asked(made, "HeatMapsFromCoordsOrigin", joints, about, tops=2)
    assert maps == {"t0": (4, 14, "H", "W")}


def test_maps_of_joints_come_with_which_are_there_and_their_size() -> None:
    text = "".join(
        layer(name, f"> {name}", "Input", f"input_param {{ shape {{ dim: {shape} }} }}")
        for name, shape in (("joints", [4, 28]), ("about", [4, 5]))
    )
    text += layer("h", "joints about > maps there size", "HeatMapsFromCoordsOrigin")
    net = fk.load_net(text, shapes={"maps": (4, 14, 60, 80)})
    assert [shape for _, shape in net.layers[-1].tops] == [
        *[(4, 14, 60, 80), (4, 14, 1, 1), (4, 1, 1, 1)]
    ]
