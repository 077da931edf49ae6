"""The ``fillerkit`` command. One module a command, each a thin layer over the public API."""

from __future__ import annotations

import gc
import io
import os
import signal as signals  # not `signal`, which is a command's module here once it is imported
import sys
from contextlib import suppress
from importlib import import_module

import click

from fillerkit.cli.printing import Label, has_color, say, say_lines
from fillerkit.errors import FillerkitError, UsageError, did_you_mean
from fillerkit.printable import printable
from fillerkit.version import __version__

# Where each command lives; a command's module is imported only when it runs or is asked for help.
_COMMANDS = {
    "init": "Fill a net's weights and write them to a file.",
    "show": "Show every layer: shapes, parameters, and what they start as.",
    "draw": "Draw a net as a picture.",
    "export": "Write a net as ONNX, with its weights.",
    "report": "Make a page that shows a net in a browser.",
    "check": "Find what is wrong or odd in a net, all of it at once.",
    "signal": "Show what becomes of a signal in a net, forward and backward.",
    "stats": "Show what the values of a weight file are like.",
    "diff": "Compare two weight files.",
    "transfer": "Rename, choose and join the layers of weight files.",
    "merge-bn": "Fold BatchNorm and Scale into the layers before them.",
    "convert": "Rewrite a weight file in another format.",
    "upgrade": "Rewrite an old prototxt in the current format.",
    "fillers": "List the fillers that are known.",
    "layers": "List the layer types that are known.",
}

# What click 8.2 and later raise where the name of a command is missing; before, they show the help.
_NO_ARGUMENTS: tuple[type[click.ClickException], ...] = (
    (click.exceptions.NoArgsIsHelpError,) if hasattr(click.exceptions, "NoArgsIsHelpError") else ()
)

# The exit code for what goes wrong, of a command for which 1 means something else.
_TROUBLE = {"diff": 2}


class _LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = cmd_name.replace("-", "_")
        command: click.Command = import_module(f"fillerkit.cli.{module}").command
        gc.freeze()
        gc.enable()
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not name.startswith("-") and name not in _COMMANDS:
            near = did_you_mean(name, _COMMANDS) or "; --help lists the commands"
            ctx.fail(f"no command is called '{name}'{near}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="\b\nTo complete commands, layers and fillers by Tab, run as your shell starts:\n"
    '  eval "$(_FILLERKIT_COMPLETE=bash_source fillerkit)"   # zsh: zsh_source\n'
    "  _FILLERKIT_COMPLETE=fish_source fillerkit | source    # fish",
)
@click.version_option(__version__, message="fillerkit %(version)s")
def fillerkit() -> None:
    """Initialise Caffe networks without Caffe.

    fillerkit reads a prototxt, works out the shape of every weight and bias, and fills them as
    their fillers say, with the same bits as Caffe 1.0 for the same seed.

    \b
    Fill a net and look at it:
      fillerkit init lenet.prototxt --seed 1701
      fillerkit show lenet.prototxt
    """


class _Stopped(BaseException):
    """A signal asks the process to end; what it was writing is cleaned up on the way out."""


def main() -> None:
    """Run the command line; what a user did wrong is one message and an exit code of 1 or 2."""
    gc.disable()  # until all is imported: what that makes is no garbage, and looking takes time
    if signals.getsignal(signals.SIGINT) is signals.SIG_DFL:  # `__main__` had no more to clean up
        signals.signal(signals.SIGINT, signals.default_int_handler)
    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signals, name):
            signals.signal(getattr(signals, name), _stop)
    _set_up_streams()
    failed = _TROUBLE.get("".join(sys.argv[1:2]), 1)
    try:
        if asked := os.environ.get("_FILLERKIT_COMPLETE"):
            from fillerkit.cli.completion import complete

            complete(fillerkit, asked)
            return
        fillerkit.main(prog_name="fillerkit", standalone_mode=False, color=has_color())
        sys.stdout.flush()
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        _say_usage(error)
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt, _Stopped) as stop:
        _fail(*_end(stop))
    except FillerkitError as error:
        _fail(error, 2 if isinstance(error, UsageError) else failed)
    except MemoryError:
        _fail("out of memory: one blob of this net is larger than what is free", failed)
    except BrokenPipeError:
        _discard_output()  # who reads has seen enough, as head has
        sys.exit(failed)
    except OSError as error:
        # Every file that is ours to read or write has its own error: this is the output itself, or
        # a file of Python's that it cannot open.
        _discard_output()
        what = f"{error.filename}:" if error.filename else "standard output cannot be written:"
        _fail(f"{what} {error.strerror or error}", failed)
    except Exception as error:
        if isinstance(error.__cause__, KeyboardInterrupt | _Stopped):
            # Python 3.11 and earlier: a signal that comes while a class is made.
            _fail(*_end(error.__cause__))
        if os.environ.get("FILLERKIT_TRACEBACK"):
            raise
        _fail(_fault(error), failed)


def _set_up_streams() -> None:
    """Have streams that take any text, and one in the place of each that is closed.

    Without that the next file that is opened would have its number. Closed output cannot be written
    to, which is told at the end; of closed errors nobody is told.
    """
    for name, way, mode in (
        ("stdin", os.O_RDONLY, "r"),
        ("stdout", os.O_RDONLY, "w"),
        ("stderr", os.O_WRONLY, "w"),
    ):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.open(os.devnull, way), mode, closefd=False))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _discard_output() -> None:
    """Keep what cannot be written from being tried again when Python ends, which tells of it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            with suppress(OSError):  # no file may be opened, so the output stays as it is
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _stop(number: int, frame: object) -> None:
    raise _Stopped(number)


def _end(stop: BaseException) -> tuple[str, int]:
    """What is said where a signal ended the command, and the exit code."""
    if isinstance(stop, _Stopped):
        return "stopped", 128 + int(str(stop))
    return "interrupted", 130


def _say_usage(error: click.ClickException) -> None:
    """Say what is wrong with the arguments, which may hold anything, in one line of click's."""
    try:
        if isinstance(error, _NO_ARGUMENTS):  # its words are the help, which has lines
            say_lines(error.format_message().splitlines(), err=True)
            return
        words = printable(error.format_message())
        click.UsageError(words, getattr(error, "ctx", None)).show(sys.stderr)
    except OSError:  # nobody is there to be told
        _discard_output()


def _fault(error: Exception) -> str:
    """Say whose fault an error is that nobody expects."""
    if isinstance(error, ImportError) and not isinstance(error, ModuleNotFoundError):
        first = error
        while isinstance(first.__cause__, ImportError):  # NumPy's own words are a page of advice
            first = first.__cause__
        return f"a library cannot be loaded: {first}"
    return (
        f"a fault of fillerkit itself, please report it: {type(error).__name__}: {error} "
        "(FILLERKIT_TRACEBACK=1 shows where)"
    )


def _fail(what: str | FillerkitError, code: int) -> None:
    place = f"{what.place}: " if isinstance(what, FillerkitError) and what.place else ""
    try:
        say(Label("error:", "red"), f" {place}", what, err=True)
    except OSError:  # nobody is there to be told
        _discard_output()
    sys.exit(code)
