"""``fillerkit diff``: two weight files held against each other."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import click

import fillerkit as fk
from fillerkit.cli.options import encoding_option, load_weights, proto_option
from fillerkit.cli.printing import finite, hand_out_json, many, print_line, shown


@click.command("diff")
@click.argument("a", metavar="A")
@click.argument("b", metavar="B")
@click.option(
    "--tolerance",
    type=click.FloatRange(min=0),
    metavar="X",
    help="Allow values to differ by X; with 0 they have to be equal as numbers.",
)
@click.option(
    "--ulp",
    type=click.IntRange(min=0),
    metavar="N",
    help="Allow values to be N units in the last place apart. With --tolerance too, a value has "
    "to meet one of the two.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@encoding_option
@proto_option
def command(
    a: str,
    b: str,
    tolerance: float | None,
    ulp: int | None,
    as_json: bool,
    encoding: str | None,
    proto: str | None,
) -> None:
    """Compare the weight files A and B, of any formats, blob by blob and bit by bit.

    Blobs belong together by layer name and index. A line for each that is not the same says in what
    and by how much. The exit code is 0 where all blobs are equal (or as close as is allowed), 1
    where they differ, 2 where something went wrong.

    \b
    Examples:
      fillerkit diff lenet.npz lenet.caffemodel
      fillerkit diff mine.npz theirs.caffemodel --tolerance 1e-6
    """
    found = fk.compare(load_weights(a), load_weights(b), tolerance=tolerance, ulp=ulp)
    if as_json:
        hand_out_json(_as_data(found))
    else:
        for line in _lines(found):
            print_line(line)
    if not found.close:
        sys.exit(1)


def _lines(found: fk.Comparison) -> Iterator[str]:
    beyond = [difference for difference in found.differences if not difference.allowed]
    for difference in beyond:
        yield _line(difference)
    within = [difference for difference in found.differences if difference.allowed]
    changed = sum(d.values.beyond for d in beyond if d.values)
    whole = f"{many(found.blobs, 'blob')}, {found.count:,} values"
    some = f"{many(len(within), 'blob')} {'differs' if len(within) == 1 else 'differ'}"
    if found.equal:
        yield f"equal: {whole}, bit for bit"
    elif found.close:
        most = max((d.values.largest for d in within if d.values), default=0.0)
        yield f"close: {whole}; {some} as far as is allowed, by {most:.4g} at most"
    else:
        rest = f"; {some} as far as is allowed" if within else ""
        yield (
            f"differ: {len(beyond):,} of {many(found.blobs, 'blob')}, "
            f"{changed:,} of {found.count:,} values"
            f"{' that both have' if _alone(found) else ''}{rest}"
        )
    if not found.close and found.origin:
        yield f"made from: {'; '.join(map(_origin, found.origin, found.origin.values()))}"


def _alone(found: fk.Comparison) -> bool:
    """Whether there are values that cannot be held against others."""
    return any(difference.values is None for difference in found.differences)


def _line(difference: fk.Difference) -> str:
    shape_a, shape_b = difference.shapes
    blob = f"{difference.layer}/{difference.index}"
    if difference.name:
        blob += f" {difference.name}"
    if difference.shared_by:
        blob += f" (and {', '.join(f'{layer}/{i}' for layer, i in difference.shared_by)})"
    if shape_a is None or shape_b is None:
        side, shape = ("B", shape_b) if shape_a is None else ("A", shape_a)
        return f"{blob}: only in {side}, {shown(shape or ())}"
    said = []
    if shape_a != shape_b:
        said.append(f"shape {shown(shape_a)} against {shown(shape_b)}")
    if difference.dtypes[0] != difference.dtypes[1]:
        said.append(f"dtype {difference.dtypes[0]} against {difference.dtypes[1]}")
    if difference.values is not None:
        said.append(_values(difference.values))
    return f"{blob}: {'; '.join(said)}"


def _values(values: fk.ValueDifference) -> str:
    """How many differ, by how much and where, and what either blob is like."""
    said = f"{values.count:,} of {values.a.count:,} values differ"
    if values.largest == 0:
        return f"{said} in their bits only (the sign of a zero, or a NaN's)"
    if values.beyond != values.count:
        said += f", {values.beyond:,} by more than is allowed"
    said += "" if values.nans else f"; at most by {values.largest:.4g}"
    if values.at:
        said += f"{'; first' if values.nans else ','} at [{', '.join(map(str, values.at))}]"
    said += f": {values.pair[0]:.9g} against {values.pair[1]:.9g}"
    if values.nans:
        said += f"; {values.nans:,} are not a number on one side only"
    elif values.ulp is not None:
        said += f"; {values.ulp:,} ULP at most"
    a, b = values.a, values.b
    return f"{said}; mean {a.mean:.4g} against {b.mean:.4g}, std {a.std:.4g} against {b.std:.4g}"


def _origin(key: str, pair: tuple[Any, Any]) -> str:
    if key == "sha256":
        return "another prototxt"
    return f"{key} {_said(pair[0])} against {_said(pair[1])}"


def _said(value: Any) -> str:
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value)


def _as_data(found: fk.Comparison) -> dict[str, Any]:
    """Everything that is printed, for a program."""
    return {
        "equal": found.equal,
        "close": found.close,
        "blobs": found.blobs,
        "values": found.count,
        "differences": [_difference_data(difference) for difference in found.differences],
        "origin": {key: list(pair) for key, pair in found.origin.items()},
    }


def _difference_data(difference: fk.Difference) -> dict[str, Any]:
    values = difference.values
    return {
        "key": f"{difference.layer}/{difference.index}",
        "name": difference.name,
        "what": difference.what,
        "allowed": difference.allowed,
        "shapes": difference.shapes,
        "dtypes": difference.dtypes,
        "shared_by": [f"{layer}/{index}" for layer, index in difference.shared_by],
        "values": None
        if values is None
        else {
            "differ": values.count,
            "beyond": values.beyond,
            "largest": finite(values.largest),
            "at": values.at,
            "pair": [finite(value) for value in values.pair],
            "ulp": values.ulp,
            "nans": values.nans,
            "mean": [finite(values.a.mean), finite(values.b.mean)],
            "std": [finite(values.a.std), finite(values.b.std)],
        },
    }
