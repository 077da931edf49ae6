"""The same bits everywhere: a digest of everything whose bits fillerkit promises.

    python tools/bits.py            # hold them against tests/conformance/bits.txt
    python tools/bits.py --print    # NAME SHA-256, a line each
    python tools/bits.py --write    # write that file anew, if the conformance tests pass

Needs fillerkit and nothing else. What the values have to be is what Caffe's goldens say, beside
that file; it only lets a machine be asked in a few seconds, also for what has no golden: the
``sharded`` stream, the files that are written, the words of refusals. A name is that of

- a net there, with all runs of its goldens; ``NET/sharded`` the same with that stream,
  ``NET/boost-1.58`` with an older Boost, in float32 alone: docs/boost.md promises no more;
- ``upgraded/NET``, the text of an old net in today's form;
- ``file/FORMAT``, the bytes of a weight file and the values read back from it; the values alone
  where a library decides on the bytes. Formats whose library is not there are left out.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import locale
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import google.protobuf
import numpy as np
from google.protobuf.internal import api_implementation

import fillerkit as fk
from fillerkit import formats
from fillerkit.random import kernel_path

ROOT = Path(__file__).parents[1]
CONFORMANCE = ROOT / "tests" / "conformance"
DIGESTS = CONFORMANCE / "bits.txt"
SEED = 1701
FILE_OF = "share_three"
"""The net whose weight files are looked at."""
BY_LIBRARIES = ("h5", "pt")
"""The formats whose bytes a library decides on."""

Floats = np.ndarray[Any, np.dtype[np.floating]]


def digests() -> Iterator[tuple[str, str]]:
    """Every name with its SHA-256."""
    for golden in _goldens("expected.jsonl"):
        name = golden.pop("net")
        yield name, _digest(_filled(name, run) for run in golden)
        if any(layer["blobs"] for run in golden.values() for layer in run.get("layers", ())):
            sharded = (_filled(name, run, stream="sharded") for run in golden)
            yield f"{name}/sharded", _digest(sharded)
    for golden in _goldens("boost.jsonl"):
        name, boost = golden["net"], golden["boost"]
        yield f"{name}/boost-{boost}", _filled(name, "TRAIN", boost=boost)
    for path in sorted((CONFORMANCE / "upgraded").iterdir()):
        yield f"upgraded/{path.stem}", _digest([fk.upgrade_text(CONFORMANCE / "nets" / path.name)])
    for kind in formats.FORMATS:
        try:
            yield f"file/{kind}", _digest(_file(kind))
        except fk.UsageError as error:  # its library is not there
            print(f"left out: {error}", file=sys.stderr)


def _goldens(file: str) -> Iterator[dict[str, Any]]:
    return map(json.loads, (CONFORMANCE / file).read_text().splitlines())


def _filled(name: str, run: str, *, boost: str | None = None, stream: str = "caffe") -> str:
    """The digest of a net in a run: its layers, tops and values; or the words that refuse it."""
    phase, _, dtype = run.partition("_")
    try:
        net = fk.load_net(CONFORMANCE / "nets" / f"{name}.prototxt", phase=phase)
        blobs = net.fill(SEED, dtype or "float32", boost=boost, stream=stream)
    except fk.FillerkitError as error:
        return f"{error.line}:{error.column}: {error.message}"
    shown = "".join(f"{layer.name} {layer.type} {layer.tops}\n" for layer in net.layers)
    return _digest([shown, *_values(blobs)])


def _file(format: str) -> Iterator[str | bytes | Floats]:
    """A file of each type of values, by no version of fillerkit: the bytes, the values in it."""
    net = fk.load_net(CONFORMANCE / "nets" / f"{FILE_OF}.prototxt")
    with tempfile.TemporaryDirectory() as folder:
        for dtype in ("float32", "float64"):
            stored = net.fill(SEED, dtype).stored
            stored = replace(stored, origin={**stored.origin, "fillerkit": "any"})
            path = Path(folder, f"{dtype}.{format}")
            formats.save(path, formats.content_of(stored), format)
            if format not in BY_LIBRARIES:
                yield path.read_bytes()
            yield from _values(fk.load(path))


def _values(blobs: fk.Blobs) -> Iterator[str | Floats]:
    for layer, arrays in blobs.items():
        for index, array in enumerate(arrays):
            yield f"{layer}/{index} {array.dtype.name} {array.shape}\n"
            yield array


def _digest(parts: Iterable[str | bytes | Floats]) -> str:
    """Of texts in UTF-8, of bytes, and of values as little-endian bytes in C order."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode() if isinstance(part, str) else _bytes(part))
    return digest.hexdigest()


def _bytes(part: bytes | Floats) -> bytes:
    return part if isinstance(part, bytes) else part.astype(part.dtype.newbyteorder("<")).tobytes()


def written() -> dict[str, str]:
    """What the file says."""
    return dict(line.split(" ") for line in DIGESTS.read_text().splitlines())


def write(found: Mapping[str, str]) -> None:
    """Write the file anew; not with bits that the goldens know to be wrong."""
    missing = [kind for kind in formats.FORMATS if f"file/{kind}" not in found]
    if missing:
        sys.exit(f"a library is missing for .{', '.join(missing)}")
    others = ["-m", "not long", str(CONFORMANCE), f"--ignore={CONFORMANCE / 'test_bits.py'}"]
    subprocess.run([sys.executable, "-m", "pytest", *others], check=True)
    DIGESTS.write_text("".join(f"{name} {digest}\n" for name, digest in found.items()))


def differing(found: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """The names that are not as in the file. Only a weight file may be missing."""
    return [
        name
        for name in {**wanted, **found}
        if found.get(name) != wanted.get(name) and not (name not in found and name[:5] == "file/")
    ]


def _versions() -> str:
    protobuf = f"{google.protobuf.__version__} ({api_implementation.Type()})"
    numbers = f"NumPy {np.__version__}, protobuf {protobuf}"
    return f"Python {platform.python_version()}, {numbers}, {kernel_path()} kernels"


def main() -> None:
    """Compare, print or write."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    choice = parser.add_mutually_exclusive_group()
    choice.add_argument("--print", action="store_true", help="NAME SHA-256, a line each")
    choice.add_argument("--write", action="store_true", help=f"write {DIGESTS.name} anew")
    arguments = parser.parse_args()
    with contextlib.suppress(locale.Error):  # as programs do that fillerkit may be a part of
        locale.setlocale(locale.LC_ALL, "")
    found = dict(digests())
    if arguments.print:
        print(*(f"{name} {digest}" for name, digest in found.items()), sep="\n")
    elif arguments.write:
        write(found)
    else:
        wrong = differing(found, written())
        if wrong:
            sys.exit(f"{len(wrong)} differ: {', '.join(wrong[:3])}{' ...' * (len(wrong) > 3)}")
        print(f"{len(found)} are right ({_versions()})")


if __name__ == "__main__":
    main()
