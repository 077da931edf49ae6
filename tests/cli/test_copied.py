"""What ``--weights`` brings, told by every command that starts a net from files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from .conftest import Run

NEEDS = {"signal": ["torch"], "export": ["torch", "onnx", "onnxscript"]}


@pytest.mark.parametrize("command", ["init", "signal", "export"])
def test_only_weights_that_no_file_gives_are_told_to_stay_zeros(
    command: str, run: Run, folder: Path
) -> None:
    for package in NEEDS.get(command, ()):
        pytest.importorskip(package, reason=f"{package} is not installed")
    text = (folder / "net.prototxt").read_text()
    options = ["--phase", "test", "--weights", "w.npz"]
    run("init", "net.prototxt", "--seed", 1, "--phase", "test", "-o", "w.npz")
    (folder / "net.prototxt").write_text(re.sub("weight_filler {.*?}", "", text))
    done = run(command, "net.prototxt", *options)
    assert done.returncode == 0
    assert "all zeros" not in done.stderr
    assert "note: copied 2 layers (ip, out) from w.npz; filled 0 layers" in done.stderr
    less = text.replace('"out"', '"other"')
    (folder / "net.prototxt").write_text(re.sub("weight_filler {.*?}", "", less))
    drawn = ["--on-mismatch", "fill"] if command == "export" else []
    done = run(command, "net.prototxt", *options, *drawn)
    assert done.returncode == 0
    assert re.search("note: all zeros, .*: other\n", done.stderr)
