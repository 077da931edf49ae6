"""From a solver to the net that it trains."""

from __future__ import annotations

from pathlib import Path

import pytest

from fillerkit.errors import PrototxtError
from fillerkit.prototxt import NetText, read_net, read_solver, upgrade_text

NET = """
layer { name: "both" }
layer { name: "train" include { phase: TRAIN } }
layer { name: "test" include { phase: TEST } }
layer { name: "staged" include { stage: "s" } }
layer { name: "high" include { min_level: 1 } }
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, with a net in it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.prototxt").write_text(NET)
    return tmp_path


def solver(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def names(text: NetText) -> list[str]:
    return [layer.name for layer, _ in text.layers]


@pytest.mark.parametrize("field", ["net", "train_net"])
def test_a_solver_leads_to_its_train_net(folder: Path, field: str) -> None:
    text = read_net(solver(folder / "solver.prototxt", f'{field}: "net.prototxt"\nbase_lr: 0.1'))
    assert names(text) == ["both", "train"]


def test_a_solver_given_as_text_leads_to_a_net_in_the_working_directory(folder: Path) -> None:
    assert names(read_net('net: "net.prototxt"\n')) == ["both", "train"]


@pytest.mark.parametrize("field", ["net_param", "train_net_param"])
def test_a_solver_may_hold_its_net(folder: Path, field: str) -> None:
    text = read_net(solver(folder / "s.prototxt", f"{field} {{ {NET} }}"))
    assert names(text) == ["both", "train"]
    assert text.source.name.endswith("s.prototxt")
    assert field in " ".join(text.notes)


@pytest.mark.parametrize("field", ["net", "test_net"])
def test_a_solver_leads_to_its_test_net_when_the_phase_is_test(folder: Path, field: str) -> None:
    text = read_net(solver(folder / "solver.prototxt", f'{field}: "net.prototxt"'), phase="TEST")
    assert names(text) == ["both", "test"]


def test_the_first_of_several_test_nets_is_the_one(folder: Path) -> None:
    (folder / "second.prototxt").write_text('layer { name: "second" }')
    text = read_net('test_net: "net.prototxt" test_net: "second.prototxt"\n', phase="TEST")
    assert names(text) == ["both", "test"]


def test_a_net_that_a_solver_holds_for_tests_goes_before_one_that_it_names(folder: Path) -> None:
    text = read_net('net: "net.prototxt" test_net_param { layer { name: "t" } }\n', phase="TEST")
    assert names(text) == ["t"]


def test_the_solvers_train_state_is_the_nets(folder: Path) -> None:
    text = read_net('net: "net.prototxt" train_state { stage: "s" level: 2 }\n')
    assert names(text) == ["both", "train", "staged", "high"]
    assert (text.state.level, list(text.state.stage)) == (2, ["s"])


def test_the_solvers_first_test_state_is_the_test_nets(folder: Path) -> None:
    text = read_net(
        'net: "net.prototxt" test_state { stage: "s" } test_state { level: 2 }'
        " train_state { level: 3 }\n",
        phase="TEST",
    )
    assert names(text) == ["both", "test", "staged"]


def test_the_solvers_stages_join_the_nets_own_and_the_ones_asked_for(folder: Path) -> None:
    (folder / "staged.prototxt").write_text('state { stage: "n" }' + NET)
    text = read_net('net: "staged.prototxt" train_state { stage: "s" }\n', stages=["a"])
    assert sorted(text.state.stage) == ["a", "n", "s"]


def test_a_level_in_the_net_holds_where_a_solver_leads_to_it(folder: Path) -> None:
    (folder / "high.prototxt").write_text("state { level: 1 }" + NET)
    assert "high" in names(read_net('net: "high.prototxt"\n'))


def test_a_level_asked_for_goes_before_the_solvers(folder: Path) -> None:
    text = read_net('net: "net.prototxt" train_state { level: 2 }\n', level=0)
    assert names(text) == ["both", "train"]


@pytest.mark.parametrize(
    ("given", "seed"),
    [
        (0, 0),
        (1701, 1701),
        (2**32 - 1, 2**32 - 1),
        (2**32, 0),
        (2**32 + 7, 7),
        (2**63 - 1, 2**32 - 1),
        (-1, None),
        (-1701, None),
    ],
)
def test_a_seed_is_taken_as_caffe_takes_it(folder: Path, given: int, seed: int | None) -> None:
    assert read_net(f'net: "net.prototxt" random_seed: {given}\n').random_seed == seed


def test_a_solver_without_a_seed_leaves_it_open(folder: Path) -> None:
    assert read_net('net: "net.prototxt" base_lr: 1\n').random_seed is None


def test_a_path_is_looked_for_from_the_solvers_folder_first(folder: Path) -> None:
    there = solver(folder / "there" / "solver.prototxt", 'net: "net.prototxt"')
    (folder / "there" / "net.prototxt").write_text('layer { name: "near" }')
    text = read_net(there)
    assert names(text) == ["near"]
    assert "solver's folder" in text.notes[0]


def test_a_path_is_looked_for_from_the_working_directory_next(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = solver(folder / "a" / "b" / "solver.prototxt", 'net: "net.prototxt"')
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere" / "net.prototxt").write_text('layer { name: "working" }')
    monkeypatch.chdir(folder / "elsewhere")
    text = read_net(there)
    assert names(text) == ["working"]
    assert "working directory" in text.notes[0]


def test_a_path_is_looked_for_from_the_folders_above_last(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = solver(folder / "models" / "lenet" / "s.prototxt", 'net: "models/lenet/n.prototxt"')
    (folder / "models" / "lenet" / "n.prototxt").write_text('layer { name: "n" }')
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    text = read_net(there)
    assert names(text) == ["n"]
    assert f"{folder}, above the solver's folder" in text.notes[0]


def test_of_the_folders_above_the_nearest_counts(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = solver(folder / "a" / "b" / "s.prototxt", 'net: "net.prototxt"')
    (folder / "a" / "net.prototxt").write_text('layer { name: "nearer" }')
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    assert names(read_net(there)) == ["nearer"]


@pytest.mark.parametrize("said", ["models/lenet/n.prototxt", "/nowhere/lenet/n.prototxt"])
def test_a_net_that_was_moved_with_its_solver_is_found_beside_it(folder: Path, said: str) -> None:
    there = solver(folder / "moved" / "s.prototxt", f'net: "{said}"')
    (folder / "moved" / "n.prototxt").write_text('layer { name: "n" }')
    text = read_net(there)
    assert names(text) == ["n"]
    assert f"(found from the solver's folder; the solver says '{said}')" in text.notes[0]


def test_a_net_in_another_folder_is_found_by_the_end_of_its_path(folder: Path) -> None:
    there = solver(folder / "mine" / "solvers" / "s.prototxt", 'net: "models/lenet/n.prototxt"')
    solver(folder / "mine" / "lenet" / "n.prototxt", 'layer { name: "n" }')
    text = read_net(there)
    assert names(text) == ["n"]
    assert f"found from {folder / 'mine'}, above the solver's folder; the" in text.notes[0]


def test_a_name_alone_is_not_looked_for_above_the_solver(folder: Path) -> None:
    there = solver(folder / "mine" / "s.prototxt", 'net: "models/lenet/net.prototxt"')
    with pytest.raises(PrototxtError) as caught:
        read_net(there)
    assert caught.value.message.endswith(
        f"is not there: looked in the working directory, the solver's folder ({folder / 'mine'}) "
        "and the folders above it, there also for 'lenet/net.prototxt', in the solver's folder "
        "also for 'net.prototxt'"
    )


def test_the_path_as_it_stands_goes_before_its_end(folder: Path) -> None:
    there = solver(folder / "a" / "s.prototxt", 'net: "models/n.prototxt"')
    solver(folder / "a" / "n.prototxt", 'layer { name: "end" }')
    solver(folder / "models" / "n.prototxt", 'layer { name: "whole" }')
    assert names(read_net(there)) == ["whole"]


def test_an_absolute_path_is_taken_as_it_is(folder: Path) -> None:
    text = read_net(f'net: "{folder / "net.prototxt"}"\n')
    assert names(text) == ["both", "train"]
    assert str(folder / "net.prototxt") in text.notes[0]


def test_the_note_says_which_field_and_which_file(folder: Path) -> None:
    (note,) = read_net('train_net: "net.prototxt"\n').notes
    assert "train_net" in note
    assert "net.prototxt" in note


def test_a_net_that_is_not_there_is_refused_at_its_name(folder: Path) -> None:
    there = solver(folder / "solver.prototxt", 'base_lr: 1\nnet: "gone.prototxt"')
    with pytest.raises(PrototxtError, match=r"'gone\.prototxt'") as caught:
        read_net(there)
    assert (caught.value.file, caught.value.line, caught.value.column) == (str(there), 2, 6)


def test_a_folder_is_no_net(folder: Path) -> None:
    (folder / "models").mkdir()
    with pytest.raises(PrototxtError, match="'models'"):
        read_net('net: "models"\n')


def test_a_mistake_in_the_net_is_placed_in_the_net(folder: Path) -> None:
    (folder / "bad.prototxt").write_text("\nlayer {")
    with pytest.raises(PrototxtError) as caught:
        read_net(solver(folder / "solver.prototxt", 'net: "bad.prototxt"'))
    assert caught.value.file == str(folder / "bad.prototxt")
    assert caught.value.line == 2


def test_a_solver_with_two_train_nets_is_refused(folder: Path) -> None:
    with pytest.raises(PrototxtError, match=r"net.*train_net|train_net.*net"):
        read_net('net: "net.prototxt"\ntrain_net: "net.prototxt"\n')


def test_a_solver_with_a_net_held_and_one_named_is_refused(folder: Path) -> None:
    with pytest.raises(PrototxtError, match="net_param and net"):
        read_net('net: "net.prototxt"\nnet_param { layer { name: "a" } }\n')


@pytest.mark.parametrize(("phase", "wanted"), [("TRAIN", 'net: "FILE"'), ("TEST", "test_net")])
def test_a_solver_without_a_net_is_refused(folder: Path, phase: str, wanted: str) -> None:
    with pytest.raises(PrototxtError, match=f"solver without a net.*{wanted}"):
        read_net('base_lr: 0.1\ntype: "SGD"\n', phase=phase)


def test_a_mistake_in_a_solver_is_placed_in_the_solver(folder: Path) -> None:
    there = solver(folder / "solver.prototxt", 'net: "net.prototxt"\nbase_lr: high')
    with pytest.raises(PrototxtError, match="'base_lr'") as caught:
        read_net(there)
    assert (caught.value.file, caught.value.line) == (str(there), 2)


def test_an_unknown_field_beside_a_solvers_own_is_one_of_a_solver(folder: Path) -> None:
    with pytest.raises(PrototxtError, match="SolverParameter has no field 'bse_lr'"):
        read_net('net: "net.prototxt"\nbse_lr: 1\n')


def test_the_digest_is_of_the_nets_file(folder: Path) -> None:
    direct = read_net(folder / "net.prototxt").sha256
    assert read_net(solver(folder / "s.prototxt", 'net: "net.prototxt"')).sha256 == direct


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("SGD", "SGD"),
        ("NESTEROV", "Nesterov"),
        ("ADAGRAD", "AdaGrad"),
        ("RMSPROP", "RMSProp"),
        ("ADADELTA", "AdaDelta"),
        ("ADAM", "Adam"),
        ("0", "SGD"),
    ],
)
def test_a_solvers_old_type_gets_its_current_name(old: str, new: str) -> None:
    assert f'type: "{new}"' in upgrade_text(f"solver_type: {old}\n")


def test_a_solver_with_its_type_in_both_forms_is_refused(folder: Path) -> None:
    with pytest.raises(PrototxtError, match="solver_type") as caught:
        read_net('net: "net.prototxt" type: "Adam"\nsolver_type: ADAM\n')
    assert caught.value.line == 2


def test_all_nets_of_a_solver_are_read_in_caffes_order(folder: Path) -> None:
    (folder / "second.prototxt").write_text('layer { name: "second" }')
    text = read_solver(
        'net: "net.prototxt" test_net: "second.prototxt" test_net_param { layer { name: "held" } }'
        " test_iter: 1 test_iter: 1 test_iter: 1 random_seed: 5\n"
    )
    assert names(text.train) == ["both", "train"]
    assert [names(net) for net in text.tests] == [["held"], ["second"], ["both", "test"]]
    assert text.random_seed == 5


def test_a_solver_without_tests_has_no_test_nets(folder: Path) -> None:
    assert read_solver('net: "net.prototxt"\n').tests == ()


def test_each_test_net_has_its_state(folder: Path) -> None:
    text = read_solver(
        'net: "net.prototxt" test_iter: 1 test_iter: 1 test_state { stage: "s" }'
        " test_state { level: 1 } train_state { level: 3 }\n"
    )
    assert [names(net) for net in text.tests] == [
        ["both", "test", "staged"],
        ["both", "test", "high"],
    ]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("test_state { } test_state { }", "0 test nets, but test_state is given 2 times"),
        ("test_iter: 1 test_state { } test_state { }", "1 test net, but test_state"),
        ('test_net: "net.prototxt" test_net: "net.prototxt"', "2 test nets, but test_iter is"),
    ],
)
def test_tests_that_are_miscounted_are_refused(folder: Path, lines: str, message: str) -> None:
    with pytest.raises(PrototxtError, match=message):
        read_solver(f'net: "net.prototxt"\n{lines}\n')


def test_a_net_is_no_solver(folder: Path) -> None:
    with pytest.raises(PrototxtError, match="not a solver"):
        read_solver(folder / "net.prototxt")


def test_paths_may_be_looked_for_as_caffe_does(folder: Path) -> None:
    other = folder / "other"
    there = solver(other / "solver.prototxt", 'net: "net.prototxt"')
    (other / "net.prototxt").write_text('layer { name: "beside" }')
    assert names(read_solver(there).train) == ["beside"]
    assert names(read_solver(there, as_caffe=True).train) == ["both", "train"]


def test_a_solver_is_in_the_current_format(folder: Path) -> None:
    text = read_solver('solver_type: ADAM net_param { layers { name: "a" type: RELU } }\n')
    assert text.param.type == "Adam"
    assert text.param.net_param.layer[0].type == "ReLU"


def test_a_net_whose_path_is_too_long_for_the_system_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "solver.prototxt"
    path.write_text(f'net: "{"x" * 5000}"')
    with pytest.raises(PrototxtError, match="is not there: looked in the working directory"):
        read_net(path)


def test_a_level_and_stages_that_are_asked_for_are_the_train_nets(folder: Path) -> None:
    solver = 'net: "net.prototxt" test_iter: 1 train_state { level: 3 stage: "own" }\n'
    (folder / "levels.prototxt").write_text(solver)
    text = read_solver(folder / "levels.prototxt", level=1, stages=["a"])
    assert (text.train.state.level, list(text.train.state.stage)) == (1, ["own", "a"])
    assert (text.tests[0].state.level, list(text.tests[0].state.stage)) == (0, [])


def test_a_solver_knows_where_its_fields_stand(folder: Path) -> None:
    text = read_solver('net: "net.prototxt"\n  base_lr: 1\n')
    assert (text.place("base_lr").line, text.place("base_lr").column) == (2, 3)
    assert text.place("momentum").line == 1
