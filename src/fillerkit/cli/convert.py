"""``fillerkit convert``: a weight file in another format."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np

import fillerkit as fk
from fillerkit.cli.choice import Choice
from fillerkit.cli.options import (
    encoding_option,
    load_weights,
    names_option,
    proto_option,
    same_file,
)
from fillerkit.cli.printing import many, note, say, shown, telling_of_files
from fillerkit.formats import FORMATS, mean


@click.command("convert")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option(
    "--format",
    type=Choice(FORMATS),
    help="The format of B.  [default: as its suffix says]",
)
@names_option
@encoding_option
@proto_option
def command(
    a: str,
    b: str,
    format: str | None,
    names: str | None,
    encoding: str | None,
    proto: str | None,
) -> None:
    """Write the blobs of the weight file A to B, in the format that B's suffix chooses.

    The values stay the same, bit for bit, and where both formats have bytes for names
    (.caffemodel, .h5), names do too. A file that is there already is replaced whole, or not
    at all if something goes wrong.

    A mean image is converted too, from Caffe's .binaryproto to .npy (channels x height x width)
    and back.

    \b
    Examples:
      fillerkit convert lenet.npz lenet.caffemodel
      fillerkit convert mean.binaryproto mean.npy
    """
    if same_file(a, b):
        raise fk.UsageError(f"'{a}' and '{b}' are the same file: give the new one another name")
    if any(Path(path).suffix.lower() in mean.MEANS for path in (a, b)):
        if format or names or encoding or proto:
            raise fk.UsageError(
                "--format, --names, --encoding and --proto are for weights, not for a mean"
            )
        _convert_mean(Path(a), Path(b))
        return
    blobs = load_weights(a)
    with telling_of_files():
        blobs.save(b, format, names=names)
    arrays = [array for _, _, _, array, _ in blobs.owned()]
    dtypes = " and ".join(sorted({array.dtype.name for array in arrays})) or "no values"
    count = sum(array.size for array in arrays)
    say(f"{b}: {count:,} parameters in {many(len(arrays), 'blob')}, {dtypes}")


def _convert_mean(a: Path, b: Path) -> None:
    if {a.suffix.lower(), b.suffix.lower()} != set(mean.MEANS):
        raise fk.UsageError(
            f"'{a}' to '{b}': a mean goes from .binaryproto to .npy or back; weights have other "
            f"suffixes ({', '.join(FORMATS)})"
        )
    there = mean.read(a)
    written = mean.write(b, there)
    if not np.array_equal(written, there, equal_nan=True):
        note(f"{b}: float32, as Caffe reads it, rounds the {there.dtype} of '{a}'")
    say(f"{b}: a mean of {shown(written.shape)}, {written.dtype}")
