"""``fillerkit stats``: what the values of a weight file are like."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from math import isnan, sqrt
from textwrap import wrap
from typing import Any

import click

import fillerkit as fk
from fillerkit.cli.options import load_weights, read_argument, takes_asked
from fillerkit.cli.printing import (
    finite,
    hand_out_json,
    many,
    print_line,
    print_table,
    say,
    say_lines,
    shown,
    tell,
    terminal_width,
)
from fillerkit.errors import some
from fillerkit.nets.asked import Asked
from fillerkit.printable import printable

_HEIGHT = 4  # lines of a histogram
_BLOCKS = " ▁▂▃▄▅▆▇█"
_ASCII = " .:#"  # where the stream's encoding has no blocks


@click.command("stats")
@click.argument("file", metavar="FILE")
@click.option(
    "--net",
    metavar="NET",
    help="Hold the values against what the prototxt NET fills them with, in place of what FILE "
    "records; the options below go with it.",
)
@click.option("--hist", is_flag=True, help="Draw how the values of every blob are spread.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@takes_asked
def command(file: str, net: str | None, hist: bool, as_json: bool, asked: Asked) -> None:
    """Show count, mean, std, least and greatest of every blob in the weight file FILE.

    Mean, std, least and greatest are of the finite values. Beside them stands what the blob was
    filled with, where FILE records it or --net tells; a mean or std that is more than six standard
    errors from that is no chance, and is said in words.

    \b
    Examples:
      fillerkit stats lenet.npz --hist
      fillerkit stats trained.caffemodel --net train_val.prototxt \\
          --shape data=1,3,227,227
    """
    blobs = load_weights(file)
    loaded = _load_net(net, asked)
    found = fk.stats(blobs, loaded)
    if loaded is not None:
        tell((*loaded.notes, *_missing(loaded, found)))
    width = terminal_width()
    if as_json:
        data = [_as_data(blob, width - 2 if hist else None) for blob in found]
        hand_out_json({"file": file, "origin": blobs.origin, "blobs": data})
        return
    say(_title(file, blobs), bold=True)
    columns, rows = _table(found)
    print_table(
        columns,
        rows,
        right=("count", "mean", "std", "least", "greatest", "zeros"),
        narrow=lambda width: _narrow_lines(found, width),
    )
    if hist:
        for blob in found:
            say_lines(["", *_histogram(blob, width - 2)])
        say("")
    print_line(_total(found, loaded))


def _load_net(net: str | None, asked: Asked) -> fk.Net | None:
    if net is not None:
        return fk.load_net(read_argument(net), **asked)
    of_file = ("encoding", "proto")
    if any(value for name, value in asked.items() if name not in of_file):
        raise fk.UsageError("options that tell of a net need the net: --net NET")
    return None


def _missing(net: fk.Net, found: Sequence[fk.BlobStatistics]) -> Iterator[str]:
    """What keeps blobs from being held against a net."""
    params = {
        (layer.key, index): param
        for layer in net.layers
        for index, param in enumerate(layer.params)
    }
    for blob in found:
        param = params.get((blob.layer, blob.index))
        if param is None:
            yield f"the net has no blob {_key(blob)}"
        elif param.shape != blob.values.shape:
            yield f"{_key(blob)} is {shown(param.shape)} in the net, not {shown(blob.values.shape)}"


def _title(file: str, blobs: fk.Blobs) -> str:
    origin = blobs.origin
    said = [origin["net"]] if origin.get("net") else []
    said += [f"{key} {origin[key]}" for key in ("phase", "seed") if key in origin]
    return f"{file}: {', '.join(map(str, said))}" if said else file


def _table(found: Sequence[fk.BlobStatistics]) -> tuple[list[str], list[list[str]]]:
    """Columns and rows; columns that would be empty are left out."""
    columns = ["blob", "values", "count", "mean", "std", "least", "greatest", "zeros"]
    told = any(blob.theory is not None for blob in found)
    odd = any(blob.oddities for blob in found)
    columns += ["filled with"] * told + ["odd"] * odd
    rows = []
    for blob in found:
        of = blob.found
        numbers = [_number(x) for x in (of.mean, of.std, of.low, of.high)]
        row = [_key(blob), _what(blob), f"{of.count:,}", *numbers, _zeros(of)]
        row += [blob.theory.words if blob.theory else ""] * told
        row += ["; ".join(blob.oddities)] * odd
        rows.append(row)
    return columns, rows


def _narrow_lines(found: Sequence[fk.BlobStatistics], width: int) -> Iterator[str]:
    """The same for a terminal that the table does not fit: a few lines a blob."""
    for blob in found:
        of = blob.found
        line = printable(f"{_key(blob)}  {_what(blob)}")
        yield from wrap(line, width, subsequent_indent=" " * 4)
        lines = [f"{many(of.count, 'value')}; {_spread(of)}"]
        if blob.theory is not None:
            lines.append(f"filled with {blob.theory.words}")
        if blob.oddities:
            lines.append(f"odd: {'; '.join(blob.oddities)}")
        for line in lines:
            yield from wrap(printable(line), width, initial_indent="  ", subsequent_indent=" " * 6)


def _spread(of: fk.Statistics) -> str:
    if not of.finite:
        return "none of them finite" if of.count else "nothing in it"
    zeros = f"{_zeros(of)} zeros" if of.zeros else "no zeros"
    return f"mean {of.mean:.4g}, std {of.std:.4g}, {of.low:.4g} to {of.high:.4g}, {zeros}"


def _total(found: Sequence[fk.BlobStatistics], net: fk.Net | None) -> str:
    count = sum(blob.found.count for blob in found)
    odd = [blob for blob in found if blob.oddities]
    untold = [blob for blob in found if blob.theory is None]
    said = "nothing odd" if not odd else f"odd: {some([_key(blob) for blob in odd])}"
    if found and len(untold) == len(found):
        said += "; nothing tells what they were filled with" + ("" if net else ", --net NET would")
    elif untold:
        said += f"; nothing tells what {some([_key(blob) for blob in untold])} was filled with"
    return f"{many(len(found), 'blob')}, {count:,} values; {said}"


def _key(blob: fk.BlobStatistics) -> str:
    return f"{blob.layer}/{blob.index}"


def _what(blob: fk.BlobStatistics) -> str:
    """Name and shape, and the type where it is not the usual one."""
    dtype = blob.values.dtype.name
    words = [blob.name, shown(blob.values.shape), dtype if dtype != "float32" else ""]
    shared = ", ".join(f"{alias.layer}/{alias.index}" for alias in blob.aliases)
    words.append(f"(and {shared})" if shared else "")
    return " ".join(word for word in words if word)


def _number(value: float) -> str:
    return "" if isnan(value) else f"{value:.4g}"


def _zeros(of: fk.Statistics) -> str:
    if of.zeros in (0, of.count):
        return "all" if of.zeros else "0"
    return f"{100 * of.zeros / of.count:.3g}%"


def _histogram(blob: fk.BlobStatistics, width: int) -> Iterator[str]:
    """A picture of how many values lie where, `width` wide and indented by 2."""
    of = blob.found
    title = f"{_key(blob)}  {_what(blob)}"
    if not of.finite or of.low == of.high:
        yield f"{title}: " + (f"all {of.low:.4g}" if of.finite else _spread(of))
        return
    bins, columns = _bins(of.finite, width)
    counts = blob.histogram(bins)
    yield f"{title}: up to {many(max(counts), 'value')} a bar"
    marks = _marks()
    steps = len(marks) - 1
    heights = [-(-count * _HEIGHT * steps // max(counts)) for count in counts]
    for row in reversed(range(_HEIGHT)):
        levels = (min(max(height - row * steps, 0), steps) for height in heights)
        yield "  " + "".join(marks[level] * columns for level in levels).rstrip()
    yield "  " + _axis(of.low, of.high, bins * columns)


def _bins(count: int, width: int) -> tuple[int, int]:
    """How many bars, and how wide each: few and wide ones for few values, which say no more."""
    wanted = max(8, round(2 * sqrt(count)))
    columns = max(1, -(-width // wanted))
    return max(1, width // columns), columns


def _marks() -> str:
    """From nothing to a full character, of those that standard output can encode."""
    try:
        _BLOCKS.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return _ASCII
    return _BLOCKS


def _axis(low: float, high: float, width: int) -> str:
    """Least and greatest at the ends, and 0 at its place if there is room."""
    left, right = f"{low:.4g}", f"{high:.4g}"
    line = f"{left}{right:>{max(1, width - len(left))}}"
    if low < 0 < high:
        zero = int(-low / (high / width - low / width))
        if line[max(0, zero - 1) : zero + 2] == "   ":
            line = f"{line[:zero]}0{line[zero + 1 :]}"
    return line


def _as_data(blob: fk.BlobStatistics, bins: int | None) -> dict[str, Any]:
    """Everything that is printed of a blob, for a program."""
    of, theory = blob.found, blob.theory
    data: dict[str, Any] = {
        "key": _key(blob),
        "name": blob.name,
        "shape": blob.values.shape,
        "dtype": blob.values.dtype.name,
        "shared_by": [f"{alias.layer}/{alias.index}" for alias in blob.aliases],
        "count": of.count,
        "zeros": of.zeros,
        "nans": of.nans,
        "infinities": of.infinities,
        "mean": finite(of.mean),
        "std": finite(of.std),
        "kurtosis": finite(of.kurtosis),
        "least": finite(of.low),
        "greatest": finite(of.high),
        "theory": None
        if theory is None
        else {"words": theory.words, "mean": finite(theory.mean), "std": finite(theory.std)},
        "odd": blob.oddities,
    }
    if bins is not None:
        data["histogram"] = blob.histogram(bins) if of.finite else []
    return data
