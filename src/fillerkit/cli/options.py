"""Arguments that several commands take: a net, and what tells its layers and shapes."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import wraps
from pathlib import Path
from typing import Any

import click

import fillerkit as fk
from fillerkit.cli.choice import Choice
from fillerkit.cli.printing import tell
from fillerkit.formats import NAMES
from fillerkit.nets.asked import Asked
from fillerkit.nets.notes import other_notes
from fillerkit.regular_file import is_there


def _parse_shapes(
    ctx: click.Context, param: click.Parameter, values: Sequence[str]
) -> dict[str, tuple[int | None, ...]]:
    """Gather ``NAME=D,D,...`` by name; None for a ``?``."""
    shapes: dict[str, tuple[int | None, ...]] = {}
    for value in values:
        blob, _, lengths = value.rpartition("=")
        if not (blob and re.fullmatch(r"(\d+|\?)([,x](\d+|\?))*", lengths)):
            raise click.BadParameter(
                f"{value!r} is not NAME=D,D,... with a number for each D, like data=64,1,28,28 "
                "(or ? for one that the net tells)"
            )
        if blob in shapes:
            raise click.BadParameter(f"the shape of {blob!r} is given twice")
        shapes[blob] = tuple(
            None if length == "?" else int(length) for length in re.split("[,x]", lengths)
        )
    return shapes


def _parse_params(
    ctx: click.Context, param: click.Parameter, values: Sequence[str]
) -> dict[str, list[str]]:
    """Gather ``LAYER=DxD:FILLER`` by layer."""
    blobs: dict[str, list[str]] = {}
    for value in values:
        layer, equals, blob = value.partition("=")
        if not (layer and equals and blob):
            raise click.BadParameter(f"{value!r} is not LAYER=DxD:FILLER like ip=10x500:xavier")
        blobs.setdefault(layer, []).append(blob)
    return blobs


def parse_pairs(
    form: str,
) -> Callable[[click.Context, click.Parameter, Sequence[str]], dict[str, str]]:
    """A callback that turns each ``A=B`` into an item of a dict; `form` is what it should be."""

    def parse(ctx: click.Context, param: click.Parameter, values: Sequence[str]) -> dict[str, str]:
        pairs: dict[str, str] = {}
        for value in values:
            left, equals, right = value.partition("=")
            if not (left and equals and right):
                raise click.BadParameter(f"{value!r} is not {form}")
            pairs.pop(left, None)  # the order is that of the last ones
            pairs[left] = right
        return pairs

    return parse


class AfterWeights(click.Command):
    """A command whose ``--rename`` speaks of the ``--weights`` before it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Remember the order of the options: click keeps that of each alone."""
        _, _, order = self.make_parser(ctx).parse_args(list(args))
        ctx.meta[_ORDER] = [param.name for param in order]
        return super().parse_args(ctx, args)


_ORDER = "fillerkit.order"


def renames_by_file(renames: Sequence[tuple[str, str]], files: int) -> list[dict[str, list[str]]]:
    """For each file the renames that stand behind it, of the command that runs.

    The first of `files` may be an argument; what stands before any ``--weights`` is for it.
    """
    order: list[str] = click.get_current_context().meta[_ORDER]
    found: list[dict[str, list[str]]] = [{} for _ in range(files)]
    at = first = files - order.count("weights") - 1
    rest = iter(renames)
    for name in order:
        at += name == "weights"
        if name == "rename":
            old, new = next(rest)
            if at == first == -1 and files > 1:
                raise fk.UsageError(
                    f"--rename {old}={new} stands before the first --weights, and there are "
                    f"{files}: put it behind the one whose layer it renames"
                )
            found[max(at, 0)].setdefault(old, []).append(new)
    return found


def _parse_renames(
    ctx: click.Context, param: click.Parameter, values: Sequence[str]
) -> list[tuple[str, str]]:
    """Each ``OLD=NEW`` in order; OLD may come again."""
    pairs = []
    for value in values:
        old, equals, new = value.partition("=")
        if not (old and equals and new):
            raise click.BadParameter(
                f"{value!r} is not OLD=NEW, a layer's name in the file and its new one, like "
                "conv1=left/conv1 or 'conv*=left/conv*'"
            )
        pairs.append((old, new))
    return pairs


def rename_option(what: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """``--rename``; `what` says what it does."""
    return click.option(
        "--rename",
        callback=_parse_renames,
        metavar="OLD=NEW",
        multiple=True,
        help=f"{what}; in a pattern a * stands for any text, as in 'conv*=left/conv*'. Repeatable, "
        "for one layer too, which then goes to each; it holds for the file before it.",
    )


encoding_option = click.option(
    "--encoding",
    metavar="NAME",
    help="What names are in that are not UTF-8, as in gbk or latin-1.  [default: a guess, which is "
    "told]",
)

names_option = click.option(
    "--names",
    type=Choice(NAMES),
    help="Whose names the keys of a .safetensors are: Caffe's (conv1/0) or those of PyTorch "
    "modules (conv1.weight).  [default: caffe]",
)

proto_option = click.option(
    "--proto",
    type=click.Path(),
    metavar="FILE",
    help="A fork's own caffe.proto: what it adds to Caffe is known too (needs 'fillerkit[proto]').",
)

_PHASE = "the net's own state, else train"

_OPTIONS = [
    click.option("--level", type=int, help="The level of the net's state."),
    click.option(
        "--stage", "stages", multiple=True, help="A stage of the net's state; repeatable."
    ),
    click.option(
        "--shape",
        "shapes",
        callback=_parse_shapes,
        metavar="NAME=D,D,...",
        multiple=True,
        help="The shape of a blob that a data or input layer makes, or that no layer makes, as in "
        "data=64,1,28,28; a ? is left to the net, as in data=?,3,?,?; repeatable.",
    ),
    click.option(
        "--type",
        "types",
        callback=parse_pairs("TYPE=TYPE, like SeLu=ReLU"),
        metavar="TYPE=TYPE",
        multiple=True,
        help="Read a layer type, or the layer of that name, as another type, as in SeLu=ReLU; "
        "as 'unknown', only --shape and --param say what it makes; repeatable.",
    ),
    click.option(
        "--strict-layers",
        is_flag=True,
        help="Refuse layers that are not known, also where nothing depends on them.",
    ),
    click.option(
        "--param",
        "params",
        callback=_parse_params,
        metavar="LAYER=DxD:FILLER",
        multiple=True,
        help="A parameter blob of a layer, as in mylayer=64x3x3x3:xavier or mylayer=64, in place "
        "of those that its type has, if that is known; repeatable, in order.",
    ),
    click.option(
        "--filler",
        "fillers",
        callback=parse_pairs("PATTERN=FILLER, like 'conv*=msra'"),
        metavar="PATTERN=FILLER",
        multiple=True,
        help="A filler in place of the prototxt's for the weights of all layers whose names fit, "
        "as in 'conv*=msra', or for one of their blobs, 'fc*:bias=constant(value=0.1)'; "
        "repeatable, the last that fits counts.",
    ),
    click.option(
        "--dialect",
        type=Choice(sorted(fk.DIALECTS)),
        metavar="FORK",
        help="The fork that the net is written for, where one name means several things: "
        f"{', '.join(sorted(fk.DIALECTS))}.  [default: as the net's text tells]",
    ),
    proto_option,
    encoding_option,
    click.option(
        "--allow-unknown-fields",
        is_flag=True,
        help="Pass over fields that no known Caffe has, and list them.",
    ),
]


def takes_net(
    command: Callable[..., None], default_phase: str | None = None
) -> Callable[..., None]:
    """Give a command the NET argument and its options; it is called with the net, read.

    Where nobody says a phase it is `default_phase`, if there is one, else the net's own. Where
    there are ``--weights``, their values take the place of those that the net starts with: what is
    noted of these is the command's to tell.
    """

    @wraps(command)
    def load_first(net: str, asked: Asked, python_layers: bool, **options: Any) -> None:
        asked["phase"] = asked["phase"] or default_phase
        loaded = _load(net, asked, python_layers)
        held = options.get("weights")
        tell(other_notes(loaded.notes, loaded.layers) if held else loaded.notes)
        command(loaded, **options)

    python_layers = click.option(
        "--python-layers",
        is_flag=True,
        help="Import the classes that Python layers name, and run them for their shapes: this runs "
        "the code that NET names.",
    )
    told = _PHASE if default_phase is None else default_phase.lower()
    return takes_unread_net(python_layers(load_first), told)


def _load(net: str, asked: Asked, python_layers: bool) -> fk.Net:
    if not python_layers:
        return fk.load_net(net, **asked)
    from fillerkit.python_layers.load import load_net_running_layers

    return load_net_running_layers(net, **asked)


def takes_unread_net(
    command: Callable[..., None], default_phase: str = _PHASE
) -> Callable[..., None]:
    """Give a command the NET argument and its options; it reads the net itself.

    It is called with the path or text, and what `fillerkit.load_net` takes besides. What
    `default_phase` says is the command's to do.
    """

    @wraps(command)
    def read_dash(net: str, asked: Asked, **options: Any) -> None:
        command(read_argument(net), asked, **options)

    argument = click.argument("net", metavar="NET", type=click.Path(allow_dash=True))
    return argument(takes_asked(read_dash, default_phase))


def takes_asked(command: Callable[..., None], default_phase: str = _PHASE) -> Callable[..., None]:
    """Give a command the options that say of a net what its file does not, as `asked`."""

    @wraps(command)
    def gather(**options: Any) -> None:
        asked = {name: options.pop(name) for name in Asked.__annotations__}
        command(asked=asked, **options)

    decorated: Callable[..., None] = gather
    for option in reversed(_OPTIONS):
        decorated = option(decorated)
    phase = click.option(
        "--phase",
        type=Choice(["train", "test"], case_sensitive=False),
        help=f"Which layers take part.  [default: {default_phase}]",
    )
    return phase(decorated)


def load_weights(path: str) -> fk.Blobs:
    """Read a weight file as the options say, and tell what was found on the way."""
    blobs = fk.load(path, **said_of_weights())
    tell(blobs.notes)
    return blobs


def said_of_weights() -> dict[str, Any]:
    """What ``--encoding`` and ``--proto`` say to the command that runs."""
    params = click.get_current_context().params
    return {"encoding": params["encoding"], "proto": params["proto"]}


def read_argument(path: str) -> str:
    """A path as it is; for ``-`` and a pipe the text, which a line break tells from a path."""
    if path == "-":
        text = sys.stdin.buffer.read()
    elif Path(path).is_fifo():
        text = Path(path).read_bytes()
    else:
        return path
    return text.decode("utf-8", "surrogateescape") + "\n"


def same_file(a: str, b: str) -> bool:
    """Whether two paths lead to one file. What cannot be looked at is told of when it is opened."""
    with suppress(OSError):
        return Path(a).samefile(b)
    return False


SEED = click.IntRange(0, 2**32 - 1)
"""What ``--seed`` takes."""


def ignore_option(command: Callable[..., None]) -> Callable[..., None]:
    """``--ignore``; what can be ignored is asked for by the commands that have it alone."""
    return click.option(
        "--ignore",
        type=Choice(sorted(fk.warnings)),
        metavar="CODE",
        multiple=True,
        help="A warning that is not wanted; repeatable.",
    )(command)


def _parse_inputs(
    ctx: click.Context, param: click.Parameter, values: Sequence[str]
) -> str | dict[str, str] | None:
    """A path alone, or ``NAME=PATH`` once an input."""
    if not values:
        return None
    if len(values) == 1 and ("=" not in values[0] or is_there(values[0])):
        return values[0]
    named = {}
    for value in values:
        name, equals, path = value.partition("=")
        if not (name and equals and path):
            raise click.BadParameter(f"{value!r} is not NAME=PATH, which several inputs need")
        if name in named:
            raise click.BadParameter(f"the input {name!r} is given twice")
        named[name] = path
    return named


def input_option(what: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """``--input``, handed on as `inputs`; `what` says what it is."""
    return click.option(
        "--input",
        "inputs",
        metavar="[NAME=]PATH",
        callback=_parse_inputs,
        multiple=True,
        help=f"{what}: an .npy file or a folder of images; repeatable with NAME, the input's.  "
        "[default: the net's own data where it is here, else unit gaussian values]",
    )
