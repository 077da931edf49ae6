"""``fillerkit merge-bn``: a net without BatchNorm, with its weights."""

from __future__ import annotations

from functools import partial
from itertools import product
from pathlib import Path

import click

import fillerkit as fk
from fillerkit.cli.choice import Choice
from fillerkit.cli.options import names_option, same_file, takes_unread_net
from fillerkit.cli.printing import many, note, say, tell, telling_of_files
from fillerkit.formats import FORMATS
from fillerkit.formats.whole_file import whole_file
from fillerkit.nets.asked import Asked

_MOST = 3
"""Layers that are left and told of, unless all are asked for."""


@click.command("merge-bn")
@partial(takes_unread_net, default_phase="test")
@click.argument("weights", metavar="WEIGHTS")
@click.option(
    "-o",
    "--output",
    nargs=2,
    required=True,
    metavar="NET2 WEIGHTS2",
    help="The two files to write, the net and its weights.",
)
@click.option(
    "--format",
    type=Choice(FORMATS),
    help="The format of WEIGHTS2.  [default: as its suffix says]",
)
@names_option
@click.option("--verbose", is_flag=True, help="Tell of each layer what became of it.")
def command(
    net: str,
    asked: Asked,
    weights: str,
    output: tuple[str, str],
    format: str | None,
    names: str | None,
    verbose: bool,
) -> None:
    """Fold BatchNorm and Scale (BN, Bias) into the layers before them.

    NET2 is NET without the layers that are folded, its text otherwise as it was; with WEIGHTS2 it
    gives the outputs that NET gives with WEIGHTS, up to rounding. Layers that cannot be folded
    stay, and a note says why.

    \b
    Example:
      fillerkit merge-bn deploy.prototxt net.caffemodel \\
          -o merged.prototxt merged.caffemodel
    """
    if output[1].endswith(".prototxt"):
        raise fk.UsageError(f"-o takes the net, then its weights: '{output[1]}' stands second")
    if same_file(*output) or Path(output[0]).absolute() == Path(output[1]).absolute():
        raise fk.UsageError(f"'{output[0]}' cannot be the net and the weights: give two names")
    for new, old in product(output, (net, weights)):
        if "\n" not in old and same_file(new, old):
            raise fk.UsageError(f"'{new}' is what is read: give the output another name with -o")
    merged = fk.merge_bn(net, weights, **asked)
    tell(merged.notes)
    told = len(merged.left) if verbose else _MOST
    tell(map(str, merged.left[:told]))
    if len(merged.left) > told:
        note(f"left {many(len(merged.left) - told, 'more layer')}; --verbose says why")
    if verbose:
        tell(f"{layer} -> {into}: folded" for layer, into in merged.folded)
    with whole_file(Path(output[0])) as file, telling_of_files():
        file.write(merged.text.encode("utf-8", "surrogateescape"))
        merged.blobs.save(output[1], format, names=names)  # both files are there, or neither
    into = len({target for _, target in merged.folded})
    say(
        f"{output[0]}: {many(len(merged.folded), 'layer')} folded into {into:,}, "
        f"{len(merged.left):,} left"
    )
    say(f"{output[1]}: {merged.net.count:,} parameters")
