"""Nets that name files: none is opened but the data source, and that only where it has an end.

A pipe that nobody writes to stands for what is not to be opened: to open it would be to wait for
ever, also for a library in C.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import weights
from google.protobuf.descriptor import FieldDescriptor

import fillerkit as fk
from fillerkit.schema.forks_pb2 import LayerParameter

NAMES = ("file", "source", "path", "prefix", "folder", "dir", "module", "weights", "model", "map")
"""In the names of fields that name files."""
SOURCES = {
    "Data": "data_param",
    "HDF5Data": "hdf5_data_param",
    "ImageData": "image_data_param",
    "WindowData": "window_data_param",
}
HEAD = 'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [2, 3] } } } '


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working directory with a pipe in it; a test that waits at one fails after a while."""

    def give_up(number: int, frame: object) -> None:
        raise AssertionError("it waits")

    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(60)
    yield tmp_path
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def fields(message: Any, depth: int = 4) -> Iterator[tuple[str, str]]:
    """Every field that may name a file: how a text sets it to NAME, and its name."""
    for field in message.fields:
        if field.message_type is not None and depth and field.message_type is not message:
            for text, name in fields(field.message_type, depth - 1):
                yield f"{field.name} {{ {text} }}", f"{field.name}.{name}"
        elif field.type == FieldDescriptor.TYPE_STRING and any(n in field.name for n in NAMES):
            yield f'{field.name}: "NAME"', field.name


FIELDS = {name: text for text, name in fields(LayerParameter.DESCRIPTOR) if name.count(".") < 4}


def tops(type: str) -> str:
    return 'top: "a"' if type == "HDF5Data" else 'top: "a" top: "b"'


def run(*arguments: str) -> tuple[list[str], str]:
    """The files under the working directory that a command opens to read, and what it says."""
    script = (
        "import os, sys; here = os.getcwd(); found = []\n"
        "sys.addaudithook(lambda what, of: found.append(of[0]) if what == 'open' else None)\n"
        "from fillerkit.cli import main\n"
        "try: main()\n"
        "finally:\n"
        "    paths = {os.path.abspath(os.fsdecode(f)) for f in found if not isinstance(f, int)}\n"
        "    inside = (os.path.relpath(f, here) for f in paths if f.startswith(here))\n"
        "    print('opened', *sorted(inside), sep='|', file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=50,
    )
    said, _, opened = done.stderr.rpartition("opened|")
    return opened.strip().split("|"), done.stdout + said


def test_what_reads_a_net_opens_files_in_few_places() -> None:
    opens = re.compile(
        r"\b(open|opened|open_regular|read_text|read_bytes|fromfile|loadtxt|memmap|import_module)\("
        r"|\.load\("
    )
    rooms = ("prototxt", "fillers", "layers", "nets", "filling", "checks", "random", "sources")
    folder = Path(fk.__file__).parent
    files = (file for room in rooms for file in (folder / room).rglob("*.py"))
    assert {str(file.relative_to(folder)) for file in files if opens.search(file.read_text())} == {
        "prototxt/read.py",  # the net, the solver
        "prototxt/nearby.py",  # a caffe.proto beside it
        "prototxt/fork_schema.py",  # --proto, compiled
        "fillers/forks/file.py",  # the numbers of a blob
        "filling/draw_map.py",  # a map that a person gives
        "nets/net.py",  # a room of ours, by its name
        "random/ziggurat.py",  # a table of ours
        "random/jump.py",  # another
        *(f"sources/{name}.py" for name in ("paths", "lmdb", "leveldb", "picture")),
        *(f"sources/{name}.py" for name in ("hdf5", "image_list", "windows")),
        "sources/mean_file.py",  # where batches are read
    }


@pytest.mark.parametrize("kind", ["pipe", "file"])
def test_of_all_fields_that_name_files_none_is_followed(kind: str, here: Path) -> None:
    assert {"transform_param.mean_file", "python_param.module"} <= FIELDS.keys()
    (here / "file").write_bytes(b"1 2 3")
    settings = [text for name, text in FIELDS.items() if name.split(".")[0] not in SOURCES.values()]
    layers = (
        f'layer {{ name: "n{at}" type: "ReLU" bottom: "d" top: "t{at}" {text} }} '
        for at, text in enumerate(settings)
    )
    text = (HEAD + "".join(layers)).replace("NAME", kind)
    (here / "net.prototxt").write_text(text)
    (here / "solver.prototxt").write_text(
        f'net: "net.prototxt" weights: "{kind}" snapshot_prefix: "{kind}" base_lr: 1'
    )
    for name in ("net.prototxt", "solver.prototxt"):
        for command in (["init", name, "-o", "out.npz"], ["show", name], ["check", name]):
            opened, said = run(*command)
            inputs = {path for path in opened if not path.startswith(".out.npz")}
            assert inputs <= {"net.prototxt", "solver.prototxt"}
            assert "fault" not in said


@pytest.mark.parametrize("type", SOURCES)
def test_a_data_layer_s_source_is_all_that_is_opened_for_it(type: str, here: Path) -> None:
    (here / "mean").write_bytes(b"no image")
    (here / "source").write_bytes(b"mean 1\n")
    settings = " ".join(
        text.partition(" { ")[2][:-2]
        for name, text in FIELDS.items()
        if name.split(".")[0] == SOURCES[type] and not name.endswith((".source", "root_folder"))
    )
    (here / "net.prototxt").write_text(
        f'layer {{ name: "x" type: "{type}" {tops(type)} transform_param {{ mean_file: "pipe" '
        f'crop_size: 2 }} {SOURCES[type]} {{ {settings.replace("NAME", "pipe")} source: "source" '
        "batch_size: 2 } }"
    )
    opened, _ = run("show", "net.prototxt")
    assert set(opened) <= {"net.prototxt", "source", "mean"}


@pytest.mark.parametrize("type", SOURCES)
@pytest.mark.parametrize("source", ["pipe", "/dev/zero", "list"])
def test_a_source_without_an_end_is_one_line_at_once(type: str, source: str, here: Path) -> None:
    if type == "HDF5Data":
        pytest.importorskip("h5py")
    (here / "list").write_text("pipe 1\n")
    text = (
        f'layer {{ name: "x" type: "{type}" {tops(type)} transform_param {{ crop_size: 2 }} '
        f'{SOURCES[type]} {{ source: "{source}" batch_size: 2 }} }}'
    )
    with pytest.raises(fk.LayerError) as refusal:
        fk.load_net(text)
    assert "\n" not in str(refusal.value)
    if (type, source) not in (("Data", "list"), ("WindowData", "list")):
        assert any(w in str(refusal.value) for w in ("not a regular file", "is not a folder with"))


@pytest.mark.parametrize("path", ["pipe", "/dev/zero", "/dev/tty"])
def test_a_net_without_an_end_is_one_line_at_once(path: str, here: Path) -> None:
    for read in (fk.load_net, fk.read_net, fk.read_solver, fk.upgrade_text):
        with pytest.raises(fk.PrototxtError) as refusal:
            read(path)
        assert str(refusal.value) == f"{path}: cannot be read: it is not a regular file"


@pytest.mark.parametrize("field", ["net", "train_net"])
def test_a_solver_s_net_without_an_end_is_not_opened(field: str, here: Path) -> None:
    with pytest.raises(fk.PrototxtError, match="the solver's net 'pipe' is not there"):
        fk.load_net(f'{field}: "pipe" base_lr: 1\n')


@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_weights_without_an_end_are_one_line_at_once(suffix: str, here: Path) -> None:
    for target in ("pipe", "/dev/zero"):
        path = here / f"{target[1:4]}.{suffix}"
        path.symlink_to(here / target)
        with pytest.raises(fk.FormatError, match="cannot be read: it is not a regular file"):
            fk.load(path)


def test_a_schema_without_an_end_is_one_line_at_once(here: Path) -> None:
    pytest.importorskip("grpc_tools")
    with pytest.raises(fk.FillerkitError, match="pipe: there is no such file"):
        fk.load_net(HEAD, proto="pipe")
    os.mkfifo("caffe.proto")
    (here / "net.prototxt").write_text("layer { field_of_a_fork: 1 }")
    with pytest.raises(fk.PrototxtError, match="has no field 'field_of_a_fork'"):
        fk.load_net("net.prototxt")
