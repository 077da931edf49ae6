"""``fillerkit check``: everything that is wrong or odd in a net, at once."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator, Sequence

import click

import fillerkit as fk
from fillerkit.cli.choice import Choice
from fillerkit.cli.options import ignore_option, takes_unread_net
from fillerkit.cli.printing import Label, hand_out_json, many, note, say, say_lines, told
from fillerkit.errors import some
from fillerkit.nets.asked import Asked


def _explain(ctx: click.Context, param: click.Parameter, code: str | None) -> None:
    """Print why a warning is one, and end."""
    if code is None or ctx.resilient_parsing:
        return
    say_lines([code, "", *(inspect.getdoc(fk.warnings[code]) or "").splitlines()])
    ctx.exit()


@click.command("check")
@takes_unread_net
@ignore_option
@click.option(
    "--weights",
    metavar="FILE",
    multiple=True,
    help="A weight file that the net starts from: its values are looked at in place of the "
    "fillers, and whether its layers fit; repeatable, the last counts.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 for warnings too.")
@click.option("--verbose", is_flag=True, help="Print every warning, not one line for each code.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@click.option(
    "--explain",
    type=Choice(sorted(fk.warnings)),
    metavar="CODE",
    callback=_explain,
    is_eager=True,
    expose_value=False,
    help="Say why CODE is a warning, and from which source, and do nothing else.",
)
def command(
    net: str,
    asked: Asked,
    ignore: Sequence[str],
    weights: Sequence[str],
    strict: bool,
    verbose: bool,
    as_json: bool,
) -> None:
    """Find all that is wrong or odd in NET, without filling it.

    Errors are what keeps the net from being filled. Warnings, each with its code in brackets, are
    what Caffe accepts and people rarely mean: weights that stay zero, settings that come to
    nothing, a signal that dies. Those of one code are one line, with the first place; --verbose
    prints each. Of a solver, the train net and the test nets are looked at together, unless --phase
    is given. The exit code is 1 with errors, else 0.

    \b
    Examples:
      fillerkit check deploy.prototxt
      fillerkit check train_val.prototxt --ignore xavier-relu --strict
      fillerkit check deploy.prototxt --weights trained.caffemodel
      fillerkit check --explain signal-scale
    """
    report = fk.check(net, ignore=ignore, weights=weights or None, **asked)
    if as_json:
        hand_out_json(_as_data(report))
    else:
        _print(report, verbose)
    if report.problems or (strict and report.warnings):
        sys.exit(1)


def _print(report: fk.Report, verbose: bool) -> None:
    for each in report.net.notes if report.net else ():
        note(each)
    for error in report.problems:
        say(f"{error.place}: " if error.place else "", Label("error", "red"), ": ", error)
    lines = list(_by_code(report.warnings, verbose))
    for found, others in lines:
        said = f": {found.message}{others} [{found.code}]"
        say(f"{found.place}: ", Label("warning", "yellow"), said)
    counts = (
        f"{many(len(report.problems), 'error')}, {many(len(report.warnings), 'warning')}"
        if report.problems or report.warnings
        else "nothing wrong"
    )
    net = report.net
    filled = f"{len(net.layers)} layers, {net.count:,} parameters" if net else "cannot be filled"
    say(f"{counts}; {filled}")
    if report.warnings:
        each = ", --verbose shows each" if any(others for _, others in lines) else ""
        say(f"--explain CODE says why, --ignore CODE silences it{each}")


def _by_code(warnings: Sequence[fk.Finding], verbose: bool) -> Iterator[tuple[fk.Finding, str]]:
    """The warnings to print; with the first of each code goes what to say of the others."""
    if verbose:
        yield from ((found, "") for found in warnings)
        return
    groups: dict[str, list[fk.Finding]] = {}
    for found in warnings:
        groups.setdefault(found.code, []).append(found)
    for first, *others in groups.values():
        layers = dict.fromkeys(found.layer for found in (first, *others) if found.layer)
        lines = dict.fromkeys(str(found.place.line) for found in others)
        where = f"layers {some(list(layers))}" if layers else f"also at line {some(list(lines))}"
        yield first, f" ({len(others) + 1:,} times: {where})" if others else ""


def _as_data(report: fk.Report) -> dict[str, object]:
    """Everything that is printed, for a program."""
    problems = [
        {"file": error.file, "line": error.line, "column": error.column, "message": told(error)}
        for error in report.problems
    ]
    warnings = [
        {
            "code": found.code,
            "file": found.place.file,
            "line": found.place.line,
            "layer": found.layer,
            "message": found.message,
        }
        for found in report.warnings
    ]
    return {"problems": problems, "warnings": warnings}
