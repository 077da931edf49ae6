"""Names, paths, values and options that mean to rewrite the screen or to forge a message."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import weights

import fillerkit as fk
from fillerkit.cli import main

FORGED = "error: forged"
EVIL = f"e\x1b[45mv\x1b[2Ji\r\n{FORGED}\x9b31m\x7f\u202e\u2066\u200f\u2028\x85l"
RAW = EVIL.replace("\n", "\\n").encode() + b"\\000"
"""The same as it can stand in the strings of a prototxt."""
BYTES = {"UTF-8": RAW, "other bytes": RAW + b"\xff\xed\xa0\x80"}
EVIL_NAME = f"{EVIL}\udcff"
"""A name of a file."""

INPUT = 'layer { name: "EVIL" type: "Input" top: "EVIL" input_param { shape { dim: [2, 3] } } }'
TEXTS = {
    "names": 'name: "EVIL" ' + INPUT + ' layer { name: "ip EVIL" type: "InnerProduct" '
    'bottom: "EVIL" top: "ip EVIL" inner_product_param { num_output: 4 '
    'weight_filler { type: "gaussian" std: 0.1 } } param { name: "EVIL" } }'
    ' layer { name: "p EVIL" type: "PReLU" bottom: "ip EVIL" top: "ip EVIL" }',
    "type": INPUT + ' layer { name: "EVIL" type: "EVIL" bottom: "EVIL" top: "x" }',
    "types": INPUT + ' layer { name: "EVIL" type: "EVIL" bottom: "EVIL" top: "EVIL1" }'
    ' layer { name: "b" type: "EVIL" bottom: "EVIL1" top: "y" }',
    "leaf": INPUT + ' layer { name: "EVIL" type: "EVIL" bottom: "EVIL" }',
    "bottom": 'layer { name: "a" type: "ReLU" bottom: "EVIL" top: "x" }',
    "filler": INPUT + ' layer { name: "a" type: "InnerProduct" bottom: "EVIL" top: "x" '
    'inner_product_param { num_output: 4 weight_filler { type: "EVIL" } } }',
    "file filler": INPUT + ' layer { name: "a" type: "InnerProduct" bottom: "EVIL" top: "x" '
    'inner_product_param { num_output: 4 weight_filler { type: "file" file: "EVIL" } } }',
    "python": INPUT + ' layer { name: "EVIL" type: "Python" bottom: "EVIL" top: "x" '
    'python_param { module: "EVIL" layer: "EVIL" param_str: "EVIL" } }',
    "field": "EVIL: 3",
    "unknown field": 'layer { name: "EVIL" evil_field: "EVIL" }',
    "enum": "layer { name: 'EVIL' type: 'Pooling' pooling_param { pool: EVIL } }",
    "number": "layer { name: 'a' type: 'LRN' lrn_param { local_size: 'EVIL' } }",
    "stage": "state { stage: 'EVIL' } layer { name: 'a' type: 'EVIL' include { stage: 'EVIL' } }",
    "source": 'layer { name: "EVIL" type: "Data" top: "EVIL" data_param { source: "EVIL" '
    "batch_size: 2 } transform_param { mean_file: 'EVIL' } }",
    "listed": 'layer { name: "EVIL" type: "ImageData" top: "EVIL" top: "b" image_data_param { '
    'source: "list" batch_size: 2 } }',
    "listed h5": 'layer { name: "EVIL" type: "HDF5Data" top: "EVIL" hdf5_data_param { '
    'source: "list" batch_size: 2 } }',
    "windows": 'layer { name: "EVIL" type: "WindowData" top: "EVIL" top: "b" window_data_param { '
    'source: "list" batch_size: 2 } transform_param { crop_size: 2 } }',
    "solver": 'net: "EVIL" base_lr: 0.1',
    "weights": 'net_param { layer { name: "EVIL" type: "Input" top: "EVIL" } } base_lr: 1 '
    'weights: "EVIL" snapshot_prefix: "EVIL"',
    "stray": "EVIL",
    "open": 'layer { name: "EVIL',
}
OPTIONS = [
    ["--shape", f"{EVIL}=2,3"],
    ["--shape", EVIL],
    ["--filler", f"*={EVIL}"],
    ["--filler", f"{EVIL}=msra(std={EVIL})"],
    ["--filler", EVIL],
    ["--type", f"{EVIL}={EVIL}"],
    ["--param", f"{EVIL}=2:{EVIL}"],
    ["--stage", EVIL],
    ["--phase", EVIL],
    ["--dialect", EVIL],
    ["--proto", EVIL],
    ["--level", EVIL],
    [f"--{EVIL}"],
    [EVIL],
    ["--allow-unknown-fields"],
]
OURS = re.compile(r"\x1b\[(0|1|1;31|1;33|31|33)?m")
"""The colours that are ours."""

Said = Callable[..., tuple[str, str]]


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


@pytest.fixture(params=["pipe", "terminal", "no colour"])
def said(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    """Runs a command in this process, and holds what it prints against what may be printed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    if request.param == "no colour":
        monkeypatch.setenv("NO_COLOR", "1")
    kind = io.TextIOWrapper if request.param == "pipe" else Terminal

    def call(*arguments: str) -> tuple[str, str]:
        streams = [kind(io.BytesIO(), encoding="utf-8") for _ in range(2)]
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["fillerkit", *arguments])
            patch.setattr(sys, "stdout", streams[0])
            patch.setattr(sys, "stderr", streams[1])
            try:
                main()
            except SystemExit as stop:
                assert stop.code in (0, 1, 2)
        for stream in streams:
            stream.flush()
        out, err = (stream.buffer.getvalue().decode() for stream in streams)  # type: ignore[attr-defined]
        check(out if "--json" not in arguments else "", err, colored=request.param == "terminal")
        return out, err

    return call


def check(out: str, err: str, *, colored: bool) -> None:
    """Nothing but text, line breaks of ours and our own colours; every error is one of ours."""
    for line in (*out.split("\n"), *err.split("\n")):
        seen = OURS.sub("", line) if colored else line
        assert seen.isprintable(), ascii(line)
        assert not seen.lower().startswith(FORGED)
    assert "Traceback" not in err
    assert "fault of fillerkit" not in err


@pytest.mark.parametrize("raw", BYTES)
@pytest.mark.parametrize("text", TEXTS)
def test_nothing_in_a_net_or_a_solver_reaches_the_terminal_as_it_is(
    text: str, raw: str, said: Said
) -> None:
    Path("net.prototxt").write_bytes(TEXTS[text].encode().replace(b"EVIL", BYTES[raw]))
    Path("list").write_bytes(EVIL.encode() + b"\xff 1\n")
    for name in ("show", "check"):
        said(name, "net.prototxt")
        said(name, "net.prototxt", "--json")
        said(name, "net.prototxt", "--allow-unknown-fields")
    said("check", "net.prototxt", "--verbose")
    said("init", "net.prototxt", "-o", "x.npz", "--seed", "1")
    said("draw", "net.prototxt", "-o", "x.dot")
    said("show", "net.prototxt", "--python-layers")
    if weights.installed("pt"):
        said("signal", "net.prototxt", "--batch", "2")


@pytest.mark.parametrize("raw", BYTES)
@pytest.mark.parametrize("text", TEXTS)
def test_nothing_in_a_net_reaches_who_prints_in_python(
    text: str, raw: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("list").write_bytes(EVIL.encode() + b"\xff 1\n")
    path = tmp_path / "net.prototxt"
    path.write_bytes(TEXTS[text].encode().replace(b"EVIL", BYTES[raw]))
    check(str(fk.check(path)), "", colored=False)
    try:
        net = fk.load_net(path)
    except fk.FillerkitError as error:
        check(str(error), error.message, colored=False)
    else:
        page = net._repr_html_()
        drawn = fk.draw(net, format="dot").decode().replace("\N{WORD JOINER}", "")  # which is ours
        check(page, drawn, colored=False)
        check("\n".join(net.notes), repr(net), colored=False)


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: options[0][:9].strip("-e\x1b"))
def test_no_option_reaches_the_terminal_as_it_is(options: list[str], said: Said) -> None:
    Path("net.prototxt").write_bytes(TEXTS["names"].encode().replace(b"EVIL", b"ip"))
    for name in ("show", "init", "check", "draw", "stats", "diff", "fillers", "layers", "upgrade"):
        said(name, "net.prototxt", *options)
    said(*options)


@pytest.mark.parametrize("suffix", [*weights.FORMATS, "prototxt", "nothing"])
def test_no_path_reaches_the_terminal_as_it_is(suffix: str, said: Said) -> None:
    name = f"{EVIL_NAME}.{suffix}"
    for make in (None, lambda: Path(name).write_bytes(b""), lambda: Path(name).write_bytes(b"{")):
        if make:
            make()
        for command in ("show", "check", "init", "stats", "upgrade", "draw"):
            said(command, name)
        said("diff", name, name)
        said("convert", name, name)
        said("convert", name, f"{name}2.npz")
    Path("net.prototxt").write_bytes(TEXTS["names"].encode().replace(b"EVIL", b"ip"))
    said("init", "net.prototxt", "-o", name)
    said("init", "net.prototxt", "-o", f"{EVIL}/{name}")
    said("init", "net.prototxt", "-o", "x.npz", "--weights", name)
    said("draw", "net.prototxt", "-o", name)
    said("upgrade", "net.prototxt", "-o", f"{EVIL}/{name}")


@pytest.mark.parametrize("suffix", weights.installed("npz", "caffemodel", "safetensors", "pt"))
def test_no_name_in_a_weight_file_reaches_the_terminal_as_it_is(suffix: str, said: Said) -> None:
    bias = weights.small_blobs()["c"].bias
    evil = EVIL.replace("\r", "")
    for at, layer in enumerate((evil, f"{evil}2")):
        weights.blobs_of({(layer, 0): bias + at, ("c", 0): bias + at}).save(f"{at}.{suffix}")
    said("stats", f"0.{suffix}", "--hist")
    said("stats", f"0.{suffix}", "--json")
    said("diff", f"0.{suffix}", f"1.{suffix}")
    said("convert", f"0.{suffix}", "x.npz")
    Path("net.prototxt").write_bytes(TEXTS["names"].encode().replace(b"EVIL", b"ip"))
    said("init", "net.prototxt", "-o", "y.npz", "--weights", f"0.{suffix}")
    said("stats", f"0.{suffix}", "--net", "net.prototxt")


def test_a_real_terminal_is_told_the_same(tmp_path: Path) -> None:
    script = shutil.which("script")
    if script is None:
        pytest.skip("there is no script(1), which makes a terminal")
    (tmp_path / "net.prototxt").write_bytes(TEXTS["names"].encode().replace(b"EVIL", RAW))
    command = f"{sys.executable} -m fillerkit show net.prototxt"
    done = subprocess.run(
        [script, "-qec", command, "/dev/null"],
        cwd=tmp_path,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "80"},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    check(done.stdout.decode().replace("\r\n", "\n"), "", colored=True)
