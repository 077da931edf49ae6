"""Forward passes of public deploy nets: fillerkit.torch beside OpenCV and Caffe 1.0.

    python tools/passes.py FOLDER... [--only TEXT] [--caffe-python PYTHON] [--parameters MOST]

Every prototxt below the folders that is a net with all its inputs, the smallest first, is given
weights and a random input, and run here, by the OpenCV that is installed, and by Caffe 1.0 where
PYTHON has it. A line for each: the largest difference relative to the largest value, of the outputs
and of what goes into the last Softmax. ``passes.toml`` beside this file holds the reviewed reasons
of differences that are not ours. Exit code 1 where a net differs and is not listed, or is listed
and does not.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import tomllib
from collections import Counter
from pathlib import Path

import client_runs
from client_nets import ClientNet, write
from client_runs import PURE, Verdict

import fillerkit as fk

REVIEWED = tomllib.loads(Path(__file__).with_name("passes.toml").read_text())
BAD = ("differs", "listed, but equal")
SUFFIXES = {".prototxt", ".pt"}


def main() -> None:
    """Print a line for each net, then the sums."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--only", default="", help="only files whose path holds this")
    parser.add_argument("--caffe-python", default="", help="a Python whose caffe is Caffe 1.0")
    parser.add_argument("--parameters", type=int, help="only nets that have no more than this")
    parser.add_argument("--seconds", type=float, help="how long another program may take for a net")
    arguments = parser.parse_args()
    clients = {"opencv4": (sys.executable, "run_opencv4.py")}
    if arguments.caffe_python:
        clients["caffe"] = (arguments.caffe_python, "run_caffe.py")
    counts: Counter[str] = Counter()
    for name, prototxt in deploy_nets(arguments.folders, arguments.only, arguments.parameters):
        with tempfile.TemporaryDirectory() as folder:
            try:
                net = write(prototxt, Path(folder), name)
            except fk.FillerkitError as error:
                counts["does not run here"] += 1
                words = " ".join(str(error).split()).replace(str(prototxt), "it")
                print(f"{name}: does not run here: {words}", flush=True)
                continue
            said = []
            for client, (python, script) in clients.items():
                verdict = client_runs.run(python, script, net, limit=arguments.seconds, **PURE)
                word = judged(client, net, verdict)
                counts[f"{client}: {word}"] += 1
                said.append(f"{client}: {word} {shown(client, name, verdict)}".rstrip())
        print(f"{name}: {'; '.join(said)}", flush=True)
    for word, count in sorted(counts.items()):
        print(f"{count:5} {word}")
    sys.exit(any(word.endswith(BAD) for word in counts))


def deploy_nets(
    folders: list[Path], only: str = "", most: int | None = None
) -> list[tuple[str, Path]]:
    """The nets that say all of their inputs, smallest first, each with its path below the folder.

    Parameters
    ----------
    most
        How many parameters a net may have.
    """
    found = []
    for folder in folders:
        for prototxt in folder.rglob("*.p*t*"):
            if prototxt.suffix in SUFFIXES and only in str(prototxt):
                parameters = _parameters(prototxt)
                if parameters is not None and (most is None or parameters <= most):
                    found.append((parameters, str(prototxt.relative_to(folder)), prototxt))
    return [(name, prototxt) for _, name, prototxt in sorted(found)]


def _parameters(prototxt: Path) -> int | None:
    """How many parameters a net has, or None: it is none, or does not say its inputs."""
    try:
        net = fk.load_net(prototxt, phase="TEST")
    except (fk.FillerkitError, fk.ShapeNeeded):
        return None
    sources = {layer.type for layer in net.layers if not layer.bottoms}
    if "Input" not in sources or not sources <= {"Input", "DummyData", "Parameter"}:
        return None
    return net.count


def judged(client: str, net: ClientNet, verdict: Verdict) -> str:
    """What to say of a client's pass."""
    listed = net.name in REVIEWED.get(client, {})
    if verdict.refused:
        return "not taken"
    if verdict.right:
        return "listed, but equal" if listed else "equal"
    return "differs, reviewed" if listed else "differs"


def shown(client: str, name: str, verdict: Verdict) -> str:
    """The figures, and why it may be so."""
    if verdict.refused:
        return f"({verdict.refused})"
    figures = ", ".join(f"{blob} {far:.1e}" for blob, far in verdict.differences.items())
    reason = REVIEWED.get(client, {}).get(name, "")
    return f"({figures}{': ' if reason else ''}{reason})"


if __name__ == "__main__":
    main()
