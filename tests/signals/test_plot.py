"""Signals as pictures."""

from __future__ import annotations

import pytest

import fillerkit as fk
from fillerkit.signals.plot import LOOKS, plot

from .test_chart import signal

pytest.importorskip("matplotlib", reason="matplotlib is not installed")


def test_the_same_signals_make_the_same_bytes() -> None:
    signals = [signal([1, 0.1, 0.01], "xavier"), signal([1, 1, 1], "msra")]
    first = plot(signals)
    assert first == plot(signals)
    for word in (b"xavier", b"msra", b"ip2"):
        assert word in first
    assert len(first) < 50_000


def test_a_signal_that_dies_is_drawn_as_far_as_it_lives() -> None:
    assert plot([signal([1, 0.0, float("nan")])])


def test_names_with_dollars_are_no_formulas() -> None:
    from dataclasses import replace

    odd = signal([1.0, 2.0])
    layers = tuple(replace(layer, name=r"$\frac{") for layer in odd.layers)
    assert plot([replace(odd, layers=layers, filler="$x_", net="a$b$")], "png")


def test_names_are_made_printable() -> None:
    from dataclasses import replace

    odd = signal([1.0, 2.0])
    layers = tuple(replace(layer, name="a\x1b\n") for layer in odd.layers)
    drawn = plot([replace(odd, layers=layers, filler="\u202e", net="\x9b\x00")] * 2).decode()
    for seen in (r"a\x1b\n", r"\u202e", r"\x9b\x00"):
        assert f">{seen}</text>" in drawn
    assert all(line.isprintable() for line in drawn.split("\n"))


def test_lines_differ_in_dashes_and_marks_and_in_grey_beside_their_neighbours() -> None:
    def grey(colour: str) -> float:
        red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
        return (0.299 * red + 0.587 * green + 0.114 * blue) / 255

    assert len({str(look["linestyle"]) for look in LOOKS}) == len(LOOKS)
    assert len({look["marker"] for look in LOOKS}) == len(LOOKS)
    greys = [grey(look["color"]) for look in LOOKS[:4]]
    assert all(abs(a - b) > 0.05 for at, a in enumerate(greys) for b in greys[:at])


def test_a_format_that_is_none_is_refused() -> None:
    with pytest.raises(fk.UsageError, match="svg"):
        plot([signal([1.0, 1.0])], "gif")
