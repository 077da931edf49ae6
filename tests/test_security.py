"""What SECURITY.md promises: each sentence of its list is claimed by a test here.

What is tried against each format and each command is in tests/hostile.
"""

from __future__ import annotations

import hashlib
import html
import io
import json
import os
import pickle
import re
import signal
import sys
import threading
import time
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import weights

import fillerkit as fk
from fillerkit.cli import main

PAGE = Path(__file__).parents[1] / "SECURITY.md"
EVIL = "\x1b[2J\r\n\x9b\u202e\u2028x"
NET = 'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [2, 3] } } } '
claimed: list[str] = []


def claims(*sentences: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Say which sentences of the page a test holds."""
    claimed.extend(sentences)
    return lambda test: test


def promised() -> list[str]:
    """The sentences of the list under "What is promised"."""
    part = PAGE.read_text().partition("## What is promised")[2].partition("\n## ")[0]
    items = re.findall(r"^- (.*(?:\n  .*)*)", part, re.MULTILINE)
    return [s for item in items for s in re.split(r"(?<=\.)\s+", " ".join(item.split()))]


def test_every_sentence_of_the_page_is_claimed_by_a_test_and_only_those() -> None:
    assert len(promised()) > 10
    assert sorted(promised()) == sorted(claimed)


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The command line in this process; its exit code."""
    monkeypatch.setattr(sys, "argv", ["fillerkit", *arguments])
    try:
        main()
    except SystemExit as stop:
        assert isinstance(stop.code, int)
        return stop.code
    return 0


class Evil:
    """Makes a folder where it is unpickled."""

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return os.mkdir, ("run",)


@claims("Nothing in a file is run.")
@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_a_pickle_in_a_weight_file_is_not_run(suffix: str) -> None:
    path = Path(f"x.{suffix}")
    path.write_bytes(pickle.dumps(Evil()))
    with pytest.raises(fk.FormatError):
        fk.load(path)
    array = io.BytesIO()
    np.save(array, np.array([Evil()], dtype=object), allow_pickle=True)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("ip/0.npy", array.getvalue())
        archive.writestr("x/data.pkl", pickle.dumps(Evil()))
    with pytest.raises(fk.FormatError):
        fk.load(path)
    assert not Path("run").exists()


@claims("The code that a Python layer names is imported only with `--python-layers`.")
def test_a_python_layer_is_imported_only_when_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("hostile_module.py").write_text("import os\nos.mkdir('run')\n")
    Path("net.prototxt").write_text(
        NET + 'layer { name: "p" type: "Python" bottom: "d" top: "x" '
        'python_param { module: "hostile_module" layer: "X" } }'
    )
    for command in ("show", "check", "init", "draw", "upgrade"):
        run(monkeypatch, command, "net.prototxt")
        assert not Path("run").exists()
    run(monkeypatch, "show", "net.prototxt", "--python-layers")
    assert Path("run").exists()


def opened(monkeypatch: pytest.MonkeyPatch, net: str) -> set[str]:
    """What init, show and check open to read, of what lies in the working directory."""
    found: set[str] = set()
    here = Path.cwd()
    watched.append(lambda path: found.add(path.name) if path.parent == here else None)
    try:
        for command in ("init", "show", "check"):
            run(monkeypatch, command, net)
    finally:
        watched.clear()
    return {name for name in found if not name.endswith((".part", ".npz"))}


watched: list[Callable[[Path], object]] = []


@pytest.fixture(scope="module", autouse=True)
def hook() -> None:
    def hear(event: str, of: tuple[Any, ...]) -> None:
        if event == "open" and watched and isinstance(of[0], str | bytes):
            watched[0](Path(os.fsdecode(of[0])).absolute())

    sys.addaudithook(hear)


@claims(
    "Of the files that a net names, `init`, `show` and `check` open its data source with the first "
    "file that this lists, the text of numbers that a filler of type `file` names, and no other."
)
def test_a_net_has_only_its_values_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("mean", "matrix", "second"):
        Path(name).write_bytes(b"1")
    Path("values").write_text("1 " * 2 * 3 * 2 * 2)
    Path("list").write_text("first 1\nsecond 2\n")
    Path("net.prototxt").write_text(
        'layer { name: "a" type: "ImageData" top: "a" top: "l" transform_param { mean_file: "mean" '
        'crop_size: 2 } image_data_param { source: "list" batch_size: 2 new_height: 4 '
        "new_width: 4 } }"
        'layer { name: "b" type: "InfogainLoss" bottom: "a" bottom: "l" top: "b" '
        'infogain_loss_param { source: "matrix" } } layer { name: "c" type: "InnerProduct" '
        'bottom: "a" top: "c" inner_product_param { num_output: 2 weight_filler { type: "file" '
        'file: "values" } } }'
    )
    pillow: Any = pytest.importorskip("PIL.Image")
    pillow.new("RGB", (8, 8)).save("first", "PNG")
    assert opened(monkeypatch, "net.prototxt") == {"net.prototxt", "list", "first", "values"}


@claims("Of a solver's they open the net.")
def test_a_solver_has_only_its_net_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("weights.caffemodel").write_bytes(b"1")
    Path("net.prototxt").write_text(NET)
    Path("solver.prototxt").write_text(
        'net: "net.prototxt" weights: "weights.caffemodel" snapshot_prefix: "s" base_lr: 1'
    )
    assert opened(monkeypatch, "solver.prototxt") == {"solver.prototxt", "net.prototxt"}


@claims("A pipe or a device is refused, and not waited at.")
@pytest.mark.parametrize("path", ["pipe", "/dev/zero"])
def test_a_pipe_or_a_device_is_refused(path: str) -> None:
    os.mkfifo("pipe")
    Path("x.npz").symlink_to(path)
    source = f'type: "ImageData" top: "a" top: "b" image_data_param {{ source: "{path}" }}'
    for read, given in (
        (fk.load_net, path),
        (fk.load, "x.npz"),
        (fk.load_net, f'layer {{ name: "x" {source} }}'.replace('" }', '" batch_size: 1 }')),
    ):
        with pytest.raises(fk.FillerkitError, match="it is not a regular file"):
            read(given)


@claims("Only the net of a command may come through a pipe: `<(...)`.")
def test_the_net_of_a_command_may_come_through_a_pipe(monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo("pipe")
    writer = threading.Thread(target=Path("pipe").write_text, args=(NET,))
    writer.start()
    assert run(monkeypatch, "show", "pipe") == 0
    writer.join()


@claims(
    "An HDF5 file leads to no other: links, values that lie elsewhere and filters from the disk "
    "are refused."
)
@pytest.mark.parametrize("kind", ["link", "values", "virtual"])
def test_an_hdf5_file_leads_to_no_other(kind: str) -> None:
    h5py: Any = pytest.importorskip("h5py")
    os.mkfifo("pipe")  # to open it would be to wait for ever
    with h5py.File("x.h5", "w") as file:
        if kind == "link":
            file["data/a/0"] = file["top"] = h5py.ExternalLink("pipe", "/x")
        for name in ("data/a/0", "top") if kind != "link" else ():
            if kind == "values":
                file.create_dataset(name, (3,), "<f4", external=[("pipe", 0, 12)])
            else:
                layout = h5py.VirtualLayout((4,), "<f4")
                layout[:] = h5py.VirtualSource("pipe", "x", (4,))
                file.create_virtual_dataset(name, layout)
    words = "not followed" if kind == "link" else "in other files, which are not opened"
    with pytest.raises(fk.FormatError, match=words):
        fk.load("x.h5")
    Path("list").write_text("x.h5\n")
    with pytest.raises(fk.LayerError, match=r"link, which is not|in other files"):
        fk.load_net(
            'layer { name: "x" type: "HDF5Data" top: "top" '
            'hdf5_data_param { source: "list" batch_size: 2 } }'
        )


def test_no_filter_is_loaded_for_an_hdf5_file() -> None:
    h5py: Any = pytest.importorskip("h5py")
    with h5py.File("x.h5", "w") as file:
        file.create_dataset("data/a/0", data=np.ones(4, np.float32), compression="lzf")
    with pytest.raises(fk.FormatError, match="packed by the filter 32000"):
        fk.load("x.h5")


@claims(
    "A name in a file of weights is never taken for a path, but for those of shards in an index, "
    "which lead to files in its own folder only."
)
def test_a_name_is_no_path() -> None:
    values = weights.small_blobs()["c"].bias
    Path("inside").mkdir()
    os.chdir("inside")
    weights.blobs_of({(name, 0): values for name in ("../x", "/tmp/x", "a/b")}).save("x.caffemodel")
    assert set(fk.load("x.caffemodel")) == {"../x", "/tmp/x", "a/b"}
    assert [path.name for path in Path("..").rglob("*")] == ["inside", "x.caffemodel"]
    for name in ("../x.safetensors", str(Path("../x.safetensors").resolve())):
        index = json.dumps({"weight_map": {"a/0": name}})
        Path("model.safetensors.index.json").write_text(index)
        with pytest.raises(fk.FormatError, match="out of its folder"):
            fk.load(".")


@claims(
    "A file that is cut, damaged or made to do harm is refused in one line that names it, at once "
    "and in no more memory than it has bytes for."
)
@pytest.mark.parametrize("suffix", [*weights.FORMATS, "prototxt"])
def test_a_file_that_is_cut_is_refused(suffix: str) -> None:
    path = Path(f"x.{suffix}")
    if suffix == "prototxt":
        path.write_text(NET.rstrip())
    else:
        weights.small_blobs().save(path)
    whole = path.read_bytes()
    read = fk.load_net if suffix == "prototxt" else fk.load
    read(path)  # which imports what the format needs
    for size in (1, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:size])
        tracemalloc.start()
        start = time.monotonic()
        with pytest.raises((fk.FormatError, fk.PrototxtError)) as refusal:
            read(path)
        assert time.monotonic() - start < 5
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
        tracemalloc.stop()
        assert str(refusal.value).startswith(f"x.{suffix}:")
        assert "\n" not in str(refusal.value)


@claims("A size that it says is believed as far as its bytes can hold it.")
def test_a_size_that_the_bytes_cannot_hold_is_refused() -> None:
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,), }".ljust(117)
    with zipfile.ZipFile("x.npz", "w") as archive:
        archive.writestr("ip/0.npy", b"\x93NUMPY\x01\x00\x76\x00" + header + b"\n" + bytes(64))
    with pytest.raises(fk.FormatError, match=r"^x\.npz: "):
        fk.load("x.npz")


@claims("Packed values unpack to at most 1,100 times the file, a picture to that or 32 MiB.")
def test_values_that_unpack_to_more_are_refused() -> None:
    h5py: Any = pytest.importorskip("h5py")
    with h5py.File("x.h5", "w") as file:
        zeros = np.zeros(1 << 20, np.float32)
        file.create_dataset("data/a/0", data=zeros, compression="gzip", chunks=(1 << 20,))
        for index in range(1, 1100):
            file[f"data/a/{index}"] = file["data/a/0"]
    assert Path("x.h5").stat().st_size * 1100 < 1100 * zeros.nbytes
    with pytest.raises(fk.FormatError, match="cannot hold"):
        fk.load("x.h5")


def test_a_picture_that_unpacks_to_more_is_refused() -> None:
    pytest.importorskip("PIL")
    Path("list").write_text("x.ppm 1\n")
    source = 'image_data_param { source: "list" batch_size: 1 }'
    for side, words in ((2896, "truncated"), (2897, "it says it is 2,897x2,897")):
        Path("x.ppm").write_bytes(b"P6 %d %d 255\n" % (side, side))
        with pytest.raises(fk.LayerError, match=words):
            fk.load_net(f'layer {{ name: "x" type: "ImageData" top: "a" top: "b" {source} }}')


@claims(
    "What a person sees of a file is printable: control characters, line breaks and marks that "
    "turn letters around are shown as escapes."
)
def test_what_a_person_sees_is_printable(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = EVIL.replace("\n", "\\n")
    Path("net.prototxt").write_text(NET.replace('"d"', f'"{name}"'), newline="")
    Path("bad.prototxt").write_text(NET.replace("Input", name), newline="")
    for net in ("net.prototxt", "bad.prototxt"):
        for command in ("show", "check"):
            run(monkeypatch, command, net)
    page = fk.load_net("net.prototxt")._repr_html_()
    said = "".join(capsys.readouterr()) + page
    assert r"\x1b[2J\r\n\x9b\u202e\u2028x" in said
    assert all(line.isprintable() for line in said.split("\n"))


@claims("JSON is for programs, and has names as they are.")
def test_json_has_names_as_they_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    name = EVIL.replace("\n", "\\n")
    Path("net.prototxt").write_text(NET.replace('"d"', f'"{name}"'), newline="")
    run(monkeypatch, "show", "net.prototxt", "--json")
    assert json.loads(capsys.readouterr().out)["layers"][0]["name"] == EVIL


@claims("A filler that no draw ever makes a value of is refused before the first draw.")
def test_a_filler_without_values_is_refused() -> None:
    filler = 'type: "uniform" min: 3.4028235e38 max: 3.4028235e38'
    net = fk.load_net(
        NET
        + f"""layer {{ name: "c" type: "InnerProduct" bottom: "d" top: "c"
                inner_product_param {{ num_output: 2 weight_filler {{ {filler} }} }} }}"""
    )
    with pytest.raises(fk.FillerError, match="leave nothing to draw"):
        net.fill(1)


@pytest.fixture
def _interrupted() -> Iterator[None]:
    """SIGINT interrupts: who runs the tests may ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupt() -> None:
    os.kill(os.getpid(), signal.SIGINT)


@claims(
    "Ctrl-C and SIGTERM end the making of values at once, or after the call of LAPACK that works "
    "out a matrix of `orthogonal` or `delta_orthogonal`."
)
@pytest.mark.usefixtures("_interrupted")
def test_a_signal_ends_the_making_of_values() -> None:
    stream = fk.CaffeStream(1)
    values = np.zeros(2**28, np.float32)
    threading.Timer(0.1, interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        stream.fill(("ip", 0), fk.Gaussian(0.0, 1.0), values)
    assert not values[-1]  # what is left of the blob was not made


@pytest.mark.usefixtures("_interrupted")
def test_a_signal_while_lapack_works_ends_the_making_of_values_after_it() -> None:
    layer = """layer { name: "NAME" type: "InnerProduct" bottom: "d" top: "NAME"
        inner_product_param { num_output: 600 weight_filler { type: "orthogonal" } } }"""
    net = fk.load_net(
        NET.replace("[2, 3]", "[1, 600]") + "".join(layer.replace("NAME", n) for n in "stuvwxyz")
    )
    filled: list[int] = []

    def progress(count: int) -> None:
        if not filled:
            threading.Timer(0.0, interrupt).start()
        filled.append(count)

    with pytest.raises(KeyboardInterrupt):
        net.save("x.npz", seed=1, progress=progress)
    assert sum(filled) < net.count


@claims(
    "Once the values of a `.pt` are made, PyTorch writes them: then they end it after the blob "
    "that it is at, a second or more later if that has a gigabyte."
)
@pytest.mark.usefixtures("_interrupted")
def test_a_signal_ends_the_writing_of_a_pt_after_a_blob(monkeypatch: pytest.MonkeyPatch) -> None:
    torch: Any = pytest.importorskip("torch")
    written: list[int] = []
    save = torch.save

    class Interrupted(io.BytesIO):
        def write(self, data: Any) -> int:
            if len(data) >= 1 << 20:
                written.append(len(data))
                interrupt()
            return super().write(data)

    monkeypatch.setattr(torch, "save", lambda state, _: save(state, Interrupted()))
    blobs = weights.blobs_of({(name, 0): np.ones(1 << 18, np.float32) for name in "abc"})
    with pytest.raises(KeyboardInterrupt):
        blobs.save("x.pt")
    assert written == [1 << 20]
    assert list(Path().iterdir()) == []


@claims("What is written is there whole or not at all.")
@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_what_is_written_is_there_whole_or_not_at_all(suffix: str) -> None:
    class Stop(Exception):
        pass

    def stop(count: int) -> None:
        raise Stop

    path = Path(f"x.{suffix}")
    path.write_bytes(b"old")
    with pytest.raises(Stop):
        fk.load_net(weights.SMALL).save(path, seed=1, progress=stop)
    assert {file.name: file.read_bytes() for file in Path().iterdir()} == {path.name: b"old"}


@claims("Nothing else is changed.")
def test_what_is_read_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("net.prototxt").write_text(weights.SMALL)
    weights.small_blobs().save("w.npz")

    def state() -> dict[str, tuple[str, int]]:
        files = {path: path.read_bytes() for path in Path().iterdir() if path.name != "out.npz"}
        return {
            str(path): (hashlib.sha256(data).hexdigest(), path.stat().st_mtime_ns)
            for path, data in files.items()
        }

    before = state()
    for arguments in (
        ["init", "net.prototxt", "-o", "out.npz", "--weights", "w.npz"],
        ["show", "net.prototxt"],
        ["check", "net.prototxt"],
        ["stats", "w.npz"],
        ["diff", "w.npz", "out.npz"],
    ):
        run(monkeypatch, *arguments)
    assert Path("out.npz").exists()
    assert state() == before


@claims(
    "The page of `fillerkit report` shows what a net says as text, and its policy lets a browser "
    "ask for nothing."
)
def test_a_report_has_no_markup_of_a_net_and_asks_for_nothing() -> None:
    pytest.importorskip("jinja2", reason="Jinja2 is not installed")
    pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")
    net = fk.load_net(
        NET.replace('name: "d"', "name: '<script src=\"//x\">]]></style><img src=x>'")
    )
    page = fk.report(net).html
    assert "<script src" not in page
    assert "<img" not in page
    assert page.count("</style>") == 1
    assert "default-src 'none'" in html.unescape(page)
