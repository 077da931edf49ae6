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


def test_a_weight_file_is_looked_at_in_place_of_the_fillers(run: Run, folder: Path) -> None:
    run("init", "net.prototxt", "-o", "trained.npz")
    result = run("check", "net.prototxt", "--weights", "trained.npz")
    assert result.stdout == "nothing wrong; 3 layers, 28 parameters\n"
    assert "copied 1 layer (ip) from trained.npz" in result.stderr
    result = run("check", "net.prototxt", "--weights", "gone.npz")
    assert (result.returncode, result.stdout.splitlines()[0]) == (
        1,
        "error: gone.npz: there is no such file",
    )


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


PLAIN = "\n".join(
    f'layer {{ name: "ip{at}" type: "InnerProduct" bottom: "data" top: "ip{at}" '
    'inner_product_param { num_output: 2 weight_filler { type: "xavier" std: 1 } } }'
    for at in range(5)
)


def test_warnings_of_one_code_are_one_line_with_how_many_and_which_layers(
    run: Run, folder: Path
) -> None:
    (folder / "net.prototxt").write_text(NET + PLAIN)
    lines = run("check", "net.prototxt", "--ignore", "xavier-relu").stdout.splitlines()
    assert len(lines) == 3
    assert ": warning: layer 'ip0' (InnerProduct): " in lines[0]
    assert lines[0].endswith("(5 times: layers ip0, ip1, ip2 and 2 more) [ignored-setting]")
    assert lines[1].startswith("0 errors, 5 warnings; ")


def test_verbose_prints_every_warning(run: Run, folder: Path) -> None:
    (folder / "net.prototxt").write_text(NET + PLAIN)
    out = run("check", "net.prototxt", "--ignore", "xavier-relu", "--verbose").stdout
    assert out.count("[ignored-setting]") == 5
    assert "times" not in out


def test_json_holds_every_warning(run: Run, folder: Path) -> None:
    (folder / "net.prototxt").write_text(NET + PLAIN)
    found = json.loads(run("check", "net.prototxt", "--json").stdout)["warnings"]
    assert [each["code"] for each in found].count("ignored-setting") == 5


def test_older_forms_are_one_line(run: Run, folder: Path) -> None:
    old = (
        'input: "x"\ninput_dim: [1, 3, 9, 9]\nlayers { name: "r" type: RELU bottom: "x" top: "y" }'
    )
    (folder / "net.prototxt").write_text(old)
    out = run("check", "net.prototxt").stdout
    assert out.count("older form") == 1
    assert "(2 times: also at line 3)" in out
