"""``fillerkit upgrade``: an old prototxt in the current format."""

from __future__ import annotations

from pathlib import Path

import click

import fillerkit as fk
from fillerkit.cli.options import read_argument
from fillerkit.cli.printing import hand_out, say
from fillerkit.formats.whole_file import whole_file


@click.command("upgrade")
@click.argument("old", metavar="OLD", type=click.Path(allow_dash=True))
@click.option(
    "-o", "--output", metavar="NEW", help="The file to write.  [default: standard output]"
)
@click.option("--proto", type=click.Path(), metavar="FILE", help="A fork's own caffe.proto.")
def command(old: str, output: str | None, proto: str | None) -> None:
    """Rewrite OLD, a net or a solver of any generation, in the current format.

    Caffe's own order: V0 layers (padding layers too), data-transform fields, V1 layers, net-level
    inputs, BatchNorm's three params. The net fills to the same bits. Comments are lost; fields and
    rules of all phases are kept.
    """
    text = fk.upgrade_text(read_argument(old), proto=proto)
    if output in (None, "-"):
        hand_out(text.encode())  # a prototxt is UTF-8 whatever the terminal is
        return
    assert output is not None
    with whole_file(Path(output)) as file:
        file.write(text.encode())
    say(f"{output}: {text.count(chr(10)):,} lines in the current format")
