"""``fillerkit report``: all of a net on one page for a browser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

import fillerkit as fk
from fillerkit.cli.options import SEED, ignore_option, load_weights, takes_net
from fillerkit.cli.printing import hand_out, say
from fillerkit.cli.progress import progress_bar
from fillerkit.nets.net import seed_or_default
from fillerkit.reports import check_output


@click.command("report")
@takes_net
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    default="report.html",
    show_default=True,
    help="The file to write, an .html. With - it is printed.",
)
@click.option("--weights", metavar="FILE", help="Show the values of a weight file.")
@click.option("--fill", is_flag=True, help="Show the values that the net is filled with.")
@click.option(
    "--seed",
    type=SEED,
    help="Of --fill and --signal.  [default: the solver's, else 1]",
)
@ignore_option
@click.option(
    "--signal", is_flag=True, help="Show what becomes of a signal in the net; needs PyTorch."
)
@click.option(
    "--compare",
    metavar="FILLER",
    multiple=True,
    help="With --signal: give all weights this filler, as in msra or 'gaussian(std=0.01)', and "
    "draw a line for it; repeatable.",
)
@click.option(
    "--seeds",
    type=click.IntRange(min=1),
    default=1,
    metavar="N",
    help="With --signal: draw the band from the least to the greatest over N seeds.",
)
def command(
    net: fk.Net,
    output: str,
    weights: str | None,
    fill: bool,
    seed: int | None,
    ignore: Sequence[str],
    signal: bool,
    compare: Sequence[str],
    seeds: int,
) -> None:
    """Make a page of NET that a browser shows, one file that asks for nothing else.

    It has the drawing, a table of the layers, what `fillerkit check` finds and the prototxt; with
    --weights or --fill how the values are spread, with --signal how strong signals and gradients
    are. Needs Jinja2 and pygraphviz (pip install 'fillerkit[report]').

    \b
    Examples:
      fillerkit report train_val.prototxt -o net.html
      fillerkit report deploy.prototxt --weights trained.caffemodel
      fillerkit report deploy.prototxt --signal --seeds 20 --compare msra
    """
    if weights and fill:
        raise fk.UsageError("--weights and --fill exclude each other")
    if (compare or seeds > 1) and not signal:
        raise fk.UsageError("--compare and --seeds go with --signal")
    seed = seed_or_default(net, seed)
    if seed + seeds > 2**32:
        raise fk.UsageError(f"--seeds {seeds}: the last seed would be more than 4,294,967,295")
    to_file = None if output == "-" else output
    check_output(to_file)
    blobs = load_weights(weights) if weights else net.fill(seed) if fill else None
    page = fk.report(
        net,
        to_file,
        blobs=blobs,
        weights=weights,
        signal=tuple(_signals(net, weights, compare, range(seed, seed + seeds))) if signal else (),
        ignore=ignore,
    )
    if to_file is None:
        hand_out(page.html.encode())
    else:
        say(f"{output}: {len(net.layers):,} layers, phase {net.phase}")


def _signals(
    net: fk.Net, weights: str | None, fillers: Sequence[str], seeds: Sequence[int]
) -> Iterator[fk.Signal]:
    chosen: Sequence[str | None] = fillers or (None,)
    with progress_bar("running", net.count, len(chosen) * len(seeds)) as move:
        for filler in chosen:
            for seed in seeds:
                yield fk.signal(net, seed=seed, weights=weights, filler=filler)
                if move:
                    move(advance=1)
