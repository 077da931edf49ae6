"""``fillerkit transfer``: layers of weight files in a new one, under other names."""

from __future__ import annotations

from collections.abc import Sequence

import click

import fillerkit as fk
from fillerkit.cli.choice import Choice
from fillerkit.cli.options import (
    AfterWeights,
    encoding_option,
    names_option,
    proto_option,
    rename_option,
    renames_by_file,
    said_of_weights,
    same_file,
)
from fillerkit.cli.printing import many, note, say, tell, telling_of_files
from fillerkit.formats import FORMATS


@click.command("transfer", cls=AfterWeights)
@click.argument("old", metavar="OLD")
@click.option("-o", "--output", metavar="NEW", required=True, help="The file to write.")
@rename_option("Call the layer OLD of the file NEW")
@click.option(
    "--copy",
    metavar="PATTERN",
    multiple=True,
    help="Copy only layers whose new names fit, as in 'conv*'; '!fc8' takes out; repeatable.",
)
@click.option(
    "--weights",
    metavar="FILE",
    multiple=True,
    help="Another weight file, whose layers are added; of two with one name the last counts; "
    "repeatable.",
)
@click.option(
    "--format",
    type=Choice(FORMATS),
    help="The format of NEW.  [default: as its suffix says]",
)
@names_option
@click.option("--verbose", is_flag=True, help="Tell of each layer where it went.")
@encoding_option
@proto_option
def command(
    old: str,
    output: str,
    rename: Sequence[tuple[str, str]],
    copy: Sequence[str],
    weights: Sequence[str],
    format: str | None,
    names: str | None,
    verbose: bool,
    encoding: str | None,
    proto: str | None,
) -> None:
    """Write layers of the weight file OLD to NEW: renamed, chosen, joined with other files'.

    Values and shapes stay as they are; the suffix of NEW chooses its format. NEW has the layers
    with blobs only, with their types and parameters, but not what they are connected with. To fill
    the layers of a net, and to fit others' shapes, there is fillerkit init NET --weights OLD.

    \b
    Examples:
      fillerkit transfer old.caffemodel -o new.caffemodel \\
          --rename 'conv*=left/conv*'
      fillerkit transfer old.caffemodel -o new.caffemodel --copy '!fc8'
      fillerkit transfer a.caffemodel -o two.caffemodel --rename '*=a/*' \\
          --weights b.caffemodel --rename '*=b/*'
    """
    files = (old, *weights)
    for taken in files:
        if same_file(taken, output):
            raise fk.UsageError(f"'{output}' is what is read: give the output another name with -o")
    gathered = fk.gather_weights(
        files, rename=renames_by_file(rename, len(files)), layers=copy, **said_of_weights()
    )
    tell(gathered.blobs.notes)
    note(str(gathered))
    tell(map(str, gathered.moves if verbose else ()))
    with telling_of_files():
        gathered.blobs.save(output, format, names=names)
    arrays = [array for _, _, _, array, _ in gathered.blobs.owned()]
    count = sum(array.size for array in arrays)
    say(f"{output}: {count:,} parameters in {many(len(arrays), 'blob')}")
