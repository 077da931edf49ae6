"""The flags of the caffe command: as gflags takes them, and errors that say what helps."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from fillerkit.pycaffe.command.flags import run
from fillerkit.pycaffe.process import caffe
from fillerkit.pycaffe.training.log import LEVEL


def code(*arguments: str) -> int:
    """The exit code of ``caffe`` with these arguments."""
    with pytest.raises(SystemExit) as ended:
        run(arguments)
    assert isinstance(ended.value.code, int)
    return ended.value.code


@pytest.mark.parametrize(
    "arguments",
    [
        ("time", "-model", "net.prototxt", "-iterations", "1"),
        ("time", "--model", "net.prototxt", "--iterations", "1"),
        ("time", "-model=net.prototxt", "--iterations=1"),
        ("-model=net.prototxt", "-iterations=1", "time"),
    ],
)
def test_a_flag_has_one_dash_or_two_and_stands_anywhere(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    assert code(*arguments) == 0
    assert "Testing for 1 iterations." in capsys.readouterr().err


def test_help_says_what_holds_when_a_flag_is_not_given(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert code("train", "-h") == 0
    shown = capsys.readouterr().out
    for default in ("50", "TRAIN", "0", "stop", "snapshot"):
        assert f"[default: {default}]" in " ".join(shown.split())
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize(
    ("shapes", "told"),
    [
        ({}, "--shape data=8,C,H,W, before the word caffe. A layer that reads data needs the data"),
        ({"data": (8, 4)}, "layer 'data' (Data) has no data: its source 'gone' is not there"),
    ],
)
def test_data_that_is_not_there_is_one_clear_error(
    shapes: dict[str, tuple[int, ...]],
    told: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    data = """type: "Data" top: "data" data_param { source: "gone" batch_size: 8 } }"""
    text = (tmp_path / "net.prototxt").read_text()
    made, made_end = 'type: "DummyData" top: "data"', "} } }\n"
    start = text.index(made)
    end = text.index(made_end, start) + len(made_end)
    (tmp_path / "net.prototxt").write_text(f"{text[:start]}{data}\n{text[end:]}")
    monkeypatch.setattr(caffe, "shapes", shapes)
    assert code("train", "-solver", "solver.prototxt") == 1
    assert told in capsys.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "exit_code", "told"),
    [
        (["train"], 2, "train needs --solver=FILE"),
        (["test", "-model", "net.prototxt"], 2, "test needs --weights=FILE"),
        (["time"], 2, "time needs --model=FILE"),
        (["train", "--solvr=x"], 2, "'--solver'"),
        (["trian"], 2, "'trian' is not one of 'train'"),
        (["train", "-solver", "nope"], 1, "fillerkit.pycaffe: Could not open file nope"),
        (["train", "-solver", "net.prototxt"], 1, "net.prototxt: is a net, not a solver"),
        (["train", "-solver=x", "-snapshot=y", "-weights=z"], 2, "has weights of its own"),
        (["train", "-solver=x", "-sigint_effect=die"], 2, "'die' is not one of"),
        (["time", "-model", "net.prototxt", "-iterations=0"], 2, "at least 1"),
        (["device_query", "-gpu", "all"], 1, "there is no device to ask"),
    ],
)
def test_a_mistake_is_one_clear_error(
    arguments: list[str], exit_code: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert code(*arguments) == exit_code
    said = capsys.readouterr().err
    assert told in said
    assert "Traceback" not in said


def test_gpus_and_flags_of_the_log_are_accepted_and_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    assert code("time", "-model=net.prototxt", "-iterations=1", "-gpu=0,1", "-logtostderr=1") == 0
    said = capsys.readouterr().err
    assert "--gpu: there is no GPU mode" in said
    assert "--logtostderr is not acted upon" in said


def test_minloglevel_silences_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    assert code("time", "-model=net.prototxt", "-iterations=1", "--minloglevel=1") == 0
    assert os.environ[LEVEL] == "1"
    assert capsys.readouterr().err == ""


def test_a_name_in_an_error_is_printable(capsys: pytest.CaptureFixture[str]) -> None:
    assert code("train", "--solver=\x1b[2J") == 1
    assert capsys.readouterr().err == "fillerkit.pycaffe: Could not open file \\x1b[2J\n"


@pytest.mark.parametrize(
    "action", [["train", "--solver=solver.prototxt"], ["time", "--model=net.prototxt"]]
)
def test_without_pytorch_there_is_one_line_and_no_log(
    action: list[str], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(sys.modules):
        if name.startswith(("fillerkit.running", "fillerkit.torch")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert code(*action) == 1
    (line,) = capfd.readouterr().err.splitlines()
    assert "pip install 'fillerkit[torch]'" in line
