"""What ``fillerkit init --adapt`` does besides filling, and how it tells of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from textwrap import wrap
from typing import Any

import fillerkit as fk
from fillerkit.cli.printing import note, print_table, tell
from fillerkit.cli.progress import LARGE, progress_bar
from fillerkit.printable import printable

_PATIENCE = 10  # seconds without a word


def adapted(net: fk.Net, blobs: fk.Blobs, methods: str, **asked: Any) -> fk.Blobs:
    """The blobs, adapted as `fillerkit.adapt` does; prints what was done to each layer."""
    from fillerkit.adapting.batch_size import seconds
    from fillerkit.adapting.result import ALL_ZEROS

    if (needed := seconds(net, asked.get("batch"))) > _PATIENCE:
        note(
            f"each time that the batch goes through the net takes one processor about {needed:.0f} "
            "seconds; a smaller --batch takes less, as do smaller images (--shape)"
        )
    # A net of few parameters may take long too.
    with progress_bar("adapting (a smaller --batch is faster)", LARGE, 1) as move:
        found = fk.adapt(net, blobs, methods, progress=_moves(move) if move else None, **asked)
    tell(found.notes)
    if any(layer.said == ALL_ZEROS for layer in found.layers):
        note("--filler '*=msra' gives a start to layers whose weights are all zeros")
    if found.layers:
        print_table(
            ("layer", "type", "method", "factor", "variance before", "after", "tries", ""),
            [_row(layer) for layer in found.layers],
            right=("factor", "variance before", "after", "tries"),
            narrow=lambda width: _narrow_lines(found.layers, width),
        )
    return found.blobs


def _moves(move: Callable[..., None]) -> Callable[[int, int], None]:
    return lambda done, of: move(completed=done / of)


def _row(layer: fk.AdaptedLayer) -> list[str]:
    said = layer.said if layer.changed or not layer.said else f"left alone: {layer.said}"
    return [
        layer.layer,
        layer.type,
        layer.method,
        _number(layer.factor),
        _number(layer.before),
        _number(layer.after),
        str(layer.tries) if layer.tries else "",
        said,
    ]


def _narrow_lines(layers: Sequence[fk.AdaptedLayer], width: int) -> Iterator[str]:
    """The same for a terminal that the table does not fit."""
    for layer in layers:
        name, kind, method, factor, before, after, _, said = _row(layer)
        line = f"{name}  {kind}  {method}"
        line += f"  x {factor}" if factor else ""
        line += f"  variance {before}" + f" to {after}" * (after != before) if before else ""
        line += f"  {said}" if said else ""
        yield from wrap(printable(line), width, subsequent_indent=" " * 4)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
