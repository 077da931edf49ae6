"""Run ``fillerkit init`` over a corpus of real prototxts and hold it against Caffe's own results.

    python tools/wild.py CORPUS [--only TEXT] [--verbose]

CORPUS holds ``nets/``, ``index.json`` (what each file is, and what Caffe says of it) and
``expected/FILE.PHASE.json`` for those that Caffe accepts. Every file goes through the command
line, in both phases; shapes of data layers come from the golden, from ``wild.toml``, or else from
a guess that only has to get the net read. ``wild.toml`` also holds the reviewed reasons of all
that is refused. Exit code 1 where something differs from Caffe, crashes, or is refused (or
filled) against the list.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import sys
import tempfile
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
from goldens import differences

import fillerkit as fk
from fillerkit.cli import fillerkit as command
from fillerkit.errors import Lengths

SEED = 1701
FILLED = ("matched", "filled, Caffe does not")
REFUSED = ("refused, reviewed",)
NOT_MEANT = ("not written for this phase", "a solver whose net is not there")
BAD = ("differs", "refused, Caffe accepts", "refused, not reviewed", "filled, listed", "crashed")
REVIEWED = tomllib.loads(Path(__file__).with_name("wild.toml").read_text())
_OTHER_PHASE = (
    "which makes it, does not take part in phase",
    "this is a solver without a net to test",
)


def main() -> None:
    """Print a line for each file and phase that is not as it should be, then the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--only", default="", help="only files whose name holds this")
    parser.add_argument("--verbose", action="store_true", help="a line for every file and phase")
    arguments = parser.parse_args()
    index = json.loads((arguments.corpus / "index.json").read_text())
    counts: Counter[str] = Counter()
    nets: Counter[bool] = Counter()
    for name, about in sorted(index.items()):
        if arguments.only not in name:
            continue
        verdicts = set()
        for phase in ("TRAIN", "TEST"):
            verdict, why = _judge(arguments.corpus, name, about, phase)
            counts[verdict] += 1
            verdicts.add(verdict)
            if arguments.verbose or verdict in BAD:
                print(f"{verdict}: {name} {phase}: {why}")
        if about["kind"] == "net":
            nets[verdicts <= {*FILLED, *NOT_MEANT} and not verdicts.isdisjoint(FILLED)] += 1
    accepted = sum(counts[verdict] for verdict in ("matched", "differs", "refused, Caffe accepts"))
    print(f"{sum(counts.values()):5} files and phases, of which Caffe accepts {accepted}")
    for verdict in (*FILLED, *REFUSED, *NOT_MEANT, *BAD):
        print(f"{counts[verdict]:5} {verdict}")
    if nets:
        share = nets[True] / nets.total()
        print(f"{nets[True]} of {nets.total()} nets ({share:.1%}) fill in every phase they are for")
    sys.exit(any(counts[bad] for bad in BAD))


def _judge(corpus: Path, name: str, about: Mapping[str, Any], phase: str) -> tuple[str, str]:
    golden_file = corpus / "expected" / f"{name}.{phase}.json"
    golden = json.loads(golden_file.read_text()) if golden_file.exists() else None
    net_file = corpus / "nets" / name
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "out.npz"
        shapes = _shapes(golden) or _listed_shapes(name, phase)
        code, said, needed = _init(net_file, phase, shapes, output)
        # Without a golden nobody says what a data layer's shape is: guess what the error leaves.
        while asked := {
            blob: _guess(known) for blob, known in needed.items() if blob not in shapes
        }:
            shapes |= asked
            code, said, needed = _init(net_file, phase, shapes, output)
        if code not in (0, 1):
            return "crashed", said
        if code == 1:
            return _why_refused(name, about, phase, golden is not None, said), said
        if golden is None:
            listed = _reason(name, phase)
            return "filled, listed" if listed else "filled, Caffe does not", listed
        net = fk.load_net(net_file, phase=phase, shapes=shapes)
        found = differences(net, fk.load(output), golden)
        return ("differs", "; ".join(found)) if found else ("matched", "")


def _why_refused(
    name: str, about: Mapping[str, Any], phase: str, caffe_accepts: bool, said: str
) -> str:
    if caffe_accepts:
        return "refused, Caffe accepts"
    if about["kind"] == "solver" and "is not there: looked in" in said:
        return "a solver whose net is not there"
    if any(words in said for words in _OTHER_PHASE):
        return "not written for this phase"
    return "refused, reviewed" if _reason(name, phase) else "refused, not reviewed"


def _reason(name: str, phase: str) -> str:
    """Why the list says that a net cannot be filled in a phase, or ""."""
    listed = REVIEWED["refused"].get(name, "")
    reason: str = listed if isinstance(listed, str) else listed.get(phase, "")
    return reason


def _listed_shapes(name: str, phase: str) -> dict[str, tuple[int, ...]]:
    """The shapes of a net's data that its text does not tell, from ``wild.toml``."""
    listed = REVIEWED["shapes"].get(name, {})
    listed = listed.get(phase, {} if {"TRAIN", "TEST"} & listed.keys() else listed)
    return {blob: tuple(shape) for blob, shape in listed.items()}


def _shapes(golden: Mapping[str, Any] | None) -> dict[str, tuple[int, ...]]:
    """The shapes of data layers, which stand as Input layers in a golden."""
    if golden is None:
        return {}
    return {
        top: tuple(shape)
        for layer in golden["layers"]
        if layer["type"] == "Input"
        for top, shape in layer["tops"]
    }


def _guess(known: Lengths) -> tuple[int, ...]:
    """The shape that an error asks for, its letters filled in with an image's usual lengths."""
    usual = {"N": 2, "C": 3, "H": 224, "W": 224, "D": 1}
    return tuple(usual[n] if isinstance(n, str) else n for n in known)


def _init(
    net: Path, phase: str, shapes: Mapping[str, tuple[int, ...]], output: Path
) -> tuple[int, str, dict[str, Lengths]]:
    """Run ``fillerkit init`` in this process.

    Returns its exit code (3 for a crash), what it said, and the shapes that it asked for.
    """
    words = ["init", str(net), "--phase", phase.lower(), "--seed", str(SEED), "-o", str(output)]
    for blob, shape in shapes.items():
        words += ["--shape", f"{blob}={','.join(map(str, shape))}"]
    with _quiet():
        try:
            command.main(words, standalone_mode=False)
        except (fk.ShapeNeeded, fk.UnknownLayers) as error:
            return 1, str(error), error.shapes
        except fk.FillerkitError as error:
            return 1, str(error), {}
        except click.ClickException as error:
            return error.exit_code, error.format_message(), {}
        except Exception as error:
            return 3, f"{type(error).__name__}: {error}", {}
    return 0, "", {}


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield


if __name__ == "__main__":
    main()
