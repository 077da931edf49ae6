"""Nets of a few layers, and the codes that checking them gives."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

INPUT = 'layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 2 dim: 100 } } }\n'
IMAGE = (
    'layer { name: "in" type: "Input" top: "x" input_param { shape { dim: 2 dim: 8 dim: 9 dim: 9 '
    "} } }\n"
)
OF_FORKS = ("fork-type", "fork-field")
Codes = Callable[[str], list[tuple[str | None, str]]]


@pytest.fixture
def codes() -> Codes:
    """The layers and codes of the warnings of a net whose input, x, is 2 x 100.

    Types of forks are taken as Caffe's own.
    """

    def of(layers: str) -> list[tuple[str | None, str]]:
        report = fk.check(INPUT + layers, ignore=OF_FORKS)
        assert report.problems == ()
        return [(found.layer, found.code) for found in report.warnings]

    return of


@pytest.fixture
def image_codes() -> Codes:
    """The same for an input of 2 x 8 x 9 x 9."""

    def of(layers: str) -> list[tuple[str | None, str]]:
        report = fk.check(IMAGE + layers, ignore=OF_FORKS)
        assert report.problems == ()
        return [(found.layer, found.code) for found in report.warnings]

    return of


def inner(filler: str, name: str = "ip", bottom: str = "x", more: str = "") -> str:
    """An InnerProduct of 50 units with a weight filler, and more in its text."""
    return (
        f'layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" top: "{name}" {more} '
        f"inner_product_param {{ num_output: 50 weight_filler {{ {filler} }} }} }}\n"
    )


def relu(name: str = "relu", bottom: str = "ip") -> str:
    """A ReLU in place."""
    return f'layer {{ name: "{name}" type: "ReLU" bottom: "{bottom}" top: "{bottom}" }}\n'
