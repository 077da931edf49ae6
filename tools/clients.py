"""Give other programs our files and hold what they make of them against what we make.

    python tools/clients.py [NAME...] [--corpus FOLDER] [--nets PATTERN...]
      [--dtype float64] [--page FILE]

Each program gets an environment of its own, ``.venv-clients/NAME``, with the Python and the
packages that the table below names, and runs its script of ``in_clients/`` on the sample nets, or
on the prototxts of FOLDER whose names fit a PATTERN. With ``--page`` what was seen goes into
``clients.tsv``, in the place of what it has of the same program and net, and all of that as a table
into FILE, which has marks for it. Exit code 1 where a program does not install, refuses a net or
differs and ``clients.toml`` has no reason for it.
"""

from __future__ import annotations

import argparse
import datetime
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib.metadata import distributions
from pathlib import Path

import client_runs
import client_table
from client_nets import write
from client_runs import PURE
from client_table import EQUAL, Seen, seen

import fillerkit as fk

ROOT = Path(__file__).parents[1]
REVIEWED = tomllib.loads(Path(__file__).with_name("clients.toml").read_text())
MARKS = "<!-- clients: begin -->\n", "<!-- clients: end -->\n"


@dataclass(frozen=True)
class Client:
    """A program that loads what we write.

    Attributes
    ----------
    shown
        The package whose version is told.
    python
        The Python that its wheels are for.
    requirements
        What pip is to install; ``--no-deps NAME`` without what it asks for.
    takes
        The suffix of the weight file.
    forms
        What ``fillerkit upgrade --form`` is to be told for its reader; None where it reads nets of
        all ages as they are.
    needs
        A program that no package brings, to be found on the PATH, and where it comes from.
    """

    name: str
    shown: str
    python: str
    requirements: tuple[str, ...]
    takes: str = ".caffemodel"
    forms: tuple[str, ...] | None = None
    needs: tuple[str, str] | None = None

    @property
    def folder(self) -> Path:
        """The environment."""
        return ROOT / ".venv-clients" / self.name

    @property
    def interpreter(self) -> Path:
        """The environment's Python."""
        return self.folder / "bin" / "python"

    @property
    def script(self) -> str:
        """What is run there."""
        return f"run_{self.name}.py"

    def form_of(self, prototxt: Path) -> str:
        """The text of a net for its reader; one that the form cannot say is left as it is."""
        if self.forms is not None:
            with suppress(fk.PrototxtError):
                return fk.upgrade_text(prototxt, forms=self.forms)
        return prototxt.read_text()

    def missing(self) -> str:
        """What is not here that it needs, or ""."""
        if self.needs and not shutil.which(self.needs[0]):
            return f"needs {self.needs[0]} on the PATH: {self.needs[1]}"
        return "" if found_python(self.python) else f"needs Python {self.python}: {GET_PYTHON}"

    def install(self) -> None:
        """Make the environment, if it is not there as the table says."""
        wanted, stamp = "\n".join((self.python, *self.requirements)), self.folder / "made-of"
        if stamp.exists() and stamp.read_text() == wanted:
            return
        subprocess.run(
            [found_python(self.python), "-m", "venv", "--clear", self.folder], check=True
        )
        pip = [str(self.interpreter), "-m", "pip", "--disable-pip-version-check", "install", "-qq"]
        alone = [each.split()[1] for each in self.requirements if each.startswith("--no-deps")]
        others = [each for each in self.requirements if not each.startswith("--no-deps")]
        subprocess.run([*pip, *others], check=True)
        if alone:
            subprocess.run([*pip, "--no-deps", *alone], check=True)
        stamp.write_text(wanted)

    def version(self) -> str:
        """The version of its package."""
        folders = map(str, self.folder.glob("lib/python*/site-packages"))
        found = distributions(name=self.shown, path=list(folders))
        return next((each.version for each in found), "")


GET_PYTHON = "install it with pyenv, or put it on the PATH"
OURS = ("numpy", "protobuf==3.20.3", "click", "rich")
CLIENTS = (
    Client("caffe", "kendryte-caffe", "3.8", (
        "kendryte-caffe==1.0.0.20210829", "protobuf==3.20.3", "numpy==1.24.4", "scikit-image",
        "six",
    ), forms=("caffe",)),
    Client("opencv4", "opencv-python-headless", "3.11", ("opencv-python-headless>=4.8,<5",)),
    Client("ncnn", "ncnn", "3.11", ("ncnn==1.0.20261020",), forms=(), needs=(
        "caffe2ncnn", "ncnn's tools/caffe, built with Debian's libprotobuf-dev",
    )),
    Client("mnn", "MNN", "3.11", ("MNN==3.6.1",), forms=("caffe",)),
    Client("openvino", "openvino-dev", "3.11", (
        "openvino-dev==2023.3.0", "opencv-python-headless<4.12", "protobuf==3.20.3", "numpy<2",
    )),
    Client("x2paddle", "x2paddle", "3.8", (
        "x2paddle==1.6.0", "paddlepaddle==3.0.0", "protobuf==3.20.3", "six", "requests", "numpy",
    ), forms=("caffe",)),
    Client("caffe2onnx", "caffe2onnx", "3.7", (
        "--no-deps caffe2onnx==2.0.1", "onnx==1.6.0", "onnxruntime", "protobuf==3.20.3", "six",
        "setuptools<60",
    ), forms=("caffe",)),
    Client("mmdnn", "mmdnn", "3.11", ("--no-deps mmdnn==0.3.1", "six", *OURS)),
    Client("coremltools", "coremltools", "3.8", (
        "coremltools==4.1", "numpy==1.19.5", "protobuf==3.20.3",
    ), forms=("caffe",)),
    Client("netron", "netron", "3.11", ("netron==9.3.3", "numpy"), needs=(
        "node", "Node.js 18 or later",
    )),
    Client("safetensors", "safetensors", "3.11", ("safetensors", "numpy"), takes=".safetensors"),
    Client("opencv5", "opencv-python-headless", "3.11", ("opencv-python-headless==5.0.0.93",),
           takes=".onnx"),
    Client("onnxruntime", "onnxruntime", "3.11", ("onnxruntime==1.32.0", "numpy"), takes=".onnx"),
    Client("tract", "tract", "3.11", ("tract==0.23.9", "onnx", "numpy"), takes=".onnx"),
    Client("torch", "torch", "3.11", ("torch==2.13.0", "numpy"), takes=".pt"),
    Client("h5py", "h5py", "3.11", ("h5py", "numpy"), takes=".h5"),
)  # fmt: skip


def found_python(version: str) -> str:
    """A Python of that version that makes environments, on the PATH or among pyenv's, or ""."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    pyenvs = sorted(pyenv.glob(f"versions/{version}.*/bin/python"))
    for python in (f"python{version}", *map(str, pyenvs)):
        path = shutil.which(python)
        # pyenv's own python3.8 on the PATH may say no more than that 3.8 is not the chosen one.
        ask = [path or "", "-c", "import ensurepip"]
        if path and subprocess.run(ask, capture_output=True).returncode == 0:
            return path
    return ""


def main() -> None:
    """Run the clients, print what each makes of each net, and keep it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("clients", nargs="*", metavar="NAME", help="a client; all unless given")
    parser.add_argument("--corpus", type=Path, help="a folder of prototxts for the sample nets")
    parser.add_argument("--nets", nargs="*", default=["*"], help="only nets of these names")
    parser.add_argument(
        "--dtype", default="float32", help="what weight files hold; nets are named so"
    )
    parser.add_argument("--page", type=Path, help="a page whose table is to be written anew")
    arguments = parser.parse_args()
    names = [client.name for client in CLIENTS]
    if unknown := set(arguments.clients) - set(names):
        parser.error(f"no such client: {', '.join(sorted(unknown))} (there are {', '.join(names)})")
    clients = [each for each in CLIENTS if each.name in (arguments.clients or names)]
    running = list(ready(clients))
    failed = any(not client.missing() for client in clients if client not in running)
    nets = prototxts(arguments.corpus, arguments.nets)
    for line in runs(running, nets, arguments.dtype):
        reason = client_table.reason(line, REVIEWED)
        print(f"{line}{': ' if reason else ''}{reason}", flush=True)
        failed |= line.result != EQUAL and not reason
        if arguments.page:
            everything = client_table.add(client_table.SEEN, [line])
            keep(arguments.page, client_table.table(everything, REVIEWED, names))
    sys.exit(failed)


def prototxts(corpus: Path | None, words: Iterable[str]) -> list[tuple[str, Path]]:
    """The nets, each with a short name."""
    if corpus is None:
        found = {path.parent.name: path for path in ROOT.glob("sample_nets/*/deploy.prototxt")}
    else:
        found = {path.stem: path for path in corpus.rglob("*.prototxt")}
    return sorted(
        (name, path) for name, path in found.items() if any(fnmatch(name, word) for word in words)
    )


def ready(clients: Iterable[Client]) -> Iterator[Client]:
    """The clients that can be run; of others it is printed why not."""
    for client in clients:
        if missing := client.missing():
            print(f"{client.name}: not run: {missing}", flush=True)
            continue
        try:
            client.install()
        except subprocess.CalledProcessError:
            print(f"{client.name}: not run: its packages do not install", flush=True)
        else:
            yield client


def runs(
    clients: list[Client], nets: list[tuple[str, Path]], dtype: str = "float32"
) -> Iterator[Seen]:
    """What each client made of each net."""
    today = datetime.date.today().isoformat()
    for name, prototxt in nets:
        with tempfile.TemporaryDirectory() as folder:
            suffixes = {client.takes for client in clients}
            name = name if dtype == "float32" else f"{name}_{dtype}"
            net = write(prototxt, Path(folder), name, suffixes=suffixes, dtype=dtype)
            for client in clients:
                (net.folder / "net.prototxt").write_text(client.form_of(prototxt))
                ours = {"PYTHONPATH": str(ROOT / "src")} if client.name == "mmdnn" else {}
                verdict = client_runs.run(
                    str(client.interpreter), client.script, net, limit=None, **PURE, **ours
                )
                yield seen(client.name, client.version(), today, name, verdict)


def keep(page: Path, lines: Iterable[str]) -> None:
    """Put a table between the marks of a page."""
    before, _, rest = page.read_text().partition(MARKS[0])
    _, mark, after = rest.partition(MARKS[1])
    if not mark:
        sys.exit(f"{page}: no place for a table: it needs the lines {' and '.join(MARKS)}")
    page.write_text(before + MARKS[0] + "\n".join(lines) + "\n" + MARKS[1] + after)


if __name__ == "__main__":
    main()
