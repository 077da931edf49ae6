"""Solvers: their nets, initialised in Caffe's order from one engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from caffe_nets import NET

import fillerkit as fk
import fillerkit.pycaffe as caffe
from fillerkit.pycaffe import process
from fillerkit.pycaffe.proto import caffe_pb2

SOLVERS = {
    "SGD": caffe.SGDSolver,
    "Nesterov": caffe.NesterovSolver,
    "AdaGrad": caffe.AdaGradSolver,
    "RMSProp": caffe.RMSPropSolver,
    "AdaDelta": caffe.AdaDeltaSolver,
    "Adam": caffe.AdamSolver,
}


@pytest.fixture
def solver_file(tmp_path: Path) -> Path:
    (tmp_path / "net.prototxt").write_text(NET)
    path = tmp_path / "solver.prototxt"
    path.write_text("""
        net: "net.prototxt" test_iter: 5 test_interval: 10 base_lr: 0.5 max_iter: 7
        lr_policy: "fixed" random_seed: 1701
    """)
    return path


def changed(path: Path, *lines: str, without: str = "") -> str:
    text = path.read_text().replace(without, "") if without else path.read_text()
    path.write_text(text + "\n".join(lines))
    return str(path)


def weights(net: caffe.Net) -> list[bytes]:
    return [blob.data.tobytes() for blobs in net.params.values() for blob in blobs]


def test_a_solver_has_a_train_net_and_test_nets(solver_file: Path) -> None:
    solver = caffe.SGDSolver(str(solver_file))
    assert "accuracy" not in solver.net.layer_dict
    assert [("accuracy" in net.layer_dict) for net in solver.test_nets] == [True]
    assert solver.iter == 0
    assert (solver.param.max_iter, solver.param.base_lr) == (7, 0.5)


def test_its_random_seed_seeds_the_engine(solver_file: Path) -> None:
    caffe.set_random_seed(3)
    solver = caffe.SGDSolver(str(solver_file))
    caffe.set_random_seed(1701)
    net = caffe.Net(str(solver_file.with_name("net.prototxt")), caffe.TRAIN)
    assert weights(solver.net) == weights(net)


def test_its_seed_is_that_of_its_rank(solver_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process.caffe, "rank", 2)
    solver = caffe.SGDSolver(str(solver_file))
    caffe.set_random_seed(1703)
    net = caffe.Net(str(solver_file.with_name("net.prototxt")), caffe.TRAIN)
    assert weights(solver.net) == weights(net)


def test_without_a_random_seed_the_engine_goes_on(solver_file: Path) -> None:
    changed(solver_file, without="random_seed: 1701")
    caffe.set_random_seed(1701)
    solver = caffe.SGDSolver(str(solver_file))
    caffe.set_random_seed(1701)
    net = caffe.Net(str(solver_file.with_name("net.prototxt")), caffe.TRAIN)
    assert weights(solver.net) == weights(net)


def test_test_nets_take_their_draws_after_the_train_net(solver_file: Path) -> None:
    net = str(solver_file.with_name("net.prototxt"))
    caffe.SGDSolver(str(solver_file))
    after = caffe.Net(net, caffe.TRAIN)
    caffe.set_random_seed(1701)
    for phase in (caffe.TRAIN, caffe.TEST):
        caffe.Net(net, phase)
    assert weights(caffe.Net(net, caffe.TRAIN)) == weights(after)


def test_a_test_net_has_draws_of_its_own_until_it_is_first_run(solver_file: Path) -> None:
    solver = caffe.SGDSolver(str(solver_file))
    solver.net.params["ip"][0].data[...] = 3
    assert (solver.test_nets[0].params["ip"][0].data != 3).all()


def test_a_test_net_for_each_test_iter_each_with_its_state(solver_file: Path) -> None:
    text = NET.replace('name: "relu" ', 'name: "relu" include { stage: "a" } ')
    solver_file.with_name("net.prototxt").write_text(text)
    lines = ['test_iter: 6 test_state { stage: "a" } test_state { stage: "b" }']
    solver = caffe.get_solver(changed(solver_file, *lines))
    assert [("relu" in net.layer_dict) for net in solver.test_nets] == [True, False]
    assert "relu" not in solver.net.layer_dict


def test_train_net_and_test_net_are_named_apart(solver_file: Path) -> None:
    (solver_file.parent / "other.prototxt").write_text(NET.replace('"ip"', '"fc"'))
    lines = ['train_net: "net.prototxt" test_net: "other.prototxt"']
    solver = caffe.get_solver(changed(solver_file, *lines, without='net: "net.prototxt"'))
    assert list(solver.net.params) == ["conv", "ip"]
    assert list(solver.test_nets[0].params) == ["conv", "fc"]


def test_a_solver_can_hold_its_net(solver_file: Path) -> None:
    held = f"net_param {{ {NET} }}"
    solver = caffe.get_solver(changed(solver_file, held, without='net: "net.prototxt"'))
    assert list(solver.net.params) == ["conv", "ip"]
    assert len(solver.test_nets) == 1


@pytest.mark.parametrize("name", SOLVERS)
def test_get_solver_makes_the_type_that_the_file_names(solver_file: Path, name: str) -> None:
    solver = caffe.get_solver(changed(solver_file, f'type: "{name}"'))
    assert type(solver) is SOLVERS[name]
    assert isinstance(solver, caffe.Solver)
    assert type(SOLVERS[name](str(solver_file))) is SOLVERS[name]


def test_the_old_solver_type_is_understood(solver_file: Path) -> None:
    assert type(caffe.get_solver(changed(solver_file, "solver_type: ADAM"))) is caffe.AdamSolver


def test_an_unknown_type_offers_the_nearest(solver_file: Path) -> None:
    with pytest.raises(fk.UsageError, match="'Adam'"):
        caffe.get_solver(changed(solver_file, 'type: "adam"'))


def test_weights_that_it_names_are_copied(solver_file: Path, tmp_path: Path) -> None:
    net = caffe.Net(str(solver_file.with_name("net.prototxt")), caffe.TRAIN)
    files = [str(tmp_path / f"{number}.caffemodel") for number in range(2)]
    for number, file in enumerate(files):
        net.params["ip"][0].data[...] = number + 1
        net.save(file)
    solver = caffe.SGDSolver(changed(solver_file, f'weights: "{", ".join(files)}"'))
    assert (solver.net.params["ip"][0].data == 2).all()
    assert (solver.test_nets[0].params["ip"][0].data == 2).all()


def test_share_weights_gives_another_net_the_parameters(solver_file: Path) -> None:
    solver = caffe.SGDSolver(str(solver_file))
    net = caffe.Net(str(solver_file.with_name("net.prototxt")), caffe.TEST)
    solver.share_weights(net)
    assert np.shares_memory(net.params["ip"][0].data, solver.net.params["ip"][0].data)


def test_files_that_are_not_there_are_runtime_errors(solver_file: Path) -> None:
    with pytest.raises(RuntimeError, match="Could not open file nothing"):
        caffe.SGDSolver("nothing")
    with pytest.raises(RuntimeError, match="Could not open file nothing"):
        caffe.get_solver("nothing")
    solver_file.with_name("net.prototxt").unlink()
    with pytest.raises(fk.PrototxtError, match=r"solver's net 'net\.prototxt' is not there"):
        caffe.SGDSolver(str(solver_file))


def test_a_net_that_caffe_would_not_find_is_told(
    solver_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder := solver_file.parent / "elsewhere").mkdir()
    monkeypatch.chdir(solver_file.parent)
    caffe.SGDSolver(str(solver_file))
    assert capsys.readouterr().err == ""
    monkeypatch.chdir(folder)
    caffe.SGDSolver(str(solver_file))
    told = capsys.readouterr().err
    assert f"{solver_file.parent / 'net.prototxt'} (found from the solver's folder)" in told


def test_paths_are_caffes_first_from_the_working_directory(
    solver_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = solver_file.parent / "there"
    there.mkdir()
    (there / "net.prototxt").write_text(NET.replace('"ip"', '"fc"'))
    monkeypatch.chdir(there)
    assert list(caffe.SGDSolver(str(solver_file)).net.params) == ["conv", "fc"]


def test_a_level_of_the_nets_own_holds_as_no_script_gives_one(solver_file: Path) -> None:
    text = NET.replace('name: "relu" ', 'name: "relu" include { min_level: 1 } ')
    solver_file.with_name("net.prototxt").write_text("state { level: 1 }" + text)
    assert "relu" in caffe.SGDSolver(str(solver_file)).net.layer_dict
    net = caffe.Net(str(solver_file.with_name("net.prototxt")), caffe.TRAIN)
    assert "relu" not in net.layer_dict


@pytest.mark.parametrize(
    ("lines", "without"),
    [
        ("", 'net: "net.prototxt"'),
        ('train_net: "net.prototxt"', ""),
        ("test_state { } test_state { }", ""),
        ('test_net: "net.prototxt" test_net: "net.prototxt"', ""),
    ],
)
def test_a_solver_that_does_not_say_which_nets_is_refused(
    solver_file: Path, lines: str, without: str
) -> None:
    with pytest.raises(fk.PrototxtError):
        caffe.SGDSolver(changed(solver_file, lines, without=without))


def test_a_net_is_no_solver(solver_file: Path) -> None:
    with pytest.raises(fk.PrototxtError, match="not a solver"):
        caffe.SGDSolver(str(solver_file.with_name("net.prototxt")))


def test_shapes_are_given_for_all_its_nets(solver_file: Path) -> None:
    data = 'layer { name: "d" type: "Data" top: "data" top: "label" data_param { source: "no" } }'
    text = data + NET[NET.index('layer { name: "conv"') :]
    solver_file.with_name("net.prototxt").write_text(text)
    with pytest.raises(fk.ShapeNeeded):
        caffe.SGDSolver(str(solver_file))
    solver = caffe.SGDSolver(str(solver_file), shapes={"data": (2, 3, 5, 5)})
    assert solver.net.blobs["conv"].shape == solver.test_nets[0].blobs["conv"].shape


STAGED = NET.replace('name: "conv" ', 'name: "conv" include { stage: "own" } ').replace(
    'name: "relu" ', 'name: "relu" include { stage: "given" min_level: 2 } '
)
STAGED = 'state { stage: "own" level: 1 }' + STAGED[: STAGED.index('layer { name: "ip"')]


@pytest.mark.parametrize(
    ("state", "layers"),
    [
        ("", ["data", "conv"]),
        ('stage: "given"', ["data", "conv"]),
        ('stage: "given" level: 2', ["data", "conv", "relu"]),
    ],
)
def test_a_train_state_and_a_test_state_add_to_the_nets_own(
    solver_file: Path, state: str, layers: list[str]
) -> None:
    solver_file.with_name("net.prototxt").write_text(STAGED)
    lines = f"train_state {{ {state} }} test_state {{ {state} }}"
    solver = caffe.SGDSolver(changed(solver_file, lines))
    assert solver.net._layer_names == layers
    assert solver.test_nets[0]._layer_names == layers


def test_a_solver_can_hold_its_test_nets(solver_file: Path) -> None:
    other = NET.replace('"ip"', '"fc"')
    solver = caffe.get_solver(changed(solver_file, f"test_iter: 6 test_net_param {{ {other} }}"))
    assert [list(net.params) for net in solver.test_nets] == [["conv", "fc"], ["conv", "ip"]]


@pytest.mark.parametrize("seed", [0, -1, -5])
def test_a_random_seed_of_0_is_one_and_a_negative_is_none(solver_file: Path, seed: int) -> None:
    path = changed(solver_file, f"random_seed: {seed}", without="random_seed: 1701")
    caffe.set_random_seed(3)
    solver = caffe.SGDSolver(path)
    caffe.set_random_seed(0 if seed == 0 else 3)
    net = caffe.Net(str(solver_file.with_name("net.prototxt")), caffe.TRAIN)
    assert weights(solver.net) == weights(net)


@pytest.mark.parametrize("name", ["net", "test_nets", "iter", "param"])
def test_what_a_solver_has_cannot_be_replaced(solver_file: Path, name: str) -> None:
    solver = caffe.SGDSolver(str(solver_file))
    with pytest.raises(AttributeError):
        setattr(solver, name, getattr(solver, name))


def test_param_is_the_solvers_message(solver_file: Path) -> None:
    param = caffe.SGDSolver(changed(solver_file, "display: 20 layer_wise_reduce: false")).param
    assert isinstance(param, caffe_pb2.SolverParameter)
    assert (param.display, param.layer_wise_reduce, list(param.test_iter)) == (20, False, [5])


@pytest.mark.parametrize("name", ["Adam", "adam"])
def test_a_class_that_is_chosen_by_hand_does_not_look_at_the_type(
    solver_file: Path, name: str
) -> None:
    solver = caffe.SGDSolver(changed(solver_file, f'type: "{name}"'))
    assert type(solver) is caffe.SGDSolver
    assert solver.param.type == name


def test_nets_outlive_their_solver(solver_file: Path) -> None:
    """From pycaffe's own tests."""
    solver = caffe.SGDSolver(str(solver_file))
    nets = [solver.net, *solver.test_nets]
    del solver
    blobs = [blob for net in nets for blobs in net.params.values() for blob in blobs]
    blobs += [blob for net in nets for blob in net.blobs.values()]
    assert len(blobs) == 2 * 4 + 5 + 10
    assert all(np.isfinite(blob.data.sum() + blob.diff.sum()) for blob in blobs)


@pytest.mark.parametrize(
    ("what", "arguments"),
    [("step", ()), ("restore", ()), ("share_weights", ()), ("add_callback", (print,))],
)
def test_an_argument_that_is_missing_is_a_type_error(
    solver_file: Path, what: str, arguments: tuple[object, ...]
) -> None:
    with pytest.raises(TypeError):
        getattr(caffe.SGDSolver(str(solver_file)), what)(*arguments)


def test_share_weights_gives_nothing_back_and_leaves_the_solvers_net(solver_file: Path) -> None:
    solver = caffe.SGDSolver(str(solver_file))
    net = caffe.Net(str(solver_file.with_name("net.prototxt")), caffe.TEST)
    before = weights(solver.net)
    returned: object = solver.share_weights(net)  # type: ignore[func-returns-value]
    assert returned is None
    assert weights(net) == weights(solver.net) == before
