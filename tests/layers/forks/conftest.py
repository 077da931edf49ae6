"""What a layer of a fork makes, as shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

import fillerkit as fk

Shape = tuple[int, ...]


class Made(NamedTuple):
    tops: list[Shape]
    blobs: list[Shape]


@pytest.fixture
def made(set_up: Callable[..., fk.Layer]) -> Callable[..., Made]:
    """``made(type, *shapes of its bottoms, body, tops)``: the shapes of its tops and its blobs."""

    def build(kind: str, *bottoms: Shape, body: str = "", tops: int = 1) -> Made:
        layer = set_up(kind, *bottoms, body=body, tops=tops)
        return Made(
            [shape for _, shape in layer.tops[:tops]], [param.shape for param in layer.params]
        )

    return build
