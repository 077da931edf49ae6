"""The ``fillerkit`` command. One module a command, each a thin layer over the public API."""

from __future__ import annotations

import os
import sys
from importlib import import_module

import click

from fillerkit.errors import FillerkitError, UsageError
from fillerkit.version import __version__

# Where each command lives; a command's module is imported only when it runs or is asked for help.
_COMMANDS = {
    "init": "Fill a net's weights and write them to a file.",
    "show": "Show every layer: shapes, parameters, and what they start as.",
    "upgrade": "Rewrite an old prototxt in the current format.",
    "fillers": "List the fillers that are known.",
    "layers": "List the layer types that are known.",
}


class _LazyGroup(click.Group):
    """A group that knows its commands by name and imports one when it is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = import_module(f"fillerkit.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Completion for your shell: see _FILLERKIT_COMPLETE=bash_source fillerkit "
    "(or zsh_source, fish_source), to be evaluated in its start-up file.",
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


def main() -> None:
    """Run the command line; what a user did wrong is one message and an exit code of 1 or 2."""
    try:
        fillerkit.main(prog_name="fillerkit", standalone_mode=False)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _fail("interrupted", 130)
    except UsageError as error:
        _fail(str(error), 2)
    except FillerkitError as error:
        _fail(str(error), 1)
    except MemoryError:
        _fail("out of memory: one blob of this net is larger than what is free", 1)
    except Exception as error:
        if os.environ.get("FILLERKIT_TRACEBACK"):
            raise
        _fail(
            f"a fault of fillerkit itself, please report it: {type(error).__name__}: {error} "
            "(FILLERKIT_TRACEBACK=1 shows where)",
            1,
        )


def _fail(message: str, code: int) -> None:
    click.echo(f"{click.style('error:', fg='red', bold=True)} {message}", err=True)
    sys.exit(code)
