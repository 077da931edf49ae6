"""The figures and the numbers of docs/xavier.md: what fillers do to signals, by our own runs.

    python tools/figures.py            # writes docs/figures/* and the numbers of the page
    python tools/figures.py --png DIR  # writes the figures as PNG there, to be looked at

Also README.md's picture of a report, where Chromium is there to take it.

Everything follows from seed 1, so the files are the same each time, but for last digits that
another processor may round otherwise. A number in the page is followed by a comment that names it,
``0.71<!-- relu/xavier/forward/2 -->``; tests/test_xavier_page.py holds them against `cheap` and
`vgg`.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import matplotlib
from matplotlib.figure import Figure

import fillerkit as fk
from fillerkit.signals import with_filler
from fillerkit.signals.plot import STYLE, draw, written

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/xavier.md"
FIGURES = ROOT / "docs/figures"
MARKED = re.compile(r"([\d.]+(?:e[-+]?\d+)?)<!-- (\S+) -->")

WIDTH, BATCH, SEED = 256, 64, 1
DEPTHS = (2, 4, 10, 20, 30)
FILLERS = {
    "small": "gaussian(std=0.01)",
    "large": "gaussian(std=0.2)",
    "xavier": "xavier",
    "msra": "msra",
}
NORMS = ("FAN_IN", "FAN_OUT", "AVERAGE")
HOURGLASS = (2048, 1024, 512, 256, 128, 64, 128, 256, 512, 1024, 2048)
VGG_FILLERS = {"gaussian": "gaussian(std=0.01)", "xavier": "xavier", "msra": "msra"}
VGG_BATCH = 2
LSUV, ADAPTED = "lsuv", "gaussian(std=0.01), then lsuv"
REPORT_SIZE = (1120, 1560)  # pixels


def layers(widths: Sequence[int], nonlinearity: str = "") -> fk.Net:
    """InnerProducts from each width to the next, with a nonlinearity behind all but the last."""
    text = [
        f'layer {{ name: "data" type: "Input" top: "x" input_param {{ shape {{ dim: 1 '
        f"dim: {widths[0]} }} }} }}"
    ]
    for at, width in enumerate(widths[1:], 1):
        text.append(
            f'layer {{ name: "ip{at}" type: "InnerProduct" bottom: "x" top: "x" '
            f"inner_product_param {{ num_output: {width} }} }}"
        )
        if nonlinearity and at < len(widths) - 1:
            text.append(f'layer {{ name: "f{at}" type: "{nonlinearity}" bottom: "x" top: "x" }}')
    return fk.load_net("\n".join(text))


def measured(net: fk.Net, filler: str, batch: int) -> fk.Signal:
    """The signal of a net under a filler, or after LSUV, which begins with the worst of them."""
    if filler != LSUV:
        return fk.signal(net, filler=filler, batch=batch, seed=SEED)
    net = with_filler(net, FILLERS["small"])
    blobs = fk.adapt(net, net.fill(SEED), LSUV, batch=batch).blobs
    return replace(fk.signal(net, blobs, batch=batch, seed=SEED), filler=ADAPTED)


@cache
def deep(nonlinearity: str, filler: str, depth: int) -> fk.Signal:
    """A net of equal layers."""
    return measured(layers([WIDTH] * (depth + 1), nonlinearity), filler, BATCH)


@cache
def hourglass(norm: str) -> fk.Signal:
    """A net without nonlinearities whose layers narrow, then widen."""
    filler = f"xavier(variance_norm={norm})"
    return fk.signal(layers(HOURGLASS), filler=filler, batch=BATCH, seed=SEED)


@cache
def vgg(filler: str) -> fk.Signal:
    """VGG-16 under one of the fillers that people use."""
    net = fk.load_net(ROOT / "sample_nets/vgg16/deploy.prototxt")
    return measured(net, filler, VGG_BATCH)


def cheap() -> Iterator[tuple[str, float]]:
    """All numbers that take a moment: what is left of a signal of 1, by name."""
    for key, nonlinearity in (("tanh", "TanH"), ("relu", "ReLU")):
        for name, filler in {**FILLERS, LSUV: LSUV}.items():
            for depth in DEPTHS:
                found = deep(nonlinearity, filler, depth)
                yield f"{key}/{name}/forward/{depth}", found.forward.factor
                yield f"{key}/{name}/backward/{depth}", found.gradient.factor
    for norm in NORMS:
        found = hourglass(norm)
        middle = HOURGLASS.index(min(HOURGLASS))
        for at in (middle, len(HOURGLASS) - 1):
            yield f"hourglass/{norm}/forward/{at}", found[f"ip{at}"].rms
        for at in (middle, 1):
            yield f"hourglass/{norm}/backward/{at}", found[f"ip{at}"].gradient or 0.0


def of_vgg() -> Iterator[tuple[str, float]]:
    """The numbers of VGG-16, which take some seconds."""
    for name, filler in {**VGG_FILLERS, LSUV: LSUV}.items():
        yield f"vgg/{name}/forward", vgg(filler).forward.factor
        yield f"vgg/{name}/backward", vgg(filler).gradient.factor


def shown(value: float) -> str:
    """Two digits."""
    if 0.001 <= value < 10_000:
        return f"{float(f'{value:.1e}'):g}"
    return re.sub(r"e([-+])0*", lambda m: "e" + m[1].replace("+", ""), f"{value:.1e}")


def depth_figure() -> Figure:
    """Tanh and ReLU, forward and backward, a line a filler."""
    figure = Figure(figsize=(9, 6.6), layout="constrained")
    axes = figure.subplots(2, 2)
    for row, (words, nonlinearity) in zip(axes, (("tanh", "TanH"), ("ReLU", "ReLU")), strict=True):
        found = [deep(nonlinearity, filler, DEPTHS[-1]) for filler in FILLERS.values()]
        for axis, way in zip(row, ("forward", "backward"), strict=True):
            draw(axis, found, way)
            axis.set_title(f"{words}, {axis.get_title()}", fontsize=9)
            axis.set_xlabel("layer")
    _legend(figure, axes[0][0], 4)
    return figure


def norms_figure() -> Figure:
    """The three norms where layers narrow and widen."""
    figure = Figure(figsize=(9, 3.9), layout="constrained")
    axes = figure.subplots(1, 2)
    found = [hourglass(norm) for norm in NORMS]
    widths = HOURGLASS[1:]
    for axis, way in zip(axes, ("forward", "backward"), strict=True):
        draw(axis, found, way, NORMS)
        axis.set_xticks(range(1, len(widths) + 1), [str(width) for width in widths], rotation=90)
        axis.set_xlabel("units of the layer")
    _legend(figure, axes[0], 3)
    return figure


def vgg_figure() -> Figure:
    """VGG-16 under three fillers, and after LSUV."""
    figure = Figure(figsize=(9, 4.2), layout="constrained")
    axes = figure.subplots(1, 2)
    found = [vgg(filler) for filler in (*VGG_FILLERS.values(), LSUV)]
    for axis, way in zip(axes, ("forward", "backward"), strict=True):
        draw(axis, found, way, looks=[0, 2, 3, 4])  # as in the first figure
    _legend(figure, axes[0], 4)
    return figure


def _legend(figure: Figure, axes: Any, columns: int) -> None:
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=columns)


def report_picture(path: Path) -> None:
    """What a browser shows of LeNet's report."""
    browser = shutil.which("chromium")
    if browser is None:
        print(f"{path}: left as it is, for there is no chromium to take it (apt install chromium)")
        return
    net = fk.load_net(ROOT / "sample_nets/lenet/deploy.prototxt")
    net = replace(net, file="sample_nets/lenet/deploy.prototxt")
    with TemporaryDirectory() as folder:
        page = Path(folder, "report.html")
        fk.report(net, page, blobs=net.fill(SEED))
        wide, high = REPORT_SIZE
        options = ["--headless", "--hide-scrollbars", f"--window-size={wide},{high}"]
        subprocess.run(
            [browser, *options, "--no-sandbox", f"--screenshot={path}", page.as_uri()],
            check=True,
            capture_output=True,
        )
    print(path)


def main() -> None:
    """Write the figures, and the numbers of the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--png", type=Path, help="write PNGs into this folder, and nothing else")
    folder = parser.parse_args().png
    where = folder or FIGURES
    where.mkdir(parents=True, exist_ok=True)
    kind = "png" if folder else "svg"
    figures = {"depth": depth_figure, "norms": norms_figure, "vgg16": vgg_figure}
    with matplotlib.rc_context(STYLE):
        for name, made in figures.items():
            path = where / f"xavier_{name}.{kind}"
            path.write_bytes(written(made(), kind))
            print(path)
    report_picture(where.resolve() / "report.png")
    if not folder:
        numbers = dict([*cheap(), *of_vgg()])
        text = PAGE.read_text()
        PAGE.write_text(MARKED.sub(lambda m: f"{shown(numbers[m[2]])}<!-- {m[2]} -->", text))
        print(PAGE)


if __name__ == "__main__":
    main()
