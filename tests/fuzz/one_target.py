"""Fuzz one target after the other, each in a fork of this process: started by fuzz.py.

What is fuzzed is imported and instrumented once, which takes seconds. Tasks come as lines of JSON,
[TARGET, SECONDS, SEED, FOLDER, folder to work in, LOG]; each is answered with its exit status.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable
from importlib import import_module
from itertools import islice
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any

HERE = Path(__file__).parent
WARM = 5
"""Seeds that are run before the fuzzing starts."""
SEEDS_A_SECOND = 25
"""Seeds to start from, at most: what then is left of the time is for changes of them."""
LIBFUZZERS_ROOM = 2048
"""MiB with which libFuzzer ends the process: no input should come near."""


def prepare() -> None:
    """Import, instrumented, what all targets need; what a net needs is imported by reading one."""
    atheris: Any = import_module("atheris")
    with atheris.instrument_imports(include=["fillerkit"]), tempfile.TemporaryDirectory() as work:
        targets: Any = import_module("targets")
        seeds: Any = import_module("seeds")
        os.chdir(work)
        targets.run("net", next(seeds.seeds("net")))
        os.chdir("/")


def serve() -> None:
    """Do what is asked for in forks; an end of one by a fault is its own."""
    for line in sys.stdin:
        child = os.fork()
        if child:
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
            continue
        name, seconds, seed, folder, work, log = json.loads(line)
        os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        os.chdir(work)
        os.environ["TMPDIR"] = tempfile.tempdir = work
        fuzz(name, seconds, seed, Path(folder))


def fuzz(name: str, seconds: int, seed: int, folder: Path) -> None:
    """Start from the seeds and what earlier runs left in ``corpus``; keep faults in ``found``."""
    atheris: Any = import_module("atheris")
    targets: Any = import_module("targets")
    seeds: Any = import_module("seeds")
    warnings.simplefilter("error")  # one would reach the terminal, but for that of an .h5
    warnings.filterwarnings("ignore", ".*Caffe 1.0 reads this HDF5", UserWarning)
    corpus, found = folder / "corpus", folder / "found"
    for each in (corpus, found):
        each.mkdir(parents=True, exist_ok=True)
    start = list(seeds.seeds(name))
    for data in start[:: -(-len(start) // (SEEDS_A_SECOND * seconds))]:
        _keep(corpus / hashlib.sha1(data).hexdigest(), data)
    # What a reader imports only when it is needed is imported here, where it is instrumented.
    with atheris.instrument_imports(include=["fillerkit"]):
        for data in islice(start, WARM):
            _attempt(targets.run, name, data, found)
    targets.ALONE = True
    _drop_what_is_mended(targets.run, name, found)
    options = [f"-max_total_time={seconds}", f"-seed={seed}", f"-artifact_prefix={found}/"]
    # libFuzzer counts what the parent of this process had, too.
    room = (getrusage(RUSAGE_SELF).ru_maxrss >> 10) + LIBFUZZERS_ROOM
    options += ["-timeout=60", f"-rss_limit_mb={room}"]
    if targets.TARGETS[name].text:
        options.append(f"-dict={_dictionary(folder / 'dictionary', seeds.words())}")
    atheris.Setup(
        [sys.argv[0], *options, str(corpus)],
        lambda data: _attempt(targets.run, name, data, found),
    )
    atheris.Fuzz()


def _attempt(run: Callable[[str, bytes], bool], name: str, data: bytes, found: Path) -> None:
    """Run an input; keep it where it shows a fault that no smaller one has shown."""
    try:
        run(name, data)
    except Exception as error:
        where = [
            f"{frame.filename}:{frame.lineno}"
            for frame in traceback.extract_tb(error.__traceback__)
            if "fillerkit" in frame.filename or frame.filename.startswith(str(HERE))
        ]
        fault = hashlib.sha1(f"{type(error)} {where[-2:]}".encode()).hexdigest()[:10]
        if _keep(found / fault, data):
            said = "".join(traceback.format_exception(error))
            (found / f"{fault}.txt").write_text(said, errors="backslashreplace")


def _drop_what_is_mended(run: Callable[[str, bytes], bool], name: str, found: Path) -> None:
    """Try again what earlier runs kept, but for what ended their process: ``crash-...``."""
    for text in list(found.glob("*.txt")):
        text.unlink()
        data = text.with_suffix("").read_bytes()
        text.with_suffix("").unlink()
        _attempt(run, name, data, found)


def _keep(path: Path, data: bytes) -> bool:
    """Write a file unless there is one that is no larger."""
    if path.exists() and path.stat().st_size <= len(data):
        return False
    path.write_bytes(data)
    return True


def _dictionary(path: Path, words: set[str]) -> Path:
    """The words as libFuzzer reads them: ``"name"``, with escapes as hexadecimals."""
    quoted = (re.sub(rb"[^ !#-\[\]-~]", lambda m: b"\\x%02x" % m[0][0], w.encode()) for w in words)
    path.write_bytes(b"".join(b'"%s"\n' % word for word in sorted(quoted)))
    return path


if __name__ == "__main__":
    prepare()
    serve()
