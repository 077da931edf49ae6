"""Running a script whose ``import caffe`` finds `fillerkit.pycaffe`."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from types import CodeType
from typing import NoReturn

import click

import fillerkit as fk
from fillerkit.printable import printable
from fillerkit.pycaffe import children, program, python_2, relative_imports, tracebacks
from fillerkit.pycaffe.children import told_shapes
from fillerkit.pycaffe.installed import install_caffe, uninstall_caffe
from fillerkit.pycaffe.process import Shape, caffe
from fillerkit.pycaffe.program import NoProgramError, Program
from fillerkit.python_layers.finder import install
from fillerkit.python_layers.say import OURS, say_once


class _AsPython(click.Command):
    """Options end where Python's do: at the script, or after what -m and -c say."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        for at, argument in enumerate(args):
            if argument[:2] in ("-m", "-c") and not argument.startswith("--"):
                end = at + (1 if len(argument) > 2 else 2)
                if end > len(args):
                    break
                return super().parse_args(ctx, [*args[:end], "--", *args[end:]])
            before = args[at - 1] if at else ""
            if argument == "-" or (not argument.startswith("-") and before != "--shape"):
                break
        return super().parse_args(ctx, args)


def _then_stop(what: Callable[[], str]) -> Callable[[click.Context, click.Parameter, bool], None]:
    """The callback of a flag that does something, says what, and ends."""

    def stop(ctx: click.Context, param: click.Parameter, given: bool) -> None:
        if not given:
            return
        try:
            click.echo(f"{OURS}: {printable(what())}")
        except fk.UsageError as error:
            _fail(str(error), 2)
        ctx.exit()

    return stop


@click.command(
    cls=_AsPython,
    context_settings={
        "allow_interspersed_args": False,
        "help_option_names": ["-h", "--help"],
    },
    options_metavar="[OPTIONS]",
)
@click.option(
    "--shape",
    "shapes",
    multiple=True,
    metavar="BLOB=N,C,H,W",
    help="The shape of a data layer's top whose data is not here, for every net that has it; with "
    "the letter N for the batch_size that the net gives the layer.",
)
@click.option("-m", "module", metavar="MODULE", help="Run a module, as python -m MODULE would.")
@click.option("-c", "code", metavar="CODE", help="Run code, as python -c CODE would.")
@click.option(
    "--install-caffe",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_then_stop(install_caffe),
    help="Write a package caffe among those of this Python, so that import caffe finds fillerkit's "
    "in notebooks, debuggers and test runners too; then stop.",
)
@click.option(
    "--uninstall-caffe",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_then_stop(uninstall_caffe),
    help="Take that package away again; then stop.",
)
@click.argument("script", nargs=-1, type=click.UNPROCESSED, metavar="SCRIPT [ARGUMENTS]...")
def command(
    shapes: Sequence[str], module: str | None, code: str | None, script: Sequence[str]
) -> None:
    """Run SCRIPT as `python SCRIPT ARGUMENTS` would; its `import caffe` finds fillerkit's.

    SCRIPT is a file, a folder or zip file with a __main__, or - for standard input. The word caffe
    in its place is Caffe's own command: caffe train --solver=FILE.
    """
    caffe.shapes = {**told_shapes(), **dict(map(_shape, shapes))}
    if module is not None:
        run(lambda: program.module(module), script)
    elif code is not None:
        run(lambda: program.code(code), script)
    elif not script:
        raise click.UsageError("Missing argument 'SCRIPT'.")
    elif script[0] == "caffe":
        _run_command(script[1:])
    elif script[0] == "-":
        run(program.standard_input, script[1:])
    else:
        run(lambda: program.script(script[0]), script[1:])


def _run_command(arguments: Sequence[str]) -> None:
    from fillerkit.pycaffe.command.flags import run as run_caffe

    try:
        run_caffe(arguments)
    except KeyboardInterrupt:
        _fail("interrupted", 130)
    finally:
        _tell_of_unused_shapes()


def main() -> None:
    """Run the command line."""
    command(prog_name=f"python -m {OURS}")


def run(find: Callable[[], Program], arguments: Sequence[str]) -> None:
    """Run the program that `find` finds as the main one, with our modules under Caffe's names."""
    install()
    relative_imports.allow()
    children.tell()
    found: Program | None = None
    sys.argv[:] = ["-m", *arguments]  # what Python has there while it looks for a module
    try:
        found = find()
        sys.argv[:] = [found.argument, *arguments]
        sys.path[0] = found.folder
        sys.modules["__main__"] = main_module = found.module()
        exec(_compiled(found), main_module.__dict__)
    except NoProgramError as error:
        _fail(str(error), error.code)
    except KeyboardInterrupt as error:
        _show(error, 130)
    except Exception as error:
        if told := python_2.unreadable(error) or _notebook(error, found):
            _fail(told, 1)
        if remark := python_2.remark(error):
            error.add_note(remark)
        _show(error)
    finally:
        _tell_of_unused_shapes()


def _compiled(found: Program) -> CodeType:
    """The program's code; what is wrong with its syntax is shown without our frames."""
    try:
        return found.compiled()
    except SyntaxError as error:
        raise error.with_traceback(None) from None


def _notebook(error: Exception, found: Program | None) -> str:
    """The message for a script that is a notebook, or was made from one, else ""."""
    if found is None or not found.path:
        return ""
    source, path = found.source, found.path
    if source.lstrip().startswith(b"{") and b'"cells"' in source:
        return f"{path}: is a notebook: jupyter nbconvert --to script {path} makes a script of it"
    line = (error.text or "").strip() if isinstance(error, SyntaxError) else ""
    if line.startswith(("%", "!")):
        return f"{path}: is from a notebook: what begins with % or ! is not Python: {line}"
    if isinstance(error, NameError) and error.name in ("get_ipython", "display"):
        return f"{path}: is from a notebook: take out what calls {error.name}"
    return ""


def _tell_of_unused_shapes() -> None:
    unused = caffe.shapes.keys() - children.used_shapes() if caffe.made_nets else ()
    for name in unused:
        say_once(f"--shape {name}=...: no net had a blob '{name}' whose shape was asked for")


def _shape(text: str) -> tuple[str, Shape]:
    name, _, lengths = text.partition("=")
    if not name or not re.fullmatch(r"(N|[1-9]\d*)(,[1-9]\d*)*", lengths):
        raise click.BadParameter(
            f"'{text}' is not BLOB=N,C,H,W, with numbers for C, H and W", param_hint="--shape"
        )
    return name, tuple(0 if length == "N" else int(length) for length in lengths.split(","))


def _show(error: BaseException, code: int = 1) -> NoReturn:
    """The script's own traceback, without the frames that run it, and an exit code."""
    inside = error.__traceback__.tb_next if error.__traceback__ else None
    error.__traceback__ = inside
    if sys.stdout is not None:
        sys.stdout.flush()
    if sys.excepthook is not sys.__excepthook__:
        sys.excepthook(type(error), error, inside)
        sys.exit(code)
    sys.stderr.writelines(tracebacks.lines(error))
    sys.exit(code)


def _fail(message: str, code: int) -> NoReturn:
    sys.stderr.write(f"{OURS}: {printable(message)}\n")
    sys.exit(code)
