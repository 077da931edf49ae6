"""``fillerkit upgrade``: an old prototxt in the current format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from fillerkit.cli.choice import Choice
from fillerkit.cli.options import encoding_option, read_argument
from fillerkit.cli.printing import hand_out, say, tell
from fillerkit.errors import some
from fillerkit.formats.whole_file import whole_file
from fillerkit.layers.registry import caffe_lacks
from fillerkit.prototxt.forms import FORMS
from fillerkit.prototxt.read import in_encoding, upgraded
from fillerkit.prototxt.source import Source
from fillerkit.prototxt.text import Field, parse


@click.command("upgrade")
@click.argument("old", metavar="OLD", type=click.Path(allow_dash=True))
@click.option(
    "-o", "--output", metavar="NEW", help="The file to write.  [default: standard output]"
)
@click.option(
    "--form",
    "forms",
    type=Choice(FORMS),
    multiple=True,
    help="Write it as another reader asks for: "
    + "; ".join(f"{name}: {what}" for name, what in FORMS.items())
    + ". Repeatable.",
)
@click.option("--proto", type=click.Path(), metavar="FILE", help="A fork's own caffe.proto.")
@encoding_option
def command(
    old: str,
    output: str | None,
    forms: Sequence[str],
    proto: str | None,
    encoding: str | None,
) -> None:
    """Rewrite OLD, a net or a solver of any generation, in the current format.

    Caffe's own order: V0 layers (padding layers too), data-transform fields, V1 layers, net-level
    inputs, BatchNorm's three params. The net fills to the same bits. Comments are lost; fields and
    rules of all phases are kept, and names have the same bytes. What a --form cannot
    say is refused.

    \b
    Example:
      fillerkit upgrade deploy.prototxt --form input-dim -o old.prototxt
    """
    text, names = upgraded(read_argument(old), proto, encoding, forms)
    tell(filter(None, [names.note, _fork_types(text) if "caffe" in forms else ""]))
    data = in_encoding(text, names.encoding)  # that of OLD, whatever the terminal's is
    if output in (None, "-"):
        hand_out(data)
        return
    assert output is not None
    with whole_file(Path(output)) as file:
        file.write(data)
    how = f"the form {', '.join(forms)}" if forms else "the current format"
    say(f"{output}: {text.count(chr(10)):,} lines in {how}")


def _fork_types(text: str) -> str:
    """A note on the layer types that Caffe 1.0 lacks: no field tells of them."""
    layers = _layers(parse(Source("<text>", text)))
    types = [kind.literal for layer in layers if (kind := layer.find("type")) is not None]
    lacking = [*filter(caffe_lacks, dict.fromkeys(types))]
    if not lacking:
        return ""
    return f"the fields are Caffe's now, but Caffe 1.0 has no layer type {some(lacking)}"


def _layers(root: Field) -> Iterator[Field]:
    """The layers of a net, or of the nets in a solver."""
    for field in root.fields:
        if field.name == "layer":
            yield field
        elif field.name.endswith("net_param"):
            yield from _layers(field)
