"""A solver's train and test nets looked at together."""

from __future__ import annotations

from pathlib import Path

import pytest

import fillerkit as fk

from .conftest import INPUT, inner

GOOD = 'type: "gaussian" std: 0.1'
OTHER = INPUT.replace("100", "90").replace(" }\n", " include { phase: TEST } }\n")
BOTH = INPUT.replace(" }\n", " include { phase: TRAIN } }\n") + OTHER


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "solver.prototxt").write_text('net: "net.prototxt" test_iter: 1')
    return tmp_path


def _check(folder: Path, net: str, **asked: object) -> fk.Report:
    (folder / "net.prototxt").write_text(net)
    return fk.check(folder / "solver.prototxt", **asked)  # type: ignore[arg-type]


def test_weights_that_the_test_net_cannot_take_from_the_train_net_are_told(folder: Path) -> None:
    (error,) = _check(folder, BOTH + inner(GOOD)).problems
    assert error.line == 3
    assert error.message.startswith("test net: layer 'ip' (InnerProduct): its weight is 50x90")
    assert "50x100 in the train net" in error.message


def test_another_number_of_blobs_is_told(folder: Path) -> None:
    less = inner(GOOD, more="include { phase: TEST }").replace(
        "num_output", "bias_term: false num_output"
    )
    net = INPUT + inner(GOOD, more="include { phase: TRAIN }") + less
    (error,) = _check(folder, net).problems
    assert "blobs is 1, but 2" in error.message


def test_what_is_in_both_nets_is_told_once_with_both(folder: Path) -> None:
    net = INPUT + inner('type: "constant"') + inner("type: 'xaiver'", "b")
    report = _check(folder, net)
    assert [error.message.split(": ")[0] for error in report.problems] == ["train net and test net"]
    assert [each.message.split(": ")[0] for each in report.warnings] == ["train net and test net"]


def test_what_is_in_one_net_says_in_which(folder: Path) -> None:
    net = INPUT + inner('type: "constant"', more="include { phase: TEST }")
    (found,) = _check(folder, net).warnings
    assert found.message.startswith("test net: layer 'ip'")


def test_a_field_that_is_not_known_is_told_once(folder: Path) -> None:
    (error,) = _check(folder, INPUT + inner(GOOD, more="bogus: 1")).problems
    assert "times" not in error.message


def test_a_shared_name_of_another_shape_in_the_test_net_is_told(folder: Path) -> None:
    named = 'param { name: "w" } include { phase: TRAIN }'
    test = inner(GOOD, "b", more=named.replace("TRAIN", "TEST")).replace("50", "40")
    report = _check(folder, INPUT + inner(GOOD, "a", more=named) + test)
    assert report.problems == ()
    ((code, message),) = [(each.code, each.message) for each in report.warnings]
    assert code == "shared-alone"
    assert "'b'" in message and "40x100" in message and "50x100" in message


def test_a_phase_that_is_asked_for_is_looked_at_alone(folder: Path) -> None:
    report = _check(folder, BOTH + inner(GOOD), phase="TEST")
    assert report.problems == ()
    assert report.net is not None
    assert report.net.phase == "TEST"


def test_shapes_may_be_given_for_blobs_of_one_net_alone(folder: Path) -> None:
    data = 'layer { name: "NAME" type: "Input" top: "NAME" include { phase: PHASE } }\n'
    net = data.replace("NAME", "t").replace("PHASE", "TRAIN")
    net += data.replace("NAME", "v").replace("PHASE", "TEST")
    assert _check(folder, net, shapes={"t": (1, 2), "v": (3, 4)}).problems == ()
    with pytest.raises(fk.UsageError, match="'w'"):
        _check(folder, net, shapes={"w": (1, 2)})


def test_a_solver_that_tests_nothing_is_its_train_net(folder: Path) -> None:
    (folder / "solver.prototxt").write_text('net: "net.prototxt" base_lr: 1')
    (found,) = _check(folder, INPUT + inner('type: "constant"')).warnings
    assert found.message.startswith("layer 'ip'")


def test_several_test_nets_are_numbered_and_the_same_net_is_looked_at_once(folder: Path) -> None:
    (folder / "other.prototxt").write_text(INPUT + inner('type: "constant"'))
    (folder / "solver.prototxt").write_text(
        'net: "net.prototxt" test_net: "other.prototxt" test_iter: 1 test_iter: 1 test_iter: 1'
    )
    (found,) = _check(folder, INPUT + inner(GOOD)).warnings
    assert found.message.startswith("test net 1: layer 'ip'")


def test_statistics_of_a_test_net_come_from_the_train_net(folder: Path) -> None:
    net = INPUT + 'layer { name: "bn" type: "BatchNorm" bottom: "x" top: "x" }'
    assert _check(folder, net).warnings == ()
    (alone,) = _check(folder, net, phase="TEST").warnings
    assert alone.code == "zero-statistics"
