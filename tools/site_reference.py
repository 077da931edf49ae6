"""The pages of the site that are made from the code: the API, the command line, the layers."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import click

import fillerkit as fk
from fillerkit import cli
from fillerkit.layers.registry import LayerType

# The pages of the API: a title, and which rooms of `fillerkit` have the names.
API = {
    "nets": ("Nets", "nets prototxt"),
    "values": ("Values and weight files", "blobs filling"),
    "types": ("Fillers and layer types", "fillers layers"),
    "looking": ("Looking at a net", "checks signals drawing reports"),
    "adapting": ("Starts that look at data", "adapting"),
    "surgery": ("BatchNorm folded", "merging"),
    "data": ("Data", "reading"),
    "random": ("Streams of draws", "random"),
    "errors": ("Errors", "errors version"),
}
# Modules with names of their own; of `fillerkit.pycaffe`, docs/pycaffe.md tells more.
MODULES = ("torch", "onnx", "dask", "pycaffe")

LAYERS = """# Layers

All layer types that are read, as `fillerkit layers` lists them. *Blobs* are the parameters, as far
as their names do not depend on the layer's text. *Runs*: in PyTorch (`fillerkit.torch.module`,
`fillerkit signal`, `fillerkit.pycaffe`); "data" are sources, which are read, or given.
"""


def pages() -> dict[str, str]:
    """Every page, by its path on the site."""
    found = {f"api/{page}.md": _api(title, names(rooms)) for page, (title, rooms) in API.items()}
    for module in MODULES:
        package = f"fillerkit.{module}"
        found[f"api/{module}.md"] = _api(package, _imported(package), package)
    return {**found, "layers.md": layers(), "command-line.md": command_line()}


def names(rooms: str) -> list[str]:
    """The public names of `fillerkit` that live in these rooms, functions first."""
    where = {name: module.split(".")[1] for name, module in vars(fk)["_WHERE"].items()}
    found = [name for room in rooms.split() for name in where if where[name] == room]
    return sorted(found, key=lambda name: not name[0].islower())


def layers() -> str:
    """The tables of all layer types: Caffe's, then the forks'."""
    from fillerkit.running import operations

    runs = set(operations.names())
    kinds = [kind for kind in fk.layer_types if kind.plan.__module__.startswith("fillerkit.")]
    forks = [kind for kind in kinds if _of_forks(kind)]
    caffes = [kind for kind in kinds if not _of_forks(kind)]
    parts = [LAYERS]
    for title, members in (("Caffe 1.0's", caffes), ("Forks'", forks)):
        rows = [_row(kind, runs) for kind in sorted(members, key=lambda kind: kind.name.lower())]
        parts.append(
            f"## {title}\n\n| type | what it does | blobs | runs |\n| --- | --- | --- | --- |"
        )
        parts.append("\n".join(rows) + "\n")
    return "\n".join(parts)


def _of_forks(kind: LayerType) -> bool:
    """Whether Caffe 1.0 does not have a type: it is in `forks`, but for two."""
    return kind.plan.__module__.startswith("fillerkit.layers.forks.") != (
        kind.name in ("DepthwiseConvolution", "Python")
    )


def _row(kind: LayerType, runs: set[str]) -> str:
    blobs = kind.traits.blobs
    named = "by its text" if callable(blobs) else ", ".join(f"`{name}`" for name in blobs)
    run = "data" if kind.source else "yes" if kind.name in runs else "no"
    does = kind.summary.replace("``", "`").replace("|", "\\|")
    return f"| `{kind.name}` | {does} | {named} | {run} |"


def command_line() -> str:
    """What ``--help`` says of every command, as a page."""
    context = click.Context(cli.fillerkit, info_name="fillerkit")
    parts = ["# Command line", *_help(cli.fillerkit, context)]
    for name in cli.fillerkit.list_commands(context):
        command = cli.fillerkit.get_command(context, name)
        assert command is not None
        parts.append(f"## fillerkit {name}")
        parts += _help(command, click.Context(command, info_name=name, parent=context))
    return "\n\n".join(parts) + "\n"


def _help(command: click.Command, context: click.Context) -> Iterator[str]:
    """The parts of a command's help: usage, paragraphs, lines kept as they are, options."""
    usage = " ".join([context.command_path, *command.collect_usage_pieces(context)])
    yield f"```text\n{usage}\n```"
    for paragraph in inspect.cleandoc(command.help or "").split("\n\n"):
        if not paragraph.startswith("\b"):
            yield paragraph
            continue
        head, _, lines = paragraph.removeprefix("\b\n").partition("\n")
        yield f"{head}\n\n```text\n{inspect.cleandoc(lines)}\n```"
    records = [param.get_help_record(context) for param in command.get_params(context)]
    rows = [f"| `{names}` | {_cell(said)} |" for names, said in filter(None, records) if said]
    yield "\n".join(["| option | what it does |", "| --- | --- |", *rows])


def _cell(text: str) -> str:
    """A text in a cell of a table, nothing in it read as Markdown."""
    return re.sub(r"([\\|*<\[_`])", r"\\\1", " ".join(text.split()))


def _api(title: str, public: list[str], package: str = "fillerkit") -> str:
    """A page of names with their docstrings; a module's own comes first."""
    parts = [f"# {title}\n"]
    if package != "fillerkit":
        source = Path(find_spec(package).origin)  # type: ignore[union-attr,arg-type]
        parts.append(f"{ast.get_docstring(ast.parse(source.read_text()))}\n")
    parts += [f"::: {package}.{name}\n" for name in public]
    return "\n".join(parts)


def _imported(package: str) -> list[str]:
    """A module's functions, and the names that it has as its own (``import y as y``)."""
    source = Path(find_spec(package).origin)  # type: ignore[union-attr,arg-type]
    found = []
    for node in ast.walk(ast.parse(source.read_text())):
        if isinstance(node, ast.ImportFrom):
            found += [alias.name for alias in node.names if alias.asname == alias.name]
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            found.append(node.name)
    return found
