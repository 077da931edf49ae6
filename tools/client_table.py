"""What programs made of our files: ``clients.tsv``, and the table of a page that is made of it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from client_runs import Verdict

SEEN = Path(__file__).with_name("clients.tsv")
EQUAL, DIFFERS = "equal", "differs"
Reasons = Mapping[str, Mapping[str, str]]
"""By client and net, or pattern of nets: why the client refuses it or differs."""


@dataclass(frozen=True)
class Seen:
    """What a client made of a net, on a day.

    Attributes
    ----------
    result
        ``equal``, ``differs``, or what the client said when it refused.
    weights
        ``8 of 8`` blobs, or "" where the client shows none.
    outputs
        The largest difference, or "" where the client runs no nets.
    """

    client: str
    net: str
    version: str
    day: str
    result: str
    weights: str
    outputs: str

    def __str__(self) -> str:
        figures = ", ".join(filter(None, (self.weights, self.outputs)))
        return f"{self.client} {self.version}: {self.net}: {self.result} {figures}".rstrip()


def seen(client: str, version: str, day: str, net: str, verdict: Verdict) -> Seen:
    """A verdict as a line."""
    refused = " ".join(verdict.refused.split())
    result = refused or (EQUAL if verdict.right else DIFFERS)
    weights = "" if verdict.equal is None else f"{verdict.equal} of {verdict.of}"
    outputs = f"{verdict.worst:.0e}" if verdict.differences else ""
    return Seen(client, net, version, day, result, weights, outputs)


def read(path: Path) -> list[Seen]:
    """All lines."""
    with open(path, newline="") as file:
        return [Seen(**line) for line in csv.DictReader(file, delimiter="\t")]


def add(path: Path, new: Iterable[Seen]) -> list[Seen]:
    """Put lines in the places of older ones of the same client and net; all of them."""
    lines = {(each.client, each.net): each for each in (*read(path), *new)}
    kept = [lines[key] for key in sorted(lines)]
    with open(path, "w", newline="") as file:
        rows = csv.writer(file, delimiter="\t", lineterminator="\n")
        rows.writerow(column.name for column in fields(Seen))
        rows.writerows(map(astuple, kept))
    return kept


def table(lines: Iterable[Seen], reasons: Reasons, clients: Iterable[str]) -> Iterator[str]:
    """The table, a row for each client and version."""
    yield "| client | nets | weights equal | outputs differ by | other nets |"
    yield "| --- | --- | ---: | ---: | --- |"
    groups: dict[tuple[str, str], list[Seen]] = {}
    for line in lines:
        groups.setdefault((line.client, line.version), []).append(line)
    order = list(clients)
    for (client, version), group in sorted(groups.items(), key=lambda row: order.index(row[0][0])):
        equal = [line for line in group if line.result == EQUAL]
        others: dict[str, list[str]] = {}
        for line in group:
            if line.result != EQUAL:
                others.setdefault(reason(line, reasons) or _figures(line), []).append(line.net)
        cells = (f"{client} {version}", ", ".join(line.net for line in equal), _weights(equal))
        figures = [float(line.outputs) for line in equal if line.outputs]
        worst = f"{max(figures):.0e}" if figures else ""
        text = "<br>".join(f"{', '.join(nets)}: {why}" for why, nets in others.items())
        yield f"| {' | '.join((*cells, worst, text.replace('|', '/')))} |"


def reason(line: Seen, reasons: Reasons) -> str:
    """Why a client refuses a net or differs, or ""."""
    of_client = reasons.get(line.client, {})
    fitting = (why for nets, why in of_client.items() if fnmatchcase(line.net, nets))
    return of_client.get(line.net) or next(fitting, "")


def _figures(line: Seen) -> str:
    if line.result != DIFFERS:
        return line.result
    return f"differs by {line.outputs}" if line.outputs else f"has {line.weights} blobs"


def _weights(lines: Iterable[Seen]) -> str:
    """``8 of 8`` and ``116 of 116`` together."""
    pairs = [line.weights.split(" of ") for line in lines if line.weights]
    sums = [sum(map(int, column)) for column in zip(*pairs, strict=True)]
    return " of ".join(f"{each:,}" for each in sums)
