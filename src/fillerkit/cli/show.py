"""``fillerkit show``: a net's layers, and what their parameters start as."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import fields
from math import isfinite
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import click

import fillerkit as fk
from fillerkit.cli.options import takes_net

if TYPE_CHECKING:
    from rich.table import Table

_WIDE = 120  # characters; a narrower terminal gets lines in place of the table
_COLUMNS = ("layer", "type", "top", "parameters", "count", "fan in", "fan out", "starts as")


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
    click.secho(_plain(_title(net)), bold=True)
    if console.is_terminal:
        if console.width < _WIDE:
            click.echo("\n".join(_narrow_lines(net, console.width)))
        else:
            console.print(_table(net, ruled=True))
    else:
        whole = Console(highlight=False, width=10_000)
        with whole.capture() as text:
            whole.print(_table(net, ruled=False))
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
                "params": [
                    {"key": f"{layer.key}/{index}", **_param_data(net, param)}
                    for index, param in enumerate(layer.params)
                ],
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


def _table(net: fk.Net, *, ruled: bool) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD if ruled else None, pad_edge=False, show_edge=False)
    for name in _COLUMNS:
        right = name in ("count", "fan in", "fan out")
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for layer in net.layers:
        tops = [f"{name} {_shape(shape)}" for name, shape in layer.tops]
        params = [f"{p.name} {_shape(p.shape)}" for p in layer.params]
        starts = [_starts(net, param) for param in layer.params]
        counts = [f"{p.count:,}" for p in layer.params]
        fans_in = ["" if p.fan_in is None else f"{p.fan_in:,}" for p in layer.params]
        fans_out = ["" if p.fan_out is None else f"{p.fan_out:,}" for p in layer.params]
        # One line a parameter; the layer and its tops stand beside the first ones.
        for row in range(max(1, len(tops), len(params))):
            first = (layer.name, layer.type) if row == 0 else ("", "")
            cells = [
                *first,
                *(_at(x, row) for x in (tops, params, counts, fans_in, fans_out, starts)),
            ]
            table.add_row(*(Text(_plain(cell)) for cell in cells))
    return table


def _narrow_lines(net: fk.Net, width: int) -> Iterator[str]:
    """The same for a terminal that the table does not fit: a line a layer, a line a parameter."""
    for layer in net.layers:
        tops = ", ".join(f"{name} {_shape(shape)}" for name, shape in layer.tops)
        line = _plain(f"{layer.name}  {layer.type}  {tops}")
        yield from wrap(line, width, subsequent_indent=" " * 4)
        for param in layer.params:
            fans = (
                "" if param.fan_in is None else f"fan in {param.fan_in:,}, out {param.fan_out:,}; "
            )
            line = (
                f"{param.name} {_shape(param.shape)}: {param.count:,}; {fans}{_starts(net, param)}"
            )
            yield from wrap(_plain(line), width, initial_indent="  ", subsequent_indent=" " * 6)


def _starts(net: fk.Net, param: fk.ParamBlob) -> str:
    if param.owner is not None:
        return f"shared with {_owner(net, param.owner)}"
    return str(param.distribution)


def _plain(text: str) -> str:
    """A name may hold anything; a line break or an escape in it must not reach the terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _at(cells: list[str], row: int) -> str:
    return cells[row] if row < len(cells) else ""


def _shape(shape: Sequence[int]) -> str:
    return "x".join(map(str, shape)) or "scalar"
