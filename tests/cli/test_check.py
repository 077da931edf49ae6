"""``fillerkit check``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import NET, Run

BROKEN = NET.replace('"xavier"', '"xaiver"').replace("ReLU", "RelU")


def test_a_net_with_nothing_wrong_exits_with_0(run: Run, folder: Path) -> None:
    (folder / "net.prototxt").write_text(NET.replace('"xavier"', '"msra"'))
    result = run("check", "net.prototxt", "--strict")
    assert result.returncode == 0
    assert result.stdout == "nothing wrong; 3 layers, 28 parameters\n"


def test_warnings_have_file_line_and_code_and_leave_the_exit_code_0(run: Run) -> None:
    result = run("check", "net.prototxt")
    assert result.returncode == 0
    assert result.stdout.startswith("net.prototxt:3:1: warning: layer 'ip' (InnerProduct): xavier")
    assert "[xavier-relu]" in result.stdout


def test_strict_exits_with_1_for_warnings(run: Run) -> None:
    assert run("check", "net.prototxt", "--strict").returncode == 1
    assert run("check", "net.prototxt", "--strict", "--ignore", "xavier-relu").returncode == 0


def test_errors_are_all_told_and_exit_with_1(run: Run, folder: Path) -> None:
    (folder / "net.prototxt").write_text(BROKEN)
    result = run("check", "net.prototxt", "--phase", "test")
    assert result.returncode == 1
    assert "net.prototxt:4:61: error: layer 'ip'" in result.stdout
    assert "net.prototxt:5:22: error: layer 'relu'" in result.stdout
    assert result.stdout.endswith("2 errors, 0 warnings; cannot be filled\n")


def test_nothing_is_written(run: Run, folder: Path) -> None:
    run("check", "net.prototxt")
    assert [path.name for path in folder.iterdir()] == ["net.prototxt"]


def test_a_net_on_standard_input_is_checked(run: Run) -> None:
    result = run("check", "-", stdin=NET)
    assert result.returncode == 0
    assert "[xavier-relu]" in result.stdout


def test_json_holds_what_is_printed(run: Run, folder: Path) -> None:
    (warning,) = json.loads(run("check", "net.prototxt", "--json").stdout)["warnings"]
    assert (warning["code"], warning["layer"], warning["line"]) == ("xavier-relu", "ip", 3)
    (folder / "net.prototxt").write_text(BROKEN)
    problem, _ = json.loads(run("check", "net.prototxt", "--json").stdout)["problems"]
    assert problem["file"] == "net.prototxt"
    assert "xaiver" in problem["message"]


@pytest.mark.parametrize("option", ["--ignore", "--explain"])
def test_an_unknown_code_is_a_usage_error(run: Run, option: str) -> None:
    result = run("check", "net.prototxt", option, "nonsense")
    assert result.returncode == 2
    assert "zero-weights" in result.stderr


def test_a_code_is_explained_with_its_source(run: Run) -> None:
    result = run("check", "--explain", "signal-scale")
    assert result.returncode == 0
    assert "Glorot" in result.stdout
