"""Tables in HTML, as a notebook shows nets and blobs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import islice

from fillerkit.printable import printable

_ROWS = 200
"""The most rows of a table; a larger net would fill the notebook."""


def table(
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
    return escape(printable(text))
