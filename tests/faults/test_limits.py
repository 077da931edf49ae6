"""A process that may have little: one line says what is missing, and no third file is left."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import weights

import fillerkit as fk

pytest.importorskip("resource", reason="this system has no limits of POSIX")

NET = """
    layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 1 dim: 9 } } }
    layer { name: "i" type: "InnerProduct" bottom: "d" top: "i"
            inner_product_param { num_output: 60000 weight_filler { type: "xavier" } } }
"""

# A command over an old file, with a limit once all that it needs is imported. One of memory is what
# may come to what the process has.
CHILD = """
import os, resource, sys
from fillerkit.cli import init, main
import weights

name, value, *sys.argv[1:] = sys.argv[1:]
weights.small_blobs(seed=1).save(sys.argv[-1])
taken = 0
if name == "RLIMIT_AS":
    with open("/proc/self/statm") as pages:
        taken = int(pages.read().split()[0]) * resource.getpagesize()
if name:
    resource.setrlimit(getattr(resource, name), (taken + int(value),) * 2)
main()
"""

# Quickly only the first of the formats is tried.
every_format = pytest.mark.parametrize(
    "suffix",
    [weights.FORMATS[0], *(pytest.param(s, marks=pytest.mark.long) for s in weights.FORMATS[1:])],
)
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="limits as of Linux")


def init(
    target: Path, limit: str = "", value: int = 0, after: str = "", **environment: str | None
) -> subprocess.CompletedProcess[str]:
    """An `init` over an old file, and what it says; nothing lies beside the file."""
    net = target.with_name("net.prototxt")
    net.write_text(NET)
    helpers = str(Path(weights.__file__).parent)
    given = os.environ | {
        "OPENBLAS_NUM_THREADS": "1",
        "PYTHONPATH": os.pathsep.join([helpers, os.environ.get("PYTHONPATH", "")]),
    }
    command = [sys.executable, "-c", CHILD, limit, str(value), "init", str(net), "--seed", "2"]
    done = subprocess.run(
        ["sh", "-c", f'exec "$@" {after}', "sh", *command, "-o", str(target)],
        capture_output=True,
        text=True,
        timeout=300,
        env={name: word for name, word in (given | environment).items() if word is not None},
    )
    assert {each.name for each in target.parent.iterdir()} == {net.name, target.name}
    return done


def is_new(target: Path) -> bool:
    """Whether the file is the new one; it is the old one else, and no third."""
    layers = list(fk.load(target))
    assert layers == ["i"] or {"c", "bn"} <= set(layers)
    return layers == ["i"]


def refused(done: subprocess.CompletedProcess[str], *reasons: str) -> bool:
    """Whether it failed with one line that ends in one of some reasons."""
    line, end, rest = done.stderr.partition("\n")
    assert (line == "", end == "", rest) in ((True, True, ""), (False, False, "")), done.stderr
    return done.returncode == 1 and line.startswith("error: ") and line.endswith(reasons)


@on_linux
@every_format
def test_memory_that_is_not_there_is_told_in_one_line(suffix: str, tmp_path: Path) -> None:
    target = tmp_path / f"x.{suffix}"
    done = init(target, "RLIMIT_AS", 1 << 20)
    assert refused(done, "larger than what is free", "Cannot allocate memory")
    assert not is_new(target)
    assert init(target, "RLIMIT_AS", 1 << 27).returncode == 0
    assert is_new(target)


@every_format
def test_a_limit_on_the_size_of_files_is_told_in_one_line(suffix: str, tmp_path: Path) -> None:
    target = tmp_path / f"x.{suffix}"
    done = init(target, "RLIMIT_FSIZE", 1_000_000)
    assert refused(done, f"error: {target}: cannot be written: File too large")
    assert not is_new(target)


@on_linux
@every_format
def test_a_limit_on_open_files_is_told_in_one_line(suffix: str, tmp_path: Path) -> None:
    target = tmp_path / f"x.{suffix}"
    for count in (3, 4, 5, 16):
        done = init(target, "RLIMIT_NOFILE", count)
        assert refused(done, "Too many open files") != is_new(target), count
        assert count in (4, 5) or is_new(target) == (count == 16)


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
    assert refused(done, "standard output cannot be written: Bad file descriptor")
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
