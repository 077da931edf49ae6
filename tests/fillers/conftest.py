"""Weights to look at: one blob, filled the way a net fills it."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

import numpy as np
import pytest
from numpy.typing import NDArray

import fillerkit as fk
from fillerkit.fillers import distribution
from fillerkit.prototxt.short import parse_filler
from fillerkit.random import fill, make_engine

Floats = NDArray[np.floating]


@pytest.fixture
def weight() -> Callable[..., fk.Net]:
    """``weight(filler, rows, columns)``: a net whose layer ``x`` has one weight, rows x columns."""

    def build(filler: str, rows: int = 400, columns: int = 300) -> fk.Net:
        return fk.load_net(f"""
            layer {{ name: "data" type: "Input" top: "data"
                     input_param {{ shape {{ dim: [1, {columns}] }} }} }}
            layer {{ name: "x" type: "InnerProduct" bottom: "data" top: "x"
                     inner_product_param {{ num_output: {rows} bias_term: false
                                            weight_filler {{ {filler} }} }} }}
        """)

    return build


def made(short: str, shape: tuple[int, ...], dtype: str = "float32", seed: int = 1) -> Floats:
    """A blob of any shape, filled as a filler's short form says."""
    kind = np.dtype(dtype).type
    values = np.empty(prod(shape), kind)
    fill(meant(short, shape, dtype), values, make_engine(seed))
    return values.reshape(shape)


def meant(short: str, shape: tuple[int, ...], dtype: str = "float32") -> fk.Distribution:
    """The distribution that a filler's short form means for a blob of `shape`."""
    return distribution(parse_filler(short), shape, np.dtype(dtype).type)
