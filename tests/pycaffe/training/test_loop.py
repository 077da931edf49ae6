"""Trainings against real Caffe 1.0's, and the order of what happens in an iteration."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from small_sources import IMAGE, datums, write_lmdb
from small_training import FIXED, FOLDER, losses, small_solver

import fillerkit.pycaffe as caffe

pytest.importorskip("torch", reason="PyTorch is not installed")

READ_AND_DROPPED = """
layer { name: "d" type: "Data" top: "data" top: "label" include { phase: TRAIN }
        transform_param { scale: 0.01 crop_size: 2 mirror: true }
        data_param { source: "db" backend: LMDB batch_size: 3 rand_skip: 3 } }
layer { name: "d" type: "Data" top: "data" top: "label" include { phase: TEST }
        transform_param { scale: 0.01 crop_size: 2 mirror: true }
        data_param { source: "db" backend: LMDB batch_size: 2 } }
layer { name: "a" type: "InnerProduct" bottom: "data" top: "a" param { name: "w" }
        inner_product_param { num_output: 4 bias_term: false weight_filler { type: "xavier" } } }
layer { name: "drop" type: "Dropout" bottom: "a" top: "a" }
layer { name: "b" type: "InnerProduct" bottom: "a" top: "b" param { name: "w" }
        inner_product_param { num_output: 4 bias_term: false weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "b" bottom: "label" top: "loss" }
"""

CAFFES = json.loads((FOLDER / "losses.json").read_text())


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", CAFFES)
def test_sixty_losses_and_what_is_learned_are_caffes(name: str, tmp_path: Path) -> None:
    caffes = CAFFES[name]
    solver = small_solver(tmp_path, caffes["solver"])
    np.testing.assert_allclose(losses(solver, 60), caffes["losses"], rtol=1e-4)
    assert solver.iter == 60
    for layer, sums in caffes["sums"].items():
        found = [float(blob.data.sum(dtype=float)) for blob in solver.net.params[layer]]
        np.testing.assert_allclose(found, sums, atol=1e-3)


def test_data_dropout_tests_and_later_nets_share_one_stream(tmp_path: Path) -> None:
    images = [IMAGE + np.uint8(50 * number) for number in range(5)]
    write_lmdb("db", datums(images, label=lambda number: number % 4))
    lines = """type: "Nesterov" base_lr: 0.1 lr_policy: "fixed" momentum: 0.9 weight_decay: 0.01
               iter_size: 2 test_iter: 2 test_interval: 2"""
    solver = small_solver(tmp_path, lines, READ_AND_DROPPED)
    found = losses(solver, 5)
    found.append(float(solver.test_nets[0].forward()["loss"]))
    later = caffe.Net("net.prototxt", caffe.TRAIN)
    # From real Caffe 1.0.
    wanted = [2.7985477, 1.5369657, 1.7915741, 1.5451126, 1.5196167, 1.5115611]
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    trained = [0.56510246, 0.5192432, -0.40234673, -0.16235802]
    np.testing.assert_allclose(solver.net.params["a"][0].data[0], trained, rtol=1e-5)
    first = [0.827053964138031, -0.006261169910430908, 0.5371683239936829, 0.4549735188484192]
    assert later.params["a"][0].data[0].tolist() == first


def test_callbacks_come_before_the_passes_and_before_the_update(tmp_path: Path) -> None:
    solver = small_solver(tmp_path)
    calls: list[object] = []
    solver.net.before_forward(lambda layer: calls.append("pass") if layer == 0 else None)
    solver.add_callback(
        lambda: calls.append(("start", solver.iter)), lambda: calls.append(("ready", solver.iter))
    )
    solver.step(2)
    assert calls == [("start", 0), "pass", ("ready", 0), ("start", 1), "pass", ("ready", 1)]


def test_a_callback_may_change_the_gradients(tmp_path: Path) -> None:
    solver = small_solver(tmp_path)
    weight = solver.net.params["ip1"][0]
    before = weight.data.copy()

    def zero() -> None:
        weight.diff[...] = 0

    solver.add_callback(lambda: None, zero)
    solver.step(3)
    assert (weight.data == before).all()


def test_step_by_step_is_the_same_as_at_once(tmp_path: Path) -> None:
    once, single = small_solver(tmp_path), small_solver(tmp_path)
    once.step(5)
    losses(single, 5)
    assert (once.net.params["ip1"][0].data == single.net.params["ip1"][0].data).all()


def test_the_update_stands_where_the_gradient_was(tmp_path: Path) -> None:
    solver = small_solver(tmp_path)
    weight = solver.net.params["ip1"][0]
    before = weight.data.copy()
    solver.step(1)
    np.testing.assert_array_equal(before - weight.diff, weight.data)


def test_apply_update_takes_the_gradients_that_a_script_has_made(tmp_path: Path) -> None:
    solver, other = small_solver(tmp_path), small_solver(tmp_path)
    for _ in range(2):
        solver.net.clear_param_diffs()
        solver.net.forward()
        solver.net.backward()
        solver.apply_update()
    other.step(2)
    assert solver.iter == 2
    assert (solver.net.params["ip1"][0].data == other.net.params["ip1"][0].data).all()


def test_test_nets_have_the_train_nets_parameters_from_the_first_test_on(tmp_path: Path) -> None:
    solver = small_solver(
        tmp_path, FIXED + "test_iter: 1 test_interval: 2 test_initialization: false"
    )
    ours, tested = (net.params["ip1"][0] for net in (solver.net, solver.test_nets[0]))
    assert not (ours.data == tested.data).any()
    solver.step(2)
    assert not np.shares_memory(ours.data, tested.data)
    solver.step(1)
    assert np.shares_memory(ours.data, tested.data)


def test_a_solver_may_be_given_another_base_lr_as_it_goes(tmp_path: Path) -> None:
    solver = small_solver(tmp_path)
    assert solver.lr == pytest.approx(0.05)
    solver.param.base_lr = 0
    before = solver.net.params["ip1"][0].data.copy()
    solver.step(1)
    assert solver.lr == 0
    assert (solver.net.params["ip1"][0].data == before).all()


def test_a_blob_that_two_layers_share_is_updated_once(tmp_path: Path) -> None:
    text = (FOLDER / "net.prototxt").read_text()
    line = next(line for line in text.splitlines() if 'name: "ip1"' in line)
    twin = line.replace('"ip1"', '"ip2"').replace("{ lr_mult: 1 }", '{ name: "w" lr_mult: 1 }')
    first = line.replace("{ lr_mult: 1 }", '{ name: "w" lr_mult: 1 }')
    joined = 'layer { name: "sum" type: "Eltwise" bottom: "ip1" bottom: "ip2" top: "sum" }'
    net = text.replace(line, f"{first}\n{twin}\n{joined}").replace(
        'bottom: "ip1" bottom: "label"', 'bottom: "sum" bottom: "label"'
    )
    solver = small_solver(tmp_path, net=net)
    weight, same = solver.net.params["ip1"][0], solver.net.params["ip2"][0]
    before = weight.data.copy()
    solver.step(1)
    assert np.shares_memory(weight.data, same.data)
    np.testing.assert_array_equal(before - weight.diff, weight.data)
