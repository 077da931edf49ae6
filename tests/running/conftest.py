"""Nets of one layer that run, and what they are given."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from one_layer import one_layer

import fillerkit as fk


@pytest.fixture
def build() -> Callable[..., Any]:
    """``build(type, *shapes, body, tops, phase, dtype)``: the module of a net of one layer."""
    pytest.importorskip("torch", reason="PyTorch is not installed")
    from fillerkit.running import module

    def built(
        kind: str,
        *shapes: tuple[int, ...],
        body: str = "",
        tops: int = 1,
        phase: str = "TEST",
        dtype: str = "float32",
    ) -> Any:
        net = fk.load_net(one_layer(kind, *shapes, body=body, tops=tops), phase=phase)
        return module(net, net.fill(seed=1, dtype=dtype))

    return built


@pytest.fixture
def run(build: Callable[..., Any]) -> Callable[..., Any]:
    """``run(type, *arrays, body, tops, phase)``: the tops of a layer, and its blobs after them."""

    torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")

    def ran(kind: str, *arrays: Any, tops: int = 1, **more: Any) -> list[Any]:
        arrays = tuple(np.asarray(array, np.float32) for array in arrays)
        net = build(kind, *(array.shape for array in arrays), tops=tops, **more)
        given = {f"b{i}": torch.from_numpy(array) for i, array in enumerate(arrays)}
        found = net(given, blobs=[f"t{i}" for i in range(tops)])
        made = [found[f"t{i}"].detach().numpy() for i in range(tops)]
        return made + [blob.detach().numpy() for blob in net.layers[-1].blobs()]

    return ran


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.fixture
def x(rng: np.random.Generator) -> Any:
    return rng.normal(0, 2, (2, 6, 5, 7)).astype(np.float32)
