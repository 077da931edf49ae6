"""Arguments that several commands take: a net, and what tells its layers and shapes."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

import fillerkit as fk

Command = TypeVar("Command", bound=Callable[..., Any])


class _Shape(click.ParamType):
    """``NAME=D,D,...`` as (name, lengths)."""

    name = "shape"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, tuple[int, ...]]:
        blob, equals, lengths = str(value).rpartition("=")
        if not (blob and equals and re.fullmatch(r"\d+([,x]\d+)*", lengths)):
            self.fail(f"{value!r} is not NAME=D,D,... like data=64,1,28,28", param, ctx)
        return blob, tuple(int(length) for length in re.split("[,x]", lengths))


def net_options(command: Command) -> Command:
    """Add the NET argument and the options that choose its layers and shapes."""
    for option in reversed(
        [
            click.argument("net", metavar="NET", type=click.Path(allow_dash=True)),
            click.option(
                "--phase",
                type=click.Choice(["train", "test"], case_sensitive=False),
                help="Which layers take part.  [default: the net's own state, else train]",
            ),
            click.option("--level", type=int, help="The level of the net's state."),
            click.option(
                "--stage", "stages", multiple=True, help="A stage of the net's state; repeatable."
            ),
            click.option(
                "--shape",
                "shapes",
                type=_Shape(),
                metavar="NAME=D,D,...",
                multiple=True,
                help="The shape of a blob that a data or input layer makes, as in "
                "data=64,1,28,28; repeatable.",
            ),
        ]
    ):
        command = option(command)
    return command


def load(
    net: str,
    phase: str | None,
    level: int | None,
    stages: Sequence[str],
    shapes: Sequence[tuple[str, tuple[int, ...]]],
) -> fk.Net:
    """Read the net that the options of `net_options` name; notes on it go to stderr."""
    text = net
    if net == "-":
        # A line break tells a text from a path.
        text = sys.stdin.buffer.read().decode("utf-8", "surrogateescape") + "\n"
    loaded = fk.load_net(text, phase=phase, level=level, stages=stages, shapes=dict(shapes))
    for note in loaded.notes:
        click.echo(f"note: {note}", err=True)
    return loaded
