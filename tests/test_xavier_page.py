"""The numbers of docs/xavier.md are what our own runs show."""

from __future__ import annotations

import re

import pytest

pytest.importorskip("torch", reason="PyTorch is not installed")
pytest.importorskip("matplotlib", reason="matplotlib is not installed")
import figures

TEXT = figures.PAGE.read_text()
TOLERANCE = 0.06
"""Two digits are off by 5 hundredths at most; the rest is for processors that round otherwise."""


def marked() -> dict[str, list[float]]:
    """What the page says, by name."""
    found: dict[str, list[float]] = {}
    for number, name in figures.MARKED.findall(TEXT):
        found.setdefault(name, []).append(float(number))
    return found


def check(numbers: dict[str, float], said: dict[str, list[float]]) -> None:
    """All that the page says is so."""
    wrong = [
        f"{name}: the page says {value:g}, it is {numbers[name]:.4g}"
        for name, values in said.items()
        for value in values
        if value != pytest.approx(numbers[name], rel=TOLERANCE)
    ]
    assert not wrong, "\n".join([*wrong, "make figures writes them anew"])


@pytest.mark.long
def test_the_numbers_of_small_nets_are_true() -> None:
    said = {name: values for name, values in marked().items() if not name.startswith("vgg")}
    assert len(said) == 2 * 5 * 2 * 5 + 3 * 4
    check(dict(figures.cheap()), said)


@pytest.mark.long
def test_the_numbers_of_vgg_are_true() -> None:
    said = {name: values for name, values in marked().items() if name.startswith("vgg")}
    assert len(said) == 8
    numbers = dict(figures.of_vgg())
    check(numbers, said)
    assert numbers["vgg/lsuv/forward"] == pytest.approx(1, abs=0.1)


def test_no_mark_is_out_of_reach_of_the_test() -> None:
    assert TEXT.count("<!--") == len(figures.MARKED.findall(TEXT))


def test_what_the_text_says_of_them_in_words_is_true() -> None:
    numbers = dict(figures.cheap())
    assert numbers["tanh/small/forward/4"] < 0.001
    assert numbers["relu/msra/forward/30"] == pytest.approx(numbers["relu/msra/forward/2"], rel=0.3)
    factor = (numbers["relu/large/forward/30"] / numbers["relu/large/forward/20"]) ** 0.1
    assert factor == pytest.approx(2.3, abs=0.1)
    for nonlinearity in ("tanh", "relu"):
        for depth in figures.DEPTHS:
            assert numbers[f"{nonlinearity}/lsuv/forward/{depth}"] == pytest.approx(1, abs=0.1)


def test_the_figures_are_there_and_small() -> None:
    for name in re.findall(r"\]\((figures/\S+)\)", TEXT):
        path = figures.PAGE.parent / name
        assert path.read_bytes().startswith(b"<?xml")
        assert path.stat().st_size < 110_000
