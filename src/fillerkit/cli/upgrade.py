"""``fillerkit upgrade``: an old prototxt in the current format."""

from __future__ import annotations

from pathlib import Path

import click

from fillerkit.cli.options import encoding_option, read_argument
from fillerkit.cli.printing import hand_out, say, tell
from fillerkit.formats.whole_file import whole_file
from fillerkit.prototxt.read import in_encoding, upgraded


@click.command("upgrade")
@click.argument("old", metavar="OLD", type=click.Path(allow_dash=True))
@click.option(
    "-o", "--output", metavar="NEW", help="The file to write.  [default: standard output]"
)
@click.option("--proto", type=click.Path(), metavar="FILE", help="A fork's own caffe.proto.")
@encoding_option
def command(old: str, output: str | None, proto: str | None, encoding: str | None) -> None:
    """Rewrite OLD, a net or a solver of any generation, in the current format.

    Caffe's own order: V0 layers (padding layers too), data-transform fields, V1 layers, net-level
    inputs, BatchNorm's three params. The net fills to the same bits. Comments are lost; fields and
    rules of all phases are kept, and names have the same bytes.
    """
    text, names = upgraded(read_argument(old), proto, encoding)
    tell(filter(None, [names.note]))
    data = in_encoding(text, names.encoding)  # that of OLD, whatever the terminal's is
    if output in (None, "-"):
        hand_out(data)
        return
    assert output is not None
    with whole_file(Path(output)) as file:
        file.write(data)
    say(f"{output}: {text.count(chr(10)):,} lines in the current format")
