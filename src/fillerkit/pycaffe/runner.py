"""Running a script whose ``import caffe`` finds `fillerkit.pycaffe`, in this process only."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import NamedTuple, NoReturn

import click

from fillerkit.pycaffe.state import Shape, caffe

OURS = "fillerkit.pycaffe"
_PACKAGES = ("caffe", "caffe.proto")

# What Python 3 says of syntax that only Python 2 has, or how such a line looks.
_PYTHON_2_SAYS = re.compile(
    r"Missing parentheses in call to '(print|exec)'"
    r"|multiple exception types must be parenthesized"
    r"|leading zeros in decimal integer literals"
    r"|invalid (decimal|hexadecimal) literal"
)
_PYTHON_2_LINES = re.compile(
    r"^\s*(print|exec)\s+[^=(]"
    r"|^\s*print\s*>>"
    r"|^\s*except\s+[\w.()\s,]+,\s*\w+\s*:"
    r"|^\s*raise\s+[\w.]+\s*,"
    r"|<>|`|\b[uU][rR]['\"]|\b0[0-7]+\b|\b\d+[lL]\b|lambda\s*\(|def\s+\w+\(([^()=]*,)?\s*\("
)

# ``print >>sys.stderr, "text"``, which Python 3 reads, and cannot do.
_PYTHON_2_PRINTS = re.compile(r"unsupported operand type\(s\) for >>: 'builtin_function_or_method'")


class _Line(NamedTuple):
    """A line of a script."""

    file: str
    line: int
    text: str


@click.command(
    context_settings={
        "ignore_unknown_options": True,
        "allow_interspersed_args": False,
        "help_option_names": ["-h", "--help"],
    }
)
@click.option(
    "--shape",
    "shapes",
    multiple=True,
    metavar="BLOB=N,C,H,W",
    help="The shape of a data layer's top whose data is not here; for every net that has it.",
)
@click.argument("script", type=click.Path())
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(shapes: Sequence[str], script: str, arguments: Sequence[str]) -> None:
    """Run SCRIPT as `python SCRIPT ARGUMENTS` would; its `import caffe` finds fillerkit's."""
    caffe.shapes = dict(map(_shape, shapes))
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
    sys.meta_path.insert(0, CaffeFinder())
    sys.argv[:] = [script, *arguments]
    sys.path[0] = str(Path(path).resolve().parent)
    main_module = ModuleType("__main__")
    main_module.__file__ = path
    main_module.__dict__["__builtins__"] = __builtins__
    sys.modules["__main__"] = main_module
    try:
        exec(compile(source, path, "exec", dont_inherit=True), main_module.__dict__)
    except KeyboardInterrupt as error:
        _show(error, 130)
    except Exception as error:
        old = _python_2(error)
        if old:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            _fail(
                f"{old.file}:{old.line}: this is Python 2, which Python {version} does not read: "
                f"{old.text}\nRewrite it for Python 3 first; 2to3 or futurize do most of it.",
                1,
            )
        _show(error)


class CaffeFinder(MetaPathFinder):
    """Finds ``caffe`` and ``caffe.*`` among our modules, before any folder of ``sys.path``."""

    def __init__(self) -> None:
        self._looked = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname.partition(".")[0] != "caffe":
            return None
        if not self._looked:
            self._looked = True
            self._tell_of_another()
        return ModuleSpec(fullname, _Alias(), is_package=fullname in _PACKAGES)

    def _tell_of_another(self) -> None:
        """Say where a real pycaffe lies that a plain Python would have found."""
        other = PathFinder.find_spec("caffe")
        if other is not None and other.origin is not None:
            caffe.say_once(f"there is a caffe in {other.origin}; this script gets fillerkit's")


class _Alias(Loader):
    """A module of ours under Caffe's name: the same module, not a second copy of it."""

    def __init__(self) -> None:
        self._spec: ModuleSpec | None = None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        inner = spec.name.partition(".")[2]
        if inner in ("_caffe", "pycaffe"):
            inner = ""
        name = f"{OURS}.{inner}" if inner else OURS
        try:
            module = import_module(name)
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
            raise ModuleNotFoundError(
                f"No module named '{spec.name}' in {OURS}", name=spec.name
            ) from None
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__spec__ = self._spec  # which the import system has just replaced


def _shape(text: str) -> tuple[str, Shape]:
    name, _, lengths = text.partition("=")
    if not name or not re.fullmatch(r"\d+(,\d+)*", lengths):
        raise click.BadParameter(f"'{text}' is not BLOB=N,C,H,W", param_hint="--shape")
    return name, tuple(int(length) for length in lengths.split(","))


def _python_2(error: Exception) -> _Line | None:
    """The line that an error is about, if it is one that only Python 2 reads."""
    if isinstance(error, SyntaxError):
        text = (error.text or "").strip()
        says = isinstance(error, TabError) or _PYTHON_2_SAYS.search(error.msg or "")
        if says or _PYTHON_2_LINES.search(text):
            return _Line(error.filename or "", error.lineno or 0, text or error.msg)
    elif isinstance(error, TypeError) and _PYTHON_2_PRINTS.search(str(error)):
        last = traceback.extract_tb(error.__traceback__)[-1]
        return _Line(last.filename, last.lineno or 0, last.line or "")
    return None


def _show(error: BaseException, code: int = 1) -> NoReturn:
    """The script's own traceback, without the frames that run it, and an exit code."""
    inside = error.__traceback__.tb_next if error.__traceback__ else None
    error.__traceback__ = inside
    sys.stdout.flush()
    if sys.excepthook is sys.__excepthook__:
        traceback.print_exception(type(error), error, inside)
    else:
        sys.excepthook(type(error), error, inside)
    sys.exit(code)


def _fail(message: str, code: int) -> NoReturn:
    sys.stderr.write(f"{OURS}: {message}\n")
    sys.exit(code)
