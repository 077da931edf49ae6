"""A net that starts from a weight file: what is said of its parameters is said of the values."""

from __future__ import annotations

from pathlib import Path

import pytest

import fillerkit as fk

NET = """
layer { name: "in" type: "Input" top: "x" input_param { shape { dim: [2, 8] } } }
layer { name: "bn" type: "BatchNorm" bottom: "x" top: "x" }
layer { name: "ip" type: "InnerProduct" bottom: "x" top: "ip"
        inner_product_param { num_output: 4 bias_term: false } }
"""
FILLED = {"ip": "msra", "bn:variance": "constant(value=2)", "bn:scale_factor": "constant(value=1)"}


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    fk.load_net(NET, fillers=FILLED).save(tmp_path / "trained.npz", seed=1)
    return tmp_path / "trained.npz"


def codes(report: fk.Report) -> list[str]:
    return [found.code for found in report.warnings]


def test_zeros_that_a_file_replaces_are_not_told_of(trained: Path) -> None:
    assert codes(fk.check(NET, phase="TEST")) == ["zero-statistics", "zero-weights"]
    assert codes(fk.check(NET, phase="TEST", weights=trained)) == []


def test_a_net_that_is_read_already_is_judged_by_the_file_too(trained: Path) -> None:
    net = fk.load_net(NET, phase="TEST")
    assert codes(fk.check(net)) == ["zero-statistics", "zero-weights"]
    assert codes(fk.check(net, weights=trained)) == []
    assert codes(fk.check(net, weights=[fk.load(trained)])) == []


def test_zeros_in_the_file_are_told_of_as_the_files(tmp_path: Path) -> None:
    fk.load_net(NET).save(tmp_path / "zeros.npz", seed=1)
    net = fk.load_net(NET, phase="TEST", fillers=FILLED)
    statistics, weights = fk.check(net, weights=tmp_path / "zeros.npz").warnings
    assert "its variance and scale_factor are zeros in zeros.npz" in statistics.message
    assert "--filler" not in statistics.message
    assert weights.message.endswith("its weight is zeros in zeros.npz")


def test_what_is_no_number_in_the_file_is_told_of() -> None:
    blobs = fk.load_net(NET, fillers={"ip": "constant(value=nan)"}).fill(seed=1)
    assert codes(fk.check(NET, weights=blobs)) == ["not-finite"]


def test_a_layer_that_the_file_lacks_is_judged_by_its_filler(trained: Path) -> None:
    report = fk.check(NET.replace('"ip" type', '"mine" type'), weights=trained)
    assert [(found.layer, found.code) for found in report.warnings] == [("mine", "zero-weights")]
    assert report.net is not None
    assert "filled 1 layer (mine)" in report.net.notes[-1]


def test_every_layer_that_does_not_fit_is_a_problem_at_its_line(trained: Path) -> None:
    text = NET.replace("[2, 8]", "[2, 9]")
    report = fk.check(text, weights=trained)
    assert [(error.line, error.message) for error in report.problems] == [
        (
            3,
            "layer 'bn' (BatchNorm): does not fit trained.npz, which Caffe refuses: its mean is 8 "
            "there, 9 in the net",
        ),
        (
            4,
            "layer 'ip' (InnerProduct): does not fit trained.npz, which Caffe refuses: its weight "
            "is 4x8 there, 4x9 in the net",
        ),
    ]
    assert fk.check(fk.load_net(text), weights=trained).net is None


def test_the_nets_of_a_solver_are_judged_by_the_file(trained: Path) -> None:
    (trained.parent / "net.prototxt").write_text(NET)
    solver = trained.parent / "solver.prototxt"
    solver.write_text('net: "net.prototxt" test_iter: 1 test_interval: 1')
    assert codes(fk.check(solver)) == ["zero-weights"]
    assert codes(fk.check(solver, weights=trained)) == []
