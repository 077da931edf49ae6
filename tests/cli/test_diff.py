"""``fillerkit diff``."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

import fillerkit as fk

from .conftest import Run


@pytest.fixture(autouse=True)
def files(folder: Path) -> None:
    """``a.npz`` and ``same.npz`` are of one seed, ``b.npz`` is of another."""
    net = fk.load_net(folder / "net.prototxt")
    for name, seed in (("a", 1), ("same", 1), ("b", 2)):
        net.save(f"{name}.npz", seed=seed)


def write(name: str, **layers: object) -> None:
    np.savez(name, **{f"{layer}/0": np.asarray(v, np.float32) for layer, v in layers.items()})  # type: ignore[arg-type]


def test_equal_files_are_said_to_be_equal_and_exit_with_0(run: Run) -> None:
    done = run("diff", "a.npz", "same.npz")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "equal: 2 blobs, 28 values, bit for bit\n"


def test_a_blob_that_differs_has_a_line_and_the_exit_code_is_1(run: Run) -> None:
    done = run("diff", "a.npz", "b.npz")
    assert done.returncode == 1
    first, *_, summary, origin = done.stdout.splitlines()
    assert first.startswith("ip/0 weight: 24 of 24 values differ; at most by ")
    for word in (" ULP ", "mean ", "std "):
        assert word in first
    assert summary == "differ: 1 of 2 blobs, 24 of 28 values"
    assert origin == "made from: seed 1 against 2"


def test_of_one_value_it_says_where_and_what(run: Run) -> None:
    write("p.npz", ip=[[1, 2], [3, 4]])
    write("q.npz", ip=[[1, 2], [3.5, 4]])
    first = run("diff", "p.npz", "q.npz").stdout.splitlines()[0]
    assert first.startswith(
        "ip/0: 1 of 4 values differ; at most by 0.5, at [1, 0]: 3 against 3.5; "
    )


def test_blobs_that_only_one_has_and_other_shapes_are_said(run: Run) -> None:
    write("p.npz", ip=[[1, 2]], old=[1])
    write("q.npz", ip=[1, 2], new=[1, 2, 3])
    done = run("diff", "p.npz", "q.npz")
    assert done.returncode == 1
    assert done.stdout.splitlines() == [
        "ip/0: shape 1x2 against 2",
        "old/0: only in A, 1",
        "new/0: only in B, 3",
        "differ: 3 of 3 blobs, 0 of 2 values that both have",
    ]


def test_the_sign_of_a_zero_is_a_difference_in_bits_only(run: Run) -> None:
    write("p.npz", ip=[0.0, 1])
    write("q.npz", ip=[-0.0, 1])
    done = run("diff", "p.npz", "q.npz")
    assert done.returncode == 1
    assert "1 of 2 values differ in their bits only" in done.stdout
    assert run("diff", "p.npz", "q.npz", "--tolerance", 0).returncode == 0


def test_a_nan_on_one_side_is_said(run: Run) -> None:
    write("p.npz", ip=[np.nan, 1])
    write("q.npz", ip=[0, 1])
    done = run("diff", "p.npz", "q.npz", "--tolerance", 100)
    assert done.returncode == 1
    assert "1 are not a number on one side only" in done.stdout


@pytest.mark.parametrize("option", [("--tolerance", "2"), ("--ulp", "2200000000")])
def test_within_a_tolerance_files_are_close_and_exit_with_0(
    run: Run, option: tuple[str, str]
) -> None:
    done = run("diff", "a.npz", "b.npz", *option)
    assert done.returncode == 0
    assert done.stdout.startswith("close: 2 blobs, 28 values; 1 blob differs as far as is allowed")


def test_beyond_a_tolerance_files_differ(run: Run) -> None:
    write("p.npz", ip=[1, 2], out=[1])
    write("q.npz", ip=[1.25, 3], out=[1.25])
    done = run("diff", "p.npz", "q.npz", "--tolerance", "0.5")
    assert done.returncode == 1
    assert "2 of 2 values differ, 1 by more than is allowed; at most by 1" in done.stdout
    summary = done.stdout.splitlines()[-1]
    assert summary == ("differ: 1 of 2 blobs, 1 of 3 values; 1 blob differs as far as is allowed")


@pytest.mark.parametrize(
    "arguments",
    [
        ("a.npz", "missing.npz"),
        ("a.npz", "net.prototxt"),
        ("a.npz", "broken.npz"),
        ("a.npz",),
        ("a.npz", "b.npz", "--tolerance", "-1"),
        ("a.npz", "b.npz", "--tolerance", "nan"),
        ("a.npz", "b.npz", "--ulp", "1.5"),
    ],
)
def test_trouble_exits_with_2_and_so_does_not_look_like_a_difference(
    run: Run, folder: Path, arguments: tuple[str, ...]
) -> None:
    (folder / "broken.npz").write_bytes((folder / "a.npz").read_bytes()[:-30])
    done = run("diff", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr


def test_an_output_that_cannot_be_written_exits_with_2(command: list[str]) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("there is no /dev/full")
    with open("/dev/full", "w") as full:
        done = subprocess.run([*command, "diff", "a.npz", "b.npz"], stdout=full, check=False)
    assert done.returncode == 2


def test_json_tells_programs_all_that_is_printed(run: Run) -> None:
    done = run("diff", "a.npz", "b.npz", "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert (found["equal"], found["close"], found["blobs"], found["values"]) == (
        False,
        False,
        2,
        28,
    )
    (difference,) = found["differences"]
    assert (difference["key"], difference["name"], difference["what"]) == (
        "ip/0",
        "weight",
        ["values"],
    )
    assert difference["shapes"] == [[4, 6], [4, 6]]
    assert difference["values"]["differ"] == 24
    assert found["origin"] == {"seed": [1, 2]}


def test_json_stays_json_where_a_value_is_no_number(run: Run) -> None:
    write("p.npz", ip=[np.nan, np.inf])
    write("q.npz", ip=[0, -np.inf])
    (difference,) = json.loads(run("diff", "p.npz", "q.npz", "--json").stdout)["differences"]
    assert difference["values"]["largest"] is None
    assert difference["values"]["nans"] == 1


def test_a_name_cannot_reach_the_terminal_as_it_is(run: Run) -> None:
    np.savez("p.npz", **{"\x1b[31m/0": np.zeros(1, np.float32)})  # type: ignore[arg-type]
    write("q.npz", ip=[1])
    assert "\x1b" not in run("diff", "p.npz", "q.npz").stdout
