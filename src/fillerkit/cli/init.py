"""``fillerkit init``: fill a net and write its weights."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

import fillerkit as fk
from fillerkit.cli.options import takes_net

_BAR_FROM = 1 << 22  # values; fewer are done before a bar is drawn


@click.command("init")
@takes_net
@click.option(
    "-o",
    "--output",
    metavar="OUT",
    help="The file to write.  [default: the net's file name with .npz, in the working directory]",
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**32 - 1),
    help="The random_seed that Caffe would be given.  [default: the solver's, else a fresh one]",
)
@click.option(
    "--dtype",
    type=click.Choice(["float32", "float64"]),
    default="float32",
    show_default=True,
    help="The type of the net that is imitated and of the values written.",
)
@click.option(
    "--boost",
    type=click.Choice(["1.55", "1.58", "1.64"]),
    default="1.64",
    show_default=True,
    help="The Boost that the imitated Caffe was built with: 1.64 and later, 1.58 for 1.56 to "
    "1.63, 1.55 and earlier. It decides how gaussians are made (gaussian, msra).",
)
def command(
    net: fk.Net,
    output: str | None,
    seed: int | None,
    dtype: str,
    boost: str,
) -> None:
    """Fill the weights of NET and write them to a file.

    NET is a prototxt of a net or of a solver (then its train net is filled, with its random_seed),
    or - for standard input. The values are those that Caffe 1.0 starts from with the same seed.

    \b
    Examples:
      fillerkit init deploy.prototxt -o weights.npz --seed 1701
      fillerkit init train_val.prototxt --phase train --shape data=64,3,227,227
      fillerkit init solver.prototxt
    """
    if output == "-":
        raise fk.UsageError(
            "weights cannot go to standard output: an .npz is completed by going back in the "
            "file; give -o a file name"
        )
    path = output or _default_output(net)
    with _progress(net.count) as progress:
        origin = net.save(path, seed=seed, dtype=dtype, boost=boost, progress=progress)
    again = "" if seed is not None or net.random_seed is not None else " (fresh)"
    blobs = sum(param.owner is None for layer in net.layers for param in layer.params)
    click.echo(
        f"{path}: {net.count:,} parameters in {blobs} blobs, {dtype}, "
        f"phase {net.phase}, seed {origin['seed']}{again}"
        + ("" if boost == "1.64" else f", Boost {boost}")
    )


def _default_output(net: fk.Net) -> str:
    if net.file.startswith("<"):
        raise fk.UsageError("a net from standard input has no file name: say where with -o OUT")
    return f"{Path(net.file).stem}.npz"


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], None] | None]:
    """Draw a progress bar where a person sees it and the net is large enough to wait for."""
    if total < _BAR_FROM or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("filling"), BarColumn(), TextColumn("{task.percentage:3.0f}%"))
    with Progress(
        *columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True
    ) as bar:
        task = bar.add_task("", total=total)
        yield lambda count: bar.advance(task, count)
