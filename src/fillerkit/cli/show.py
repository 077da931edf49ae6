"""``fillerkit show``: a net's layers, and what their parameters start as."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from math import isfinite
from typing import TYPE_CHECKING, Any

import click

import fillerkit as fk
from fillerkit.cli.options import takes_net

if TYPE_CHECKING:
    from rich.table import Table

_WIDE = 120  # characters; a narrower terminal gets the type under the name
_WIDE_COLUMNS = ("layer", "type", "top", "parameters", "count", "fan in", "fan out", "starts as")
_NARROW_COLUMNS = ("layer", "top", "parameters", "count", "starts as")


@click.command("show")
@takes_net
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def command(
    net: fk.Net,
    as_json: bool,
) -> None:
    """Show every layer of NET: tops, parameters with fan-in and fan-out, and how they start.

    Nothing is filled: mean and std are those of the distribution that a filler means. Into a pipe,
    every line is whole and without colour.
    """
    if as_json:
        click.echo(json.dumps(as_data(net), indent=1, allow_nan=False))
        return
    from rich.console import Console

    console = Console(highlight=False)
    click.secho(_title(net), bold=True)
    if console.is_terminal:
        console.print(_table(net, narrow=console.width < _WIDE, ruled=True))
    else:
        whole = Console(highlight=False, width=10_000)
        with whole.capture() as text:
            whole.print(_table(net, narrow=False, ruled=False))
        click.echo("\n".join(line.rstrip() for line in text.get().splitlines()))
    click.echo(_totals(net))


def as_data(net: fk.Net) -> dict[str, Any]:
    """Everything that the table shows, for a program."""
    return {
        "name": net.name,
        "file": net.file,
        "phase": net.phase,
        "layers": [
            {
                "name": layer.name,
                "type": layer.type,
                "line": layer.line,
                "bottoms": list(layer.bottoms),
                "tops": [{"name": name, "shape": list(shape)} for name, shape in layer.tops],
                "params": [_param_data(net, param) for param in layer.params],
            }
            for layer in net.layers
        ],
        "outputs": list(net.outputs),
        "parameters": net.count,
        "bytes": 4 * net.count,
    }


def _param_data(net: fk.Net, param: fk.ParamBlob) -> dict[str, Any]:
    distribution = param.distribution
    numbers = {
        field.name: _finite(value)
        for field in fields(distribution)
        if isinstance(value := getattr(distribution, field.name), float | int)
    }
    return {
        "name": param.name,
        "shape": list(param.shape),
        "count": param.count,
        "fan_in": param.fan_in,
        "fan_out": param.fan_out,
        "lr_mult": param.lr_mult,
        "decay_mult": param.decay_mult,
        "filler": param.filler.type if param.filler is not None else None,
        "distribution": {
            "kind": type(distribution).__name__.lower(),
            **numbers,
            "mean": _finite(distribution.mean),
            "std": _finite(distribution.std),
            "words": str(distribution),
        },
        "shared_with": None if param.owner is None else _owner(net, param.owner),
    }


def _finite(value: float) -> float | None:
    """JSON has no infinity and no NaN."""
    return value if isfinite(value) else None


def _owner(net: fk.Net, owner: tuple[int, int]) -> str:
    layer = net.layers[owner[0]]
    return f"{layer.name}/{layer.params[owner[1]].name}"


def _title(net: fk.Net) -> str:
    return f"{net.name or 'a net without a name'}, phase {net.phase}: {net.file}"


def _totals(net: fk.Net) -> str:
    blobs = [p for layer in net.layers for p in layer.params]
    shared = sum(param.owner is not None for param in blobs)
    tail = f", {shared} of them shared" if shared else ""
    return (
        f"{_many(len(net.layers), 'layer')}, {_many(len(blobs), 'parameter blob')}{tail}; "
        f"{net.count:,} parameters, {_size(4 * net.count)} in float32"
    )


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' * (count != 1)}"


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:.4g} {unit}"
        count /= 1000
    raise AssertionError


def _table(net: fk.Net, *, narrow: bool, ruled: bool) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD if ruled else None, pad_edge=False, show_edge=False)
    for name in _NARROW_COLUMNS if narrow else _WIDE_COLUMNS:
        right = name in ("count", "fan in", "fan out")
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for layer in net.layers:
        tops = [f"{name} {_shape(shape)}" for name, shape in layer.tops]
        params = [f"{p.name} {_shape(p.shape)}" for p in layer.params]
        starts = [
            f"shared with {_owner(net, p.owner)}" if p.owner is not None else str(p.distribution)
            for p in layer.params
        ]
        counts = [f"{p.count:,}" for p in layer.params]
        if narrow:
            _add_narrow(table, layer, tops, params, counts, starts)
            continue
        fans_in = ["" if p.fan_in is None else f"{p.fan_in:,}" for p in layer.params]
        fans_out = ["" if p.fan_out is None else f"{p.fan_out:,}" for p in layer.params]
        # One line a parameter; the layer and its tops stand beside the first ones.
        for row in range(max(1, len(tops), len(params))):
            first = (layer.name, layer.type) if row == 0 else ("", "")
            cells = [
                *first,
                *(_at(x, row) for x in (tops, params, counts, fans_in, fans_out, starts)),
            ]
            table.add_row(*(Text(cell) for cell in cells))
    return table


def _add_narrow(
    table: Table,
    layer: fk.Layer,
    tops: list[str],
    params: list[str],
    counts: list[str],
    starts: list[str],
) -> None:
    from rich.text import Text

    rows = max(2, len(tops), len(params))
    for row in range(rows):
        first = (Text(layer.name), Text(layer.type, style="dim"), Text(""))[min(row, 2)]
        cells = [_at(x, row) for x in (tops, params, counts, starts)]
        table.add_row(first, *(Text(cell) for cell in cells))


def _at(cells: list[str], row: int) -> str:
    return cells[row] if row < len(cells) else ""


def _shape(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape)) or "scalar"
