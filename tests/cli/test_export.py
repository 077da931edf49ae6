"""``fillerkit export``."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fillerkit as fk
from fillerkit.cli.export import tell_untrained

from .conftest import NET

for name in ("torch", "onnx", "onnxscript"):
    pytest.importorskip(name, reason=f"{name} is not installed")

Run = Callable[..., subprocess.CompletedProcess[str]]

FRESH = """layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 6] } } }
layer { name: "norm" type: "BatchNorm" bottom: "data" top: "norm" }
"""


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What the command asks to be exported: the net, the blobs, the rest; nothing is traced."""
    from fillerkit import onnx
    from fillerkit.onnx import Exported

    asked: list[tuple[Any, ...]] = []

    def export(net: fk.Net, blobs: fk.Blobs, path: str, **options: Any) -> Exported:
        asked.append((net, blobs, path, options))
        return Exported((Path(path),), (("data", (2, 6)),), (("out", (2, 3)),), 4, 18)

    monkeypatch.setattr(onnx, "export", export)
    return asked


def test_a_net_is_written_beside_where_one_stands(folder: Path, command: list[str]) -> None:
    """In a process of its own: libraries are not to talk either."""
    done = subprocess.run([*command, "export", "net.prototxt"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "net.onnx: 3 nodes, opset 18, phase TEST: data 2x6 -> out 2x3\n"
    assert (folder / "net.onnx").exists()


def test_the_phase_is_test_unless_another_is_said(run: Run, written: list[Any]) -> None:
    run("export", "net.prototxt")
    run("export", "net.prototxt", "--phase", "train")
    assert [net.phase for net, *_ in written] == ["TEST", "TRAIN"]


def test_values_are_filled_with_the_seed(run: Run, written: list[Any]) -> None:
    run("export", "net.prototxt", "--seed", "5")
    run("export", "net.prototxt")
    net = fk.load_net(NET, phase="TEST")
    for (_, blobs, *_), seed in zip(written, (5, 1), strict=True):
        assert not fk.compare(blobs, net.fill(seed)).differences


def test_weights_of_a_file_are_taken(run: Run, folder: Path, written: list[Any]) -> None:
    trained = fk.load_net(NET.replace('"ip"', '"old"'), phase="TEST").fill(9)
    trained.save(folder / "w.npz")
    done = run("export", "net.prototxt", "--weights", "w.npz", "--rename", "old=ip")
    assert done.returncode == 0
    assert (written[0][1]["ip"].weight == trained["old"].weight).all()


def test_weights_of_another_net_are_refused(run: Run, folder: Path, written: list[Any]) -> None:
    fk.load_net(NET, phase="TRAIN").fill(9).save(folder / "w.npz")
    done = run("export", "net.prototxt", "--weights", "w.npz")
    assert (done.returncode, written) == (1, [])
    assert "w.npz: no layer out, which the net has" in done.stderr
    assert run("export", "net.prototxt", "--weights", "w.npz", "--on-mismatch", "fill").stdout


def test_what_is_asked_of_the_graph_is_handed_on(run: Run, written: list[Any]) -> None:
    run("export", "net.prototxt", "--until", "ip", "--until", "data", "--opset", "20")
    run("export", "net.prototxt", "-o", "b.onnx", "--dynamic-batch")
    assert [(path, options) for *_, path, options in written] == [
        ("net.onnx", {"until": ("ip", "data"), "opset": 20, "dynamic_batch": False}),
        ("b.onnx", {"until": (), "dynamic_batch": True}),
    ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["-o", "net.pb"], "'net.pb': a net is exported as ONNX: its suffix is to be .onnx"),
        (["--opset", "9"], "opset 9 cannot be written: it is one of 18 to 23"),
        (["--until", "outt"], "no layer makes a blob 'outt'; did you mean 'out'?"),
        (["--rename", "a=b"], "--rename says what to take from a file: give --weights"),
    ],
)
def test_what_makes_no_sense_is_one_error(
    run: Run, folder: Path, words: list[str], said: str
) -> None:
    done = run("export", "net.prototxt", *words)
    assert (done.returncode, done.stderr) == (2, f"error: {said}\n")
    assert [file.name for file in folder.iterdir()] == ["net.prototxt"]


def test_a_file_that_cannot_be_written_is_one_error(run: Run, folder: Path) -> None:
    done = run("export", "net.prototxt", "-o", "nowhere/net.onnx")
    assert (done.returncode, done.stdout) == (1, "")
    assert "nowhere/net.onnx: cannot be written: there is no folder 'nowhere'" in done.stderr


def test_where_to_stop_is_told_as_options(run: Run, folder: Path) -> None:
    (folder / "odd.prototxt").write_text(
        NET + 'layer { name: "odd" type: "Odd" bottom: "out" top: "odd" }'
    )
    done = run("export", "odd.prototxt", "--shape", "odd=2,3")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == "stop before: --until out"


def test_a_fresh_batch_norm_is_told_of_with_the_way_out(run: Run, folder: Path) -> None:
    (folder / "fresh.prototxt").write_text(FRESH)
    told = run("export", "fresh.prototxt").stderr
    assert told.startswith("note: 1 BatchNorm layer (norm) starts with a variance of 0")
    options = [word.strip("'\n") for word in told.partition("or --filler")[2].split(" --filler ")]
    fixed = run(
        "export", "fresh.prototxt", *(f"--filler={word.strip(chr(39) + ' ')}" for word in options)
    )
    assert (fixed.returncode, fixed.stderr) == (0, "")


def test_without_onnx_it_says_what_to_install(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in [name for name in sys.modules if name.startswith("fillerkit.onnx")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.delattr(fk, "onnx", raising=False)
    monkeypatch.setitem(sys.modules, "onnxscript", None)
    done = run("export", "net.prototxt")
    assert done.returncode == 2
    assert "needs onnxscript: pip install 'fillerkit[onnx]'" in done.stderr


def test_a_fresh_bn_is_told_of_with_fillers_for_the_blobs_that_it_has(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rates = " ".join(f"param {{ lr_mult: {rate} }}" for rate in (1, 1, 0, 0))
    bn = f'layer {{ name: "bn" type: "BN" bottom: "data" top: "bn" {rates} }}'
    net = fk.load_net(FRESH.splitlines()[0] + bn)
    tell_untrained(net, ["bn"])
    told = capsys.readouterr().err
    assert told.startswith("note: 1 BN layer (bn) starts with a variance of 0")
    assert told.endswith("or --filler '*:variance=constant(value=1)'\n")
    fk.load_net(FRESH.splitlines()[0] + bn, fillers={"*:variance": "constant(value=1)"})
