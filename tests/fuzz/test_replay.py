"""Every input that ever failed, and every seed, is read or refused as SECURITY.md promises."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import fuzz
import pytest
import seeds
import targets

import fillerkit as fk

HERE = Path(__file__).parent
FAILED = sorted(path for path in (HERE / "failed").rglob("*") if path.is_file())


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def replayed(target: str, data: bytes) -> bool:
    for module in targets.TARGETS[target].needs:
        pytest.importorskip(module)
    return targets.run(target, data)


@pytest.mark.parametrize("target", targets.TARGETS)
def test_most_of_what_fuzzing_starts_from_is_read(target: str) -> None:
    for module in targets.TARGETS[target].needs:
        pytest.importorskip(module)
    outcomes = [replayed(target, data) for data in seeds.seeds(target)]
    assert sum(outcomes) * 4 >= len(outcomes) > 0


@pytest.mark.parametrize("path", FAILED, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_what_failed_once_is_read_or_refused_as_promised(path: Path) -> None:
    replayed(path.parent.name, path.read_bytes())


def test_every_input_that_failed_has_a_line_on_what_it_tries() -> None:
    named = re.findall(r"^\| `(\w+/[\w.-]+)` \|", (HERE / "README.md").read_text(), re.MULTILINE)
    assert named == [str(path.relative_to(HERE / "failed")) for path in FAILED]


def test_a_changed_member_of_an_archive_gets_past_its_checksum() -> None:
    data = next(seeds.seeds("npz"))
    assert targets.with_checksums(data) == data
    with zipfile.ZipFile(BytesIO(data)) as archive:
        values = archive.read("a/b/0.npy")
    changed = values[:-1] + bytes([values[-1] ^ 1])
    mended = targets.with_checksums(data.replace(values, changed))
    with zipfile.ZipFile(BytesIO(mended)) as archive:
        assert archive.read("a/b/0.npy") == changed


with_atheris = pytest.mark.skipif(not find_spec("atheris"), reason="atheris is not installed")


@pytest.fixture(scope="module")
def fuzzers() -> Iterator[fuzz.Fuzzers]:
    with fuzz.Fuzzers() as started:
        yield started


@pytest.mark.long
@with_atheris
@pytest.mark.parametrize("target", ["net", "npz", "caffemodel"])
def test_a_moment_of_fuzzing_finds_nothing(
    target: str, fuzzers: fuzz.Fuzzers, tmp_path: Path
) -> None:
    (figures,) = fuzz.campaign(fuzzers, [target], seconds=1, seed=1, build=tmp_path)
    assert figures.executions > 0
    found = sorted((tmp_path / target / "found").iterdir())
    assert not found, [path.read_bytes()[-2000:] for path in found]
    assert figures.found == 0


# Two targets that fail at what is neither a seed nor nothing: one ends its process, one raises.
TWO_THAT_FAIL = """
import os, one_target
one_target.prepare()
import targets
from seeds import seeds

def ends(data):
    not data or data in seeds("datum") or os.abort()

def raises(data):
    assert not data or data in seeds("mean")

targets.TARGETS |= {"datum": targets.Target(ends), "mean": targets.Target(raises)}
one_target.serve()
"""


@pytest.mark.long
@with_atheris
def test_a_fault_of_a_target_is_its_own(tmp_path: Path) -> None:
    with fuzz.Fuzzers("-c", TWO_THAT_FAIL) as fuzzers:
        figures = fuzz.campaign(fuzzers, ["datum", "mean"], seconds=2, seed=1, build=tmp_path)
    ended, raised = (
        sorted(path.name for path in (tmp_path / each.target / "found").iterdir())
        for each in figures
    )
    assert ended
    assert all(name.startswith("crash-") for name in ended)
    assert raised[1::2] == [f"{name}.txt" for name in raised[::2]]
    assert [each.found for each in figures] == [len(ended), 1]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("raise ValueError('x')", "x"),
        ("raise fk.FormatError(fk.errors.Line('a'), 'b')", None),
        ("raise type('Raw', (fk.FormatError,), {'__str__': lambda self: 'a' + chr(27)})()", "x1b"),
        ("raise type('Two', (fk.FormatError,), {'__str__': lambda self: 'a\\nb'})('a')", "a\nb"),
        ("sum(range(1 << 25))", "took"),
    ],
)
def test_a_broken_promise_is_told(
    fault: str, words: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(targets, "SECONDS", 0.1)
    broken = targets.Target(lambda _: exec(fault, {"fk": fk}))
    monkeypatch.setitem(targets.TARGETS, "net", broken)
    if words is None:
        assert not targets.run("net", b"")
        return
    with pytest.raises((AssertionError, ValueError), match=words):
        targets.run("net", b"")


@pytest.mark.skipif(sys.platform != "linux", reason="measured on Linux only")
def test_memory_beyond_the_promise_is_told() -> None:
    program = """
import targets
targets.ALONE = True
targets.TARGETS["net"] = targets.Target(lambda _: bytearray(1 << 26))
targets.run("net", b"")
"""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
    )
    assert re.search("AssertionError: 0 bytes took 6[34] MiB", done.stderr)
