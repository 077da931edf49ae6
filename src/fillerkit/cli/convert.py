"""``fillerkit convert``: a weight file in another format."""

from __future__ import annotations

import click

import fillerkit as fk
from fillerkit.cli.options import encoding_option, load_weights, proto_option, same_file
from fillerkit.cli.printing import many, say
from fillerkit.formats import FORMATS


@click.command("convert")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option(
    "--format",
    type=click.Choice(list(FORMATS)),
    help="The format of B.  [default: as its suffix says]",
)
@encoding_option
@proto_option
def command(a: str, b: str, format: str | None, encoding: str | None, proto: str | None) -> None:
    """Write the blobs of the weight file A to B, in the format that B's suffix chooses.

    The values stay the same, bit for bit, and where both formats have bytes for names
    (.caffemodel, .h5), names do too. A file that is there already is replaced whole, or not
    at all if something goes wrong.

    \b
    Example:
      fillerkit convert lenet.npz lenet.caffemodel
    """
    if same_file(a, b):
        raise fk.UsageError(f"'{a}' and '{b}' are the same file: give the new one another name")
    blobs = load_weights(a)
    blobs.save(b, format)
    arrays = [array for _, _, _, array, _ in blobs.owned()]
    dtypes = " and ".join(sorted({array.dtype.name for array in arrays})) or "no values"
    count = sum(array.size for array in arrays)
    say(f"{b}: {count:,} parameters in {many(len(arrays), 'blob')}, {dtypes}")
