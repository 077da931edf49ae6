"""Snapshots: which files are written, and how a training goes on from them, ours or Caffe's."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from small_training import FIXED, FOLDER, losses, small_solver

import fillerkit as fk
import fillerkit.pycaffe as caffe
from fillerkit.pycaffe.proto import caffe_pb2
from fillerkit.pycaffe.training.snapshots import default_prefix

pytest.importorskip("torch", reason="PyTorch is not installed")

STEPS = 'base_lr: 0.005 lr_policy: "multistep" gamma: 0.5 stepvalue: 1 momentum: 0.9 '

# What real Caffe 1.0's losses are after the snapshots of small/, which it has written.
GOES_ON = {
    "Adam": ("", [2.3829405307769775, 2.184128522872925, 2.282078266143799]),
    "SGD": (".h5", [2.4895644187927246, 2.4608631134033203, 2.3887741565704346]),
}


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("*_iter_*"))


@pytest.mark.parametrize("kind", GOES_ON)
def test_a_training_goes_on_from_caffes_snapshot(kind: str, tmp_path: Path) -> None:
    suffix, caffes = GOES_ON[kind]
    for path in FOLDER.glob("caffes_iter_3.*"):
        shutil.copy(path, tmp_path)
    solver = small_solver(tmp_path, f'type: "{kind}" {STEPS}', passed=3)
    solver.restore(f"caffes_iter_3.solverstate{suffix}")
    assert (solver.iter, solver.lr) == (3, float(np.float32(0.0025)))
    np.testing.assert_allclose(losses(solver, 3), caffes, rtol=1e-5)


@pytest.mark.parametrize("kind", ["SGD", "Nesterov", "AdaGrad", "RMSProp", "AdaDelta", "Adam"])
@pytest.mark.parametrize("format", ["BINARYPROTO", "HDF5"])
def test_going_on_from_a_snapshot_is_going_through(kind: str, format: str, tmp_path: Path) -> None:
    momentum = "" if kind in ("AdaGrad", "RMSProp") else "momentum: 0.9"
    lines = f'type: "{kind}" base_lr: 0.01 lr_policy: "inv" gamma: 0.1 power: 1 {momentum}'
    lines += f" weight_decay: 0.001 snapshot: 4 snapshot_format: {format}"
    through = small_solver(tmp_path, lines)
    through.step(7)
    solver = small_solver(tmp_path, lines, passed=4)
    solver.restore("snap_iter_4.solverstate" + ".h5" * (format == "HDF5"))
    solver.step(3)
    for name, blobs in through.net.params.items():
        for here, there in zip(solver.net.params[name], blobs, strict=True):
            np.testing.assert_array_equal(here.data, there.data)


def test_a_snapshot_is_written_at_every_interval_and_at_the_end(tmp_path: Path) -> None:
    small_solver(tmp_path, FIXED + "snapshot: 2 max_iter: 5").solve()
    written = [f"snap_iter_{n}.{kind}" for n in (2, 4, 5) for kind in ("caffemodel", "solverstate")]
    assert names(tmp_path) == written


def test_the_last_snapshot_is_not_written_twice_or_where_it_is_not_wanted(tmp_path: Path) -> None:
    small_solver(tmp_path, FIXED + "max_iter: 2 snapshot_after_train: false").solve()
    assert names(tmp_path) == []


def test_the_weights_of_a_snapshot_are_those_of_net_save(tmp_path: Path) -> None:
    solver = small_solver(tmp_path)
    solver.step(1)
    solver.snapshot()
    solver.net.save("saved.caffemodel")
    assert Path("snap_iter_1.caffemodel").read_bytes() == Path("saved.caffemodel").read_bytes()


@pytest.mark.parametrize("format", ["BINARYPROTO", "HDF5"])
def test_snapshot_diff_writes_the_last_update_too(format: str, tmp_path: Path) -> None:
    solver = small_solver(tmp_path, FIXED + f"snapshot_diff: true snapshot_format: {format}")
    solver.step(1)
    solver.snapshot()
    diff = solver.net.params["ip1"][0].diff
    if format == "HDF5":
        h5py = pytest.importorskip("h5py")
        with h5py.File("snap_iter_1.caffemodel.h5") as file:
            np.testing.assert_array_equal(file["diff/ip1/0"], diff)
    else:
        message = caffe_pb2.NetParameter.FromString(Path("snap_iter_1.caffemodel").read_bytes())
        (layer,) = (layer for layer in message.layer if layer.name == "ip1")
        np.testing.assert_array_equal(np.reshape(layer.blobs[0].diff, (10, 150)), diff)


def test_the_weights_may_lie_beside_the_state(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(FOLDER, tmp_path / "moved")
    solver = small_solver(tmp_path, f'type: "Adam" {STEPS}')
    solver.restore(tmp_path / "moved" / "caffes_iter_3.solverstate")
    assert "its weights are taken from" in capsys.readouterr().err
    weights = fk.load(FOLDER / "caffes_iter_3.caffemodel")
    np.testing.assert_array_equal(solver.net.params["ip1"][0].data, weights["ip1"][0])


def test_weights_that_are_gone_are_an_error_that_names_both_places(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "caffes_iter_3.solverstate", tmp_path)
    solver = small_solver(tmp_path, f'type: "Adam" {STEPS}')
    with pytest.raises(fk.FormatError, match="neither from the working directory nor beside it"):
        solver.restore("caffes_iter_3.solverstate")
    assert solver.iter == 0


def test_a_state_of_another_type_of_solver_is_refused(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "caffes_iter_3.solverstate", tmp_path)
    with pytest.raises(fk.FormatError, match="has 8 history blobs, SGD has 4 for this net"):
        small_solver(tmp_path).restore("caffes_iter_3.solverstate")


def test_a_state_of_another_net_is_refused(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "caffes_iter_3.solverstate.h5", tmp_path)
    net = (FOLDER / "net.prototxt").read_text().replace("num_output: 6", "num_output: 5")
    with pytest.raises(fk.FormatError, match=r"history 0 is .*, the net's blob is .*another net"):
        small_solver(tmp_path, net=net).restore("caffes_iter_3.solverstate.h5")


def test_a_folder_that_is_not_there_is_told_before_anything_is_trained(tmp_path: Path) -> None:
    (tmp_path / "solver.prototxt").write_text(
        'net: "net.prototxt" max_iter: 5 base_lr: 0.1 lr_policy: "fixed" snapshot_prefix: "gone/s"'
    )
    shutil.copytree(FOLDER, tmp_path, dirs_exist_ok=True)
    solver = caffe.get_solver("solver.prototxt")
    with pytest.raises(fk.UsageError, match="the folder 'gone' is not there"):
        solver.solve()
    assert solver.iter == 0


def test_the_prefix_is_the_solvers_own_path_where_none_is_given(tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    param = caffe_pb2.SolverParameter
    assert default_prefix(param(), "here/lenet_solver.prototxt") == "here/lenet_solver"
    assert default_prefix(param(snapshot_prefix="models/x"), "a.prototxt") == "models/x"
    assert default_prefix(param(snapshot_prefix="models"), "here/a.prototxt") == "models/a"
