"""``fillerkit draw``: a picture of a net."""

from __future__ import annotations

from pathlib import Path

import click

import fillerkit as fk
from fillerkit.cli.options import takes_net
from fillerkit.cli.printing import hand_out, say


@click.command("draw")
@takes_net
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="The file to write; its suffix is the format: .svg, .png, .pdf, .eps, .jpg, .gif or .dot. "
    "With - an SVG is printed.  [default: the net's name and .svg]",
)
def command(net: fk.Net, output: str | None) -> None:
    """Draw NET: a box a layer, with shapes, parameters, and what they start as.

    Layers that work in place stand in the box of what they work on. Dashed lines join layers that
    share parameters; weights that start as zeros are red. Needs pygraphviz (pip install
    'fillerkit[draw]'), but for .dot, which is the graph in Graphviz's language.
    """
    if output == "-":
        hand_out(fk.draw(net))
        return
    if output is None:
        output = Path("net" if net.file[:1] in "<-" else net.file).with_suffix(".svg").name
    fk.draw(net, output)
    say(f"{output}: {len(net.layers):,} layers, phase {net.phase}")
