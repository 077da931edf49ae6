"""``fillerkit draw``: a picture of a net."""

from __future__ import annotations

from pathlib import Path

import click

import fillerkit as fk
from fillerkit.cli.options import takes_net
from fillerkit.drawing import of_net, render
from fillerkit.errors import UsageError
from fillerkit.formats.whole_file import whole_file


@click.command("draw")
@takes_net
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="The file to write; its suffix chooses the format.  [default: the net's name and .svg]",
)
def command(net: fk.Net, output: str | None) -> None:
    """Draw NET: a box a layer, with shapes, parameters, and what they start as.

    Layers that work in place stand in the box of what they work on. Dashed lines join layers that
    share parameters; weights that start as zeros are red. The formats are .svg and .dot
    (Graphviz's text), and where Graphviz is installed .png, .pdf and the others it has.
    """
    path = Path(output) if output else Path("net.svg" if net.file[:1] in "<-" else net.file)
    if not output:
        path = Path(path.name).with_suffix(".svg")
    if output == "-":
        click.echo(render(of_net(net), "svg"), nl=False)
        return
    if not path.suffix[1:]:
        raise UsageError(f"{path}: a suffix chooses the format, like .svg, .dot or .png")
    picture = render(of_net(net), path.suffix[1:].lower())
    with whole_file(path) as file:
        file.write(picture)
    click.echo(f"{path}: {len(net.layers):,} layers, phase {net.phase}")
