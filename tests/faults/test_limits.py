"""A process that may have little: one line says what is missing, and no third file is left."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest
import weights

import fillerkit as fk

HELPERS = str(Path(weights.__file__).parent)
pytest.importorskip("resource", reason="this system has no limits of POSIX")

NET = """
    layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 1 dim: 9 } } }
    layer { name: "i" type: "InnerProduct" bottom: "d" top: "i"
            inner_product_param { num_output: 60000 weight_filler { type: "xavier" } } }
"""

# Of the old file's names, which Caffe would not read in an .h5.
QUIET = ("-W", "ignore::UserWarning")

# A command over an old file.
CHILD = """
import sys
from fillerkit.cli import main
import weights

weights.small_blobs(seed=1).save(sys.argv[-1])
main()
"""

# The same under one limit after the other, in forks: all that it needs is imported by then, once. A
# limit of memory is what may come to what the process has. Each target lies in a folder that is
# called as its limit, and what is said of it beside that.
LIMITED = """
import os, resource, sys
from pathlib import Path
from fillerkit.cli import init, main
import weights

net, name, *targets = sys.argv[1:]
for target in targets:
    weights.small_blobs(seed=1).save(target)
    if child := os.fork():
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
        continue
    folder = Path(target).parent
    for number, path in ((1, os.devnull), (2, f"{folder}.said")):
        file = os.open(path, os.O_WRONLY | os.O_CREAT)
        os.dup2(file, number)
        os.close(file)
    taken = 0
    if name == "RLIMIT_AS":
        with open("/proc/self/statm") as pages:
            taken = int(pages.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(getattr(resource, name), (taken + int(folder.name),) * 2)
    sys.argv = ["fillerkit", "init", net, "--seed", "2", "-o", target]
    main()
    sys.exit()
"""

# Quickly only the first of the formats is tried.
every_format = pytest.mark.parametrize(
    "suffix",
    [weights.FORMATS[0], *(pytest.param(s, marks=pytest.mark.long) for s in weights.FORMATS[1:])],
)
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="limits as of Linux")


class Ended(NamedTuple):
    """A command that came to its end, and the file that it was to write."""

    code: int
    said: str
    target: Path


def under(limit: str, folder: Path, suffix: str, *values: int) -> Iterator[Ended]:
    """An `init` over an old file under each value of a limit; nothing lies beside the file."""
    net = folder / "net.prototxt"
    net.write_text(NET)
    targets = [folder / str(value) / f"x.{suffix}" for value in values]
    for target in targets:
        target.parent.mkdir()
    done = run([sys.executable, "-c", LIMITED, str(net), limit, *map(str, targets)])
    assert done.returncode == 0, done.stderr
    for code, target in zip(done.stdout.split(), targets, strict=True):
        assert list(target.parent.iterdir()) == [target]
        yield Ended(int(code), Path(f"{target.parent}.said").read_text(), target)


def init(
    target: Path, after: str = "", **environment: str | None
) -> subprocess.CompletedProcess[str]:
    """An `init` over an old file, and what it says; nothing lies beside the file."""
    net = target.with_name("net.prototxt")
    net.write_text(NET)
    command = [
        sys.executable,
        *QUIET,
        "-c",
        CHILD,
        "init",
        str(net),
        "--seed",
        "2",
        "-o",
        str(target),
    ]
    done = run(["sh", "-c", f'exec "$@" {after}', "sh", *command], environment)
    assert {each.name for each in target.parent.iterdir()} == {net.name, target.name}
    return done


def run(
    command: list[str], environment: Mapping[str, str | None] = MappingProxyType({})
) -> subprocess.CompletedProcess[str]:
    """A process that finds the helpers, and has no threads of matrices."""
    given: dict[str, str | None] = {
        **os.environ,
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join([HELPERS, os.environ.get("PYTHONPATH", "")]),
        **environment,
    }
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=300,
        env={name: word for name, word in given.items() if word is not None},
    )


def is_new(target: Path) -> bool:
    """Whether the file is the new one; it is the old one else, and no third."""
    layers = list(fk.load(target))
    assert layers == ["i"] or {"c", "bn"} <= set(layers)
    return layers == ["i"]


def refused(code: int, said: str, *reasons: str) -> bool:
    """Whether it failed with one line that ends in one of some reasons."""
    line, end, rest = said.partition("\n")
    assert (line == "", end == "", rest) in ((True, True, ""), (False, False, "")), said
    return code == 1 and line.startswith("error: ") and line.endswith(reasons)


@on_linux
@every_format
def test_memory_that_is_not_there_is_told_in_one_line(suffix: str, tmp_path: Path) -> None:
    little, enough = under("RLIMIT_AS", tmp_path, suffix, 1 << 20, 1 << 27)
    assert refused(little.code, little.said, "larger than what is free", "Cannot allocate memory")
    assert not is_new(little.target)
    assert enough.code == 0
    assert is_new(enough.target)


@every_format
def test_a_limit_on_the_size_of_files_is_told_in_one_line(suffix: str, tmp_path: Path) -> None:
    (ended,) = under("RLIMIT_FSIZE", tmp_path, suffix, 1_000_000)
    reason = f"error: {ended.target}: cannot be written: File too large"
    assert refused(ended.code, ended.said, reason)
    assert not is_new(ended.target)


@on_linux
@every_format
def test_a_limit_on_open_files_is_told_in_one_line(suffix: str, tmp_path: Path) -> None:
    counts = (3, 4, 5, 16)
    every = under("RLIMIT_NOFILE", tmp_path, suffix, *counts)
    for count, ended in zip(counts, every, strict=True):
        is_refused = refused(ended.code, ended.said, "Too many open files")
        assert is_refused != is_new(ended.target), count
        assert count in (4, 5) or is_new(ended.target) == (count == 16)


@every_format
def test_no_home_and_no_folder_for_temporary_files_is_needed(suffix: str, tmp_path: Path) -> None:
    target = tmp_path / f"x.{suffix}"
    for place in (None, str(tmp_path / "nowhere")):
        done = init(target, HOME=place, TMPDIR=place, TEMP=place, TMP=place)
        assert (done.returncode, done.stderr) == (0, "")
        assert is_new(target)


@every_format
def test_a_closed_standard_output_is_told_and_the_file_is_written(
    suffix: str, tmp_path: Path
) -> None:
    done = init(tmp_path / f"x.{suffix}", after=">&-")
    assert refused(
        done.returncode, done.stderr, "standard output cannot be written: Bad file descriptor"
    )
    assert is_new(tmp_path / f"x.{suffix}")


@every_format
def test_a_name_that_the_locale_lacks_is_written_and_shown_as_escapes(
    suffix: str, tmp_path: Path
) -> None:
    target = tmp_path / f"\u00fc.{suffix}"
    done = init(target, LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\udcc3\\udcbc" in done.stdout
    assert is_new(target)
