"""Signals as a picture: depth against strength on a log axis, forward and backward."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from math import isfinite
from typing import Any

from fillerkit.errors import UsageError
from fillerkit.libraries import library
from fillerkit.printable import printable
from fillerkit.signals.result import Signal

# Of Okabe and Ito (2008): told apart by the colour-blind; ordered so that neighbours differ in grey
# too. Dashes and marks tell the lines apart without any colour.
LOOKS: tuple[dict[str, Any], ...] = (
    {"color": "#0072B2", "linestyle": "-", "marker": "o"},
    {"color": "#D55E00", "linestyle": "--", "marker": "s"},
    {"color": "#000000", "linestyle": ":", "marker": "^"},
    {"color": "#009E73", "linestyle": "-.", "marker": "D"},
    {"color": "#CC79A7", "linestyle": (0, (5, 1, 1, 1, 1, 1)), "marker": "v"},
    {"color": "#56B4E9", "linestyle": (0, (8, 2)), "marker": "P"},
    {"color": "#E69F00", "linestyle": (0, (2, 2)), "marker": "X"},
)
FORMATS = ("png", "svg", "pdf")
_FEW = 50  # the range up to which powers of ten are too few marks for an axis
_FONTS = b"'DejaVu Sans', Verdana, sans-serif"
STYLE: dict[Any, Any] = {
    "svg.hashsalt": "fillerkit",
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.5,
    "lines.markersize": 4,
    "legend.frameon": False,
}


def plot(signals: Sequence[Signal], format: str = "svg", title: str = "") -> bytes:
    """A picture of signals of one net, a line each.

    Needs matplotlib (``pip install 'fillerkit[plot]'``).

    Parameters
    ----------
    signals
    format
        ``"svg"``, ``"png"`` or ``"pdf"``.
    title
        The net's name unless given.
    """
    if format not in FORMATS:
        raise UsageError(f"a plot is written as {', '.join(FORMATS)}, not as '{format}'")
    matplotlib = library("matplotlib", "a plot", "plot")
    figure_module = library("matplotlib.figure", "a plot", "plot")
    with matplotlib.rc_context(STYLE):
        figure = figure_module.Figure(figsize=(9, 4.2), layout="constrained")
        axes = figure.subplots(1, 2)
        figure.suptitle(_escaped(title or signals[0].net))
        draw(axes[0], signals, "forward")
        draw(axes[1], signals, "backward")
        if len(signals) > 1:
            figure.legend(*axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
        return written(figure, format)


def draw(
    axes: Any,
    signals: Sequence[Signal],
    way: str,
    labels: Sequence[str] = (),
    looks: Sequence[int] = (),
) -> None:
    """One panel: ``"forward"`` or ``"backward"``; labels and looks, of `LOOKS`, a signal each."""
    names: list[str] = []
    for at, signal in enumerate(signals):
        layers = signal.weighted
        values = [layer.rms if way == "forward" else layer.gradient for layer in layers]
        points = [
            (depth, value)
            for depth, value in enumerate(values, 1)
            if value is not None and value > 0 and isfinite(value)
        ]
        label = labels[at] if labels else _escaped(signal.filler or "as it is")
        look = dict(LOOKS[looks[at] if looks else at % len(LOOKS)])
        look["markevery"] = max(1, len(values) // 12)
        axes.plot([x for x, _ in points], [y for _, y in points], label=label, **look)
        names = [layer.name for layer in layers]
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    if high < _FEW * low:
        ticker = library("matplotlib.ticker", "a plot", "plot")
        axes.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(ticker.FormatStrFormatter("%g"))
    axes.minorticks_off()
    if way == "forward":
        axes.set_title("forward \N{RIGHTWARDS ARROW}: rms of each layer's output", fontsize=9)
    else:
        axes.set_title("backward \N{LEFTWARDS ARROW}: rms of the gradient there", fontsize=9)
    if 0 < len(names) <= 20 and max(map(len, names)) <= 16:
        axes.set_xticks(range(1, len(names) + 1), [_escaped(name) for name in names], rotation=90)
    else:
        axes.set_xlabel("layers with a weight")


def written(figure: Any, format: str) -> bytes:
    """A figure as a file's bytes, the same each time."""
    file = io.BytesIO()
    dated = {"svg": {"Date": None, "Creator": None}, "pdf": {"CreationDate": None}}
    figure.savefig(file, format=format, dpi=150, metadata=dated.get(format, {}))
    if format != "svg":
        return file.getvalue()
    # Each text would name all the fonts that matplotlib knows, behind an indent.
    named = re.sub(rb"font-family: [^;\"]*", b"font-family: " + _FONTS, file.getvalue())
    return re.sub(rb"\n +", b"\n", named)


def _escaped(name: str) -> str:
    """A name as it can be drawn: a dollar would begin a formula."""
    return printable(name).replace("$", r"\$")
