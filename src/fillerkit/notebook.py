"""How nets and blobs show themselves in a notebook: compact tables in HTML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import islice
from typing import TYPE_CHECKING

from fillerkit.layers.shapes import shown

if TYPE_CHECKING:
    from fillerkit.blobs.blobs import Blobs
    from fillerkit.nets.net import Net

_ROWS = 200
"""A notebook is to show a net, not to be filled by it."""


def of_net(net: Net) -> str:
    """A row for each parameter blob, and for each layer without any."""
    columns = ("layer", "type", "top", "parameters", "count", "starts as")
    return _table(repr(net), columns, _net_rows(net), right=(4,))


def of_blobs(blobs: Blobs) -> str:
    """A row for each blob, with what it was filled with where that is known."""
    columns = ("layer", "blob", "shape", "type", "filled with")
    return _table(repr(blobs), columns, _blob_rows(blobs))


def _net_rows(net: Net) -> Iterator[Sequence[str]]:
    for layer in net.layers:
        tops = ", ".join(f"{name} {shown(shape)}" for name, shape in layer.tops)
        first = (layer.name, layer.type, tops)
        if not layer.params:
            yield (*first, "", "", "")
        for param in layer.params:
            starts = str(param.distribution)
            if param.owner is not None:
                starts = f"shared with {net.layers[param.owner[0]].name}"
            yield *first, f"{param.name} {shown(param.shape)}", f"{param.count:,}", starts
            first = ("", "", "")


def _blob_rows(blobs: Blobs) -> Iterator[Sequence[str]]:
    for layer, of_layer in blobs.items():
        first = layer
        for index, (name, array) in enumerate(zip(of_layer.names, of_layer, strict=True)):
            start = blobs.starts.get((layer, index))
            words = start.words if start else ""
            yield first, name or str(index), shown(array.shape), array.dtype.name, words
            first = ""


def _table(
    caption: str, columns: Sequence[str], rows: Iterator[Sequence[str]], right: Sequence[int] = ()
) -> str:
    """A table of plain text: names may hold anything, and markup in them stays text."""
    lines = [f"<p>{_text(caption)}</p>", "<table>", "<thead>", _row("th", columns, right)]
    lines += ["</thead>", "<tbody>"]
    lines += [_row("td", cells, right) for cells in islice(rows, _ROWS)]
    lines += ["</tbody>", "</table>"]
    more = sum(1 for _ in rows)
    if more:
        lines.append(f"<p>and {more:,} more</p>")
    return "\n".join(lines)


def _row(tag: str, cells: Sequence[str], right: Sequence[int]) -> str:
    aligned = (
        f'<{tag} style="text-align: {"right" if at in right else "left"}">{_text(cell)}</{tag}>'
        for at, cell in enumerate(cells)
    )
    return f"<tr>{''.join(aligned)}</tr>"


def _text(text: str) -> str:
    """Escaped, and without what no HTML may hold."""
    return escape(
        "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
    )
