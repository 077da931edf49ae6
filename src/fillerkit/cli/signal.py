"""``fillerkit signal``: what becomes of a signal in a net."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields
from pathlib import Path
from textwrap import wrap
from typing import Any, Literal

import click

import fillerkit as fk
from fillerkit.cli.choice import Choice
from fillerkit.cli.copied import copied
from fillerkit.cli.options import SEED, input_option, takes_net
from fillerkit.cli.printing import (
    finite,
    hand_out_json,
    note,
    print_line,
    print_table,
    say,
    shown,
    terminal_width,
)
from fillerkit.cli.progress import progress_bar
from fillerkit.printable import printable


@click.command("signal")
@takes_net
@click.option(
    "--seed",
    type=SEED,
    help="Of the values, the batch and the gradients.  [default: the solver's, else 1]",
)
@click.option(
    "--weights",
    metavar="FILE",
    multiple=True,
    help="A weight file of any format whose layers are copied over those of the same names; "
    "repeatable.",
)
@click.option(
    "--compare",
    metavar="FILLER",
    multiple=True,
    help="Give all weights this filler, as in msra or 'gaussian(std=0.01)', and print one row for "
    "it; repeatable.",
)
@click.option(
    "--batch",
    type=click.IntRange(min=1),
    help="How many items go through.  [default: 16, or as the net says where a layer fixes it]",
)
@input_option("What goes in")
@click.option(
    "--gaussian",
    is_flag=True,
    help="Send unit gaussian values also where the net's own data is here.",
)
@click.option(
    "--backward",
    type=Choice(["gaussian", "loss"]),
    default="gaussian",
    show_default=True,
    help="What comes back: unit gaussian gradients at the last layers before the losses, or the "
    "gradients of the net's own losses.",
)
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="Show layers without parameters too, not only those and nonlinearities.",
)
@click.option(
    "--plot", "picture", metavar="FILE", help="Draw depth against strength: .png, .svg or .pdf."
)
@click.option(
    "--chart/--no-chart",
    default=None,
    help="A chart of characters below the table.  [default: at a terminal, without --plot]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def command(
    net: fk.Net,
    seed: int | None,
    weights: Sequence[str],
    compare: Sequence[str],
    batch: int | None,
    inputs: str | dict[str, str] | None,
    gaussian: bool,
    backward: Literal["gaussian", "loss"],
    every: bool,
    picture: str | None,
    chart: bool | None,
    as_json: bool,
) -> None:
    """Send a batch through NET and gradients back, and show how strong they are at each layer.

    rms is the root mean square of a layer's output, the std of what has a mean of 0; its factor is
    that over its input's, and theory is what the factor should be, where a closed form is known.
    grad is the rms of the gradient there; its factor is from the layer's output to its input. dead
    is the share of a rectifier's channels that are 0 for the whole batch. A net whose signal
    changes less than tenfold keeps it. Needs PyTorch.

    \b
    Examples:
      fillerkit signal deploy.prototxt
      fillerkit signal deploy.prototxt --compare xavier --compare msra \\
          --plot signal.svg
      fillerkit signal deploy.prototxt --weights trained.caffemodel \\
          --input images/
    """
    from fillerkit.formats.whole_file import whole_file
    from fillerkit.signals import chart as drawn
    from fillerkit.signals import plot
    from fillerkit.signals.plot import FORMATS

    if gaussian and inputs:
        raise fk.UsageError("--input and --gaussian exclude each other")
    suffix = Path(picture).suffix[1:].lower() if picture else ""
    if picture and suffix not in FORMATS:
        raise fk.UsageError(f"--plot {picture}: its suffix is to be one of .{', .'.join(FORMATS)}")
    transfer = copied(net, weights) if weights else None
    found = []
    with progress_bar("running", net.count, max(1, len(compare))) as move:
        for at, filler in enumerate(compare or [None]):
            found.append(
                fk.signal(
                    net,
                    seed=seed,
                    weights=transfer,
                    filler=filler,
                    inputs={} if gaussian else inputs,
                    batch=batch,
                    backward=backward,
                    progress=_moves(move, at) if move else None,
                )
            )
    if as_json:
        data = [_as_data(signal) for signal in found]
        hand_out_json(data if compare else data[0])
    else:
        _print(found, net, bool(compare), every)
        if chart or (chart is None and sys.stdout.isatty() and not picture):
            for line in drawn(found, terminal_width()):
                say(line)
    if picture:
        drawing = plot(found, suffix)
        with whole_file(Path(picture)) as file:
            file.write(drawing)
        if not as_json:
            say(f"{picture}: {len(found)} line{'s' * (len(found) != 1)}")


def _print(found: Sequence[fk.Signal], net: fk.Net, compared: bool, every: bool) -> None:
    first = found[0]
    name = net.name or "a net without a name"
    say(f"{name}, phase {net.phase}, seed {first.seed}, batch {first.batch}: {net.file}", bold=True)
    for each in first.notes:
        note(each)
    if compared:
        rows = [
            [signal.filler or "", str(signal.forward), str(signal.gradient)] for signal in found
        ]
        print_table(
            ("filler", "forward", "backward"),
            rows,
            right=(),
            narrow=lambda width: (
                line
                for a, b, c in rows
                for line in wrap(
                    printable(f"{a}: forward {b}; backward {c}"), width, subsequent_indent=" " * 4
                )
            ),
        )
        return
    layers = [layer for layer in first.layers if every or _shown(layer)]
    print_table(
        (
            "layer",
            "type",
            "top",
            "rms",
            "factor",
            "theory",
            "zeros",
            "dead",
            "grad",
            "factor",
            "theory",
        ),
        [_row(layer) for layer in layers],
        right=("rms", "factor", "theory", "zeros", "dead", "grad"),
        narrow=lambda width: _narrow_lines(layers, width),
    )
    print_line(str(first))


def _shown(layer: fk.LayerSignal) -> bool:
    return layer.params or layer.activation or layer.factor is None


def _row(layer: fk.LayerSignal) -> list[str]:
    return [
        layer.name,
        layer.type,
        shown(layer.shape),
        _number(layer.rms),
        _number(layer.factor),
        _number(layer.factor_theory),
        _share(layer.zeros) if layer.activation else "",
        _share(layer.dead),
        _number(layer.gradient),
        _number(layer.gradient_factor),
        _number(layer.gradient_theory),
    ]


def _narrow_lines(layers: Sequence[fk.LayerSignal], width: int) -> Iterator[str]:
    """The same for a terminal that the table does not fit: a few lines a layer."""
    for layer in layers:
        line = printable(f"{layer.name}  {layer.type}  {shown(layer.shape)}")
        yield from wrap(line, width, subsequent_indent=" " * 4)
        forward = f"rms {_number(layer.rms)}{_factor(layer.factor, layer.factor_theory)}"
        if layer.activation:
            forward += f"; {_share(layer.zeros)} zeros"
        if layer.dead is not None:
            forward += f", {_share(layer.dead)} dead"
        lines = [forward]
        if layer.gradient is not None:
            factor = _factor(layer.gradient_factor, layer.gradient_theory)
            lines.append(f"grad {_number(layer.gradient)}{factor}")
        for line in lines:
            yield from wrap(line, width, initial_indent="  ", subsequent_indent=" " * 6)


def _factor(factor: float | None, theory: float | None) -> str:
    if factor is None:
        return ""
    return f", factor {_number(factor)}" + (
        "" if theory is None else f" (theory {_number(theory)})"
    )


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.3g}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.3g}%"


def _moves(move: Callable[..., None], run: int) -> Callable[[int, int], None]:
    """What moves the bar of all runs by how much of one is done."""
    return lambda done, of: move(completed=run + done / of)


def _as_data(signal: fk.Signal) -> dict[str, Any]:
    """Everything that is printed, for a program."""
    return {
        "net": signal.net,
        "phase": signal.phase,
        "filler": signal.filler,
        "seed": signal.seed,
        "batch": signal.batch,
        "backward_from": signal.backward,
        "forward": _change(signal.forward),
        "backward": _change(signal.gradient),
        "layers": [
            {
                field.name: finite(value) if isinstance(value, float) else value
                for field in fields(layer)
                for value in [getattr(layer, field.name)]
            }
            for layer in signal.layers
        ],
        "notes": list(signal.notes),
    }


def _change(change: Any) -> dict[str, Any]:
    return {
        "verdict": change.verdict,
        "factor": finite(change.factor),
        "power": finite(change.power),
        "lost_at": change.lost or None,
        "words": str(change),
    }
