"""What is offered for a value of the command line: a net's layers, fillers, types, files.

Of a net the syntax is read and no more; of a weight file nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeAlias

import click
from click.shell_completion import CompletionItem

import fillerkit as fk
from fillerkit.formats import FORMATS
from fillerkit.printable import printable
from fillerkit.prototxt.source import Source
from fillerkit.prototxt.text import Field, parse
from fillerkit.regular_file import open_regular

Offer: TypeAlias = Callable[[click.Context, str], list[CompletionItem]]
Names: TypeAlias = Callable[[click.Context], Iterable[str]]

PART = "part"
"""The type of an item behind which more is to be typed, so that no space follows."""
LARGE = 2**20
"""A net of more bytes is not read: it would take more than a moment."""


def offer_of(command: str, param: click.Parameter) -> Offer | None:
    """What is offered for a value, or None where click knows itself, as of a choice."""
    if isinstance(param.type, click.Choice):
        return None
    return _OF_COMMANDS.get((command, param.name or "")) or _OFFERS.get(param.metavar or "")


def _items(offered: Iterable[str], incomplete: str) -> list[CompletionItem]:
    """Those that go on from what is begun; a name that could not be shown is not offered."""
    return [
        CompletionItem(value, type=PART if value.endswith(("=", "/")) else "plain")
        for value in offered
        if value.startswith(incomplete) and value == printable(value)
    ]


def _file(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
    """Whatever file the shell finds."""
    return [CompletionItem(incomplete, type="file")]


def _name(names: Names) -> Offer:
    return lambda ctx, incomplete: _items(names(ctx), incomplete)


def _pair(left: Names, right: Names, sign: str = "=") -> Offer:
    """``LEFT=RIGHT``; with another `sign` what is offered on the right begins behind it."""

    def offer(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        if "=" not in incomplete:
            return _items((f"{name}=" for name in left(ctx)), incomplete)
        before, found, _ = incomplete.rpartition(sign)
        return _items((before + sign + name for name in right(ctx)), incomplete) if found else []

    return offer


def _new_file(*suffixes: str) -> Offer:
    """A file to be written: the name that is begun, else the net's, with each suffix; folders."""

    def offer(ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        slash = incomplete.rfind("/") + 1
        folder, name = incomplete[:slash], incomplete[slash:]
        stem = (name.rpartition(".")[0] or name) or (path.stem if (path := _net_path(ctx)) else "")
        here = sorted(path.name for path in Path(folder or ".").iterdir() if path.is_dir())
        folders = [entry + "/" for entry in here if entry.startswith(".") <= name.startswith(".")]
        files = [stem + suffix for suffix in suffixes if stem]
        return _items((folder + entry for entry in [*files, *folders]), incomplete)

    return offer


def _net_path(ctx: click.Context) -> Path | None:
    """The net of the command line so far, which click has not sorted before an open option."""
    given = ctx.params.get("net") or next((word for word in ctx.args if word[:1] != "-"), None)
    return Path(given) if given else None


def _layers(ctx: click.Context) -> Iterator[Field]:
    """The layers of the net, of a solver's too, each as its text."""
    path = _net_path(ctx)
    if path is None:
        return
    root = _read(path)
    net = root.find("net") or root.find("train_net")
    if net and not root.find("layer") and not root.find("layers"):
        beside = path.parent / net.literal
        root = _read(beside if beside.exists() else Path(net.literal))
    for field in root.fields:
        if field.name in ("layer", "layers"):
            yield field.find("layer") or field  # V0 has a layer within each of its layers


def _read(path: Path) -> Field:
    with open_regular(path) as file:
        data = file.read(LARGE + 1)
    if len(data) > LARGE:
        raise ValueError("too large")
    return parse(Source(str(path), data.decode("utf-8", "surrogateescape")))


def _values(layer: Field, name: str) -> list[str]:
    return [field.literal for field in layer.fields if field.name == name]


def _layer_names(ctx: click.Context) -> Iterable[str]:
    return dict.fromkeys(name for layer in _layers(ctx) for name in _values(layer, "name"))


def _layers_and_types(ctx: click.Context) -> Iterable[str]:
    types = (name for layer in _layers(ctx) for name in _values(layer, "type"))
    return dict.fromkeys([*_layer_names(ctx), *types])


def _outside_blobs(ctx: click.Context) -> Iterable[str]:
    """The blobs whose shapes may have to be said: of layers without a bottom, or of no layer."""
    made: set[str] = set()
    outside: list[str] = []
    for layer in _layers(ctx):
        bottoms, tops = _values(layer, "bottom"), _values(layer, "top")
        outside += [name for name in bottoms if name not in made] if bottoms else tops
        made.update(bottoms, tops)
    return dict.fromkeys(outside)


def _blobs(ctx: click.Context) -> Iterable[str]:
    return dict.fromkeys(name for layer in _layers(ctx) for name in _values(layer, "top"))


def _methods(ctx: click.Context) -> Iterable[str]:
    from fillerkit.adapting.adapt import METHODS

    return METHODS


def _fillers(ctx: click.Context) -> Iterable[str]:
    return fk.filler_types.names()


def _types(ctx: click.Context) -> Iterable[str]:
    return fk.layer_types.names()


def _types_to_read_as(ctx: click.Context) -> Iterable[str]:
    return [*_types(ctx), "unknown"]


def _nothing(ctx: click.Context) -> Iterable[str]:
    return ()


_weights = _new_file(*(suffixes[0] for suffixes in FORMATS.values()))
_picture = (".svg", ".png", ".pdf")

# By what stands for the value in the help.
_OFFERS: dict[str, Offer] = {
    "OUT": _weights,
    "NAME=D,D,...": _pair(_outside_blobs, _nothing),
    "LAYER=DxD:FILLER": _pair(_layer_names, _fillers, ":"),
    "PATTERN=FILLER": _pair(_layer_names, _fillers),
    "TYPE=TYPE": _pair(_layers_and_types, _types_to_read_as),
    "OLD=NEW": _pair(_layer_names, _layer_names),
    "PATTERN": _name(_layer_names),
    "BLOB": _name(_blobs),
    "METHOD": _name(_methods),
    "FILLER": _name(_fillers),
    **dict.fromkeys(("FILE", "NET", "A", "B", "OLD", "NEW", "WEIGHTS"), _file),
    **dict.fromkeys(("NET2 WEIGHTS2", "[NAME=]PATH"), _file),
    **dict.fromkeys(("NAME", "ADDRESS", "N", "X"), _name(_nothing)),
}
# By command and parameter, before those.
_OF_COMMANDS: dict[tuple[str, str], Offer] = {
    ("convert", "b"): _weights,
    ("draw", "output"): _new_file(*_picture, ".dot"),
    ("export", "output"): _new_file(".onnx"),
    ("fillers", "name"): _name(_fillers),
    ("layers", "name"): _name(_types),
    ("report", "output"): _new_file(".html"),
    ("signal", "picture"): _new_file(*_picture),
    ("transfer", "output"): _weights,
}
