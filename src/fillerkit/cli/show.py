"""``fillerkit show``: a net's layers, and what their parameters start as."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from textwrap import wrap
from typing import Any

import click

import fillerkit as fk
from fillerkit.cli.options import takes_net
from fillerkit.cli.printing import finite, hand_out_json, many, print_table, say, shown
from fillerkit.printable import printable

_WIDE = 120  # characters; a narrower terminal gets lines in place of the table
_COLUMNS = ("layer", "type", "top", "parameters", "count", "fan in", "fan out", "starts as")
_OF_RATES = ("layer", "type", "parameters", "count", "lr_mult", "decay_mult", "learned")


@click.command("show")
@takes_net
@click.option(
    "--rates",
    is_flag=True,
    help="Show what a solver multiplies its learning rate and its weight decay with for each "
    "parameter, and which are frozen, in place of shapes and fillers.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs: all of both.")
def command(
    net: fk.Net,
    rates: bool,
    as_json: bool,
) -> None:
    """Show every layer of NET: tops, parameters with fan-in and fan-out, and how they start.

    Nothing is filled: mean and std are those of the distribution that a filler means. Into a pipe,
    every line is whole and without colour.

    \b
    Examples:
      fillerkit show train_val.prototxt
      fillerkit show solver.prototxt --rates
    """
    if as_json:
        hand_out_json(as_data(net))
        return
    say(_title(net), bold=True)
    if rates:
        _print_rates(net)
        return
    print_table(
        _COLUMNS,
        list(_rows(net)),
        right=("count", "fan in", "fan out"),
        narrow=lambda width: _narrow_lines(net, width),
        wide=_WIDE,
    )
    say(_totals(net))


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
        field.name: finite(value)
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
            "mean": finite(distribution.mean),
            "std": finite(distribution.std),
            "words": str(distribution),
        },
        "shared_with": None if param.owner is None else _owner(net, param.owner),
    }


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
        f"{many(len(net.layers), 'layer')}, {many(len(blobs), 'parameter blob')}{tail}; "
        f"{net.count:,} parameters, {_size(4 * net.count)} in float32"
    )


def _print_rates(net: fk.Net) -> None:
    """What is learned of each layer with parameters, and how much of all is not."""
    learned = [(layer, p, _learned(net, layer, p)) for layer in net.layers for p in layer.params]
    rows = [
        [
            layer.name if param is layer.params[0] else "",
            layer.type if param is layer.params[0] else "",
            f"{param.name} {shown(param.shape)}",
            f"{param.count:,}",
            f"{param.lr_mult:g}",
            f"{param.decay_mult:g}",
            said,
        ]
        for layer, param, said in learned
    ]
    print_table(
        _OF_RATES,
        rows,
        right=("count", "lr_mult", "decay_mult"),
        narrow=lambda width: _narrow_rates(rows, width),
    )
    counts = dict.fromkeys(("yes", _FROZEN, _GATHERED), 0)
    for _, param, said in learned:
        if param.owner is None:
            counts[said] += param.count
    say(
        f"{net.count:,} parameters: {counts['yes']:,} learned, {counts[_FROZEN]:,} frozen, "
        f"{counts[_GATHERED]:,} gathered in training"
    )


_FROZEN, _GATHERED = "no, frozen", "no, gathered"


def _learned(net: fk.Net, layer: fk.Layer, param: fk.ParamBlob) -> str:
    """Whether a solver changes a parameter."""
    if param.owner is not None:
        return f"with {_owner(net, param.owner)}"
    if param.name in layer.traits.statistics:
        return _GATHERED
    return "yes" if param.lr_mult else _FROZEN


def _narrow_rates(rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """The same for a terminal that the table does not fit."""
    for name, kind, param, count, lr_mult, decay_mult, learned in rows:
        if name:
            yield from wrap(printable(f"{name}  {kind}"), width, subsequent_indent=" " * 4)
        line = f"{param}: {count}; lr_mult {lr_mult}, decay_mult {decay_mult}; learned: {learned}"
        yield from wrap(printable(line), width, initial_indent="  ", subsequent_indent=" " * 6)


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:.4g} {unit}"
        count /= 1000
    raise AssertionError


def _rows(net: fk.Net) -> Iterator[list[str]]:
    """The cells of the table, a line a parameter; a layer and its tops stand beside the first."""
    for layer in net.layers:
        tops = [f"{name} {shown(shape)}" for name, shape in layer.tops]
        params = [f"{p.name} {shown(p.shape)}" for p in layer.params]
        starts = [_starts(net, param) for param in layer.params]
        counts = [f"{p.count:,}" for p in layer.params]
        fans_in = ["" if p.fan_in is None else f"{p.fan_in:,}" for p in layer.params]
        fans_out = ["" if p.fan_out is None else f"{p.fan_out:,}" for p in layer.params]
        for row in range(max(1, len(tops), len(params))):
            first = (layer.name, layer.type) if row == 0 else ("", "")
            yield [
                *first,
                *(_at(x, row) for x in (tops, params, counts, fans_in, fans_out, starts)),
            ]


def _narrow_lines(net: fk.Net, width: int) -> Iterator[str]:
    """The same for a terminal that the table does not fit: a line a layer, a line a parameter."""
    for layer in net.layers:
        tops = ", ".join(f"{name} {shown(shape)}" for name, shape in layer.tops)
        line = printable(f"{layer.name}  {layer.type}  {tops}")
        yield from wrap(line, width, subsequent_indent=" " * 4)
        for param in layer.params:
            fans = (
                "" if param.fan_in is None else f"fan in {param.fan_in:,}, out {param.fan_out:,}; "
            )
            line = (
                f"{param.name} {shown(param.shape)}: {param.count:,}; {fans}{_starts(net, param)}"
            )
            yield from wrap(printable(line), width, initial_indent="  ", subsequent_indent=" " * 6)


def _starts(net: fk.Net, param: fk.ParamBlob) -> str:
    if param.owner is not None:
        return f"shared with {_owner(net, param.owner)}"
    return str(param.distribution)


def _at(cells: list[str], row: int) -> str:
    return cells[row] if row < len(cells) else ""
