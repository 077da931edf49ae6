"""Running a script whose ``import caffe`` finds `fillerkit.pycaffe`."""

from __future__ import annotations

import os
import re
import sys
import sysconfig
import traceback
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import NoReturn

import click

import fillerkit as fk
from fillerkit.printable import printable
from fillerkit.pycaffe import child_script, python_2
from fillerkit.pycaffe.process import Shape, caffe
from fillerkit.python_layers.finder import install
from fillerkit.python_layers.say import OURS, say_once

_FOLDER = str(Path(fk.__file__).parent) + os.sep
_STANDARD = sysconfig.get_path("stdlib") + os.sep


@click.command(
    context_settings={
        "allow_interspersed_args": False,
        "help_option_names": ["-h", "--help"],
    }
)
@click.option(
    "--shape",
    "shapes",
    multiple=True,
    metavar="BLOB=N,C,H,W",
    help="The shape of a data layer's top whose data is not here, for every net that has it; with "
    "the letter N for the batch_size that the net gives the layer.",
)
@click.argument("script", type=click.Path())
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(shapes: Sequence[str], script: str, arguments: Sequence[str]) -> None:
    """Run SCRIPT as `python SCRIPT ARGUMENTS` would; its `import caffe` finds fillerkit's.

    The word caffe in the place of SCRIPT is Caffe's own command: caffe train --solver=FILE.
    """
    caffe.shapes = dict(map(_shape, shapes))
    if script == "caffe":
        from fillerkit.pycaffe.command.flags import run as run_caffe

        try:
            run_caffe(arguments)
        finally:
            _tell_of_unused_shapes()
    else:
        run(script, arguments)


def main() -> None:
    """Run the command line."""
    command(prog_name=f"python -m {OURS}")


def run(script: str, arguments: Sequence[str]) -> None:
    """Run a script as the main program, with our modules under Caffe's names."""
    try:
        source = Path(script).read_bytes()
    except OSError as error:
        _fail(f"can't open file '{script}': {error.strerror or error}", 2)
    path = str(Path(script).absolute())
    install()
    sys.argv[:] = [script, *arguments]
    sys.path[0] = str(Path(path).resolve().parent)
    main_module = ModuleType("__main__")
    main_module.__file__ = path
    main_module.__spec__ = ModuleSpec(child_script.__name__, None)  # what multiprocessing imports
    main_module.__dict__["__builtins__"] = __builtins__
    child_script.tell(path)
    sys.modules["__main__"] = main_module
    try:
        exec(compile(source, path, "exec", dont_inherit=True), main_module.__dict__)
    except KeyboardInterrupt as error:
        _show(error, 130)
    except Exception as error:
        if told := python_2.unreadable(error) or _notebook(error, source, path):
            _fail(told, 1)
        if remark := python_2.remark(error):
            error.add_note(remark)
        _show(error)
    finally:
        _tell_of_unused_shapes()


def _notebook(error: Exception, source: bytes, path: str) -> str:
    """The message for a script that is a notebook, or was made from one, else ""."""
    if source.lstrip().startswith(b"{") and b'"cells"' in source:
        return f"{path}: is a notebook: jupyter nbconvert --to script {path} makes a script of it"
    line = (error.text or "").strip() if isinstance(error, SyntaxError) else ""
    if line.startswith(("%", "!")):
        return f"{path}: is from a notebook: what begins with % or ! is not Python: {line}"
    if isinstance(error, NameError) and error.name in ("get_ipython", "display"):
        return f"{path}: is from a notebook: take out what calls {error.name}"
    return ""


def _tell_of_unused_shapes() -> None:
    unused = caffe.shapes.keys() - caffe.shapes_used if caffe.made_nets else ()
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
    """The script's own traceback, and an exit code.

    Left out are the frames that run the script, and of what it calls those of fillerkit, unless a
    library under it has raised the error.
    """
    inside = error.__traceback__.tb_next if error.__traceback__ else None
    error.__traceback__ = inside
    if sys.stdout is not None:
        sys.stdout.flush()
    if sys.excepthook is not sys.__excepthook__:
        sys.excepthook(type(error), error, inside)
        sys.exit(code)
    shown = traceback.TracebackException.from_exception(error)
    _trim(shown)
    sys.stderr.writelines(shown.format())
    sys.exit(code)


def _trim(shown: traceback.TracebackException) -> None:
    """Leave out fillerkit's own frames, of an error that it has raised on purpose."""
    last = shown.stack[-1] if shown.stack else None
    ours = [_is_ours(frame) for frame in shown.stack]
    on_purpose = last is not None and _is_ours(last) and (last.line or "").startswith("raise")
    of_script = last is not None and not _is_ours(last) and "-packages" not in last.filename
    if any(ours) and (on_purpose or of_script):
        first = ours.index(True)
        own = [frame for frame in shown.stack[first:] if not _is_inner(frame)]
        shown.stack = traceback.StackSummary.from_list([*shown.stack[:first], *own])
    for name in ("__cause__", "__context__"):
        before: traceback.TracebackException | None = getattr(shown, name)
        if before is not None and on_purpose and any(map(_is_ours, before.stack)):
            setattr(shown, name, None)
        elif before is not None:
            _trim(before)


def _is_ours(frame: traceback.FrameSummary) -> bool:
    return frame.filename.startswith(_FOLDER)


def _is_inner(frame: traceback.FrameSummary) -> bool:
    """Whether a frame is fillerkit's, or one of Python's own modules under it."""
    standard = frame.filename.startswith((_STANDARD, "<frozen"))
    return _is_ours(frame) or (standard and "-packages" not in frame.filename)


def _fail(message: str, code: int) -> NoReturn:
    sys.stderr.write(f"{OURS}: {printable(message)}\n")
    sys.exit(code)
