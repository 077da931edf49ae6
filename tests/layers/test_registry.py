"""Layer types of one's own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

import fillerkit as fk
from fillerkit.layers import source
from fillerkit.schema.forks_pb2 import FillerParameter, LayerParameter

INPUT = 'layer { name: "a" type: "Input" top: "a" input_param { shape { dim: [2, 3] } } }'


@pytest.fixture(autouse=True)
def own_types(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is gone after it."""
    fk.layer_types.names()
    monkeypatch.setattr(fk.layer_types, "_items", dict(vars(fk.layer_types)["_items"]))


def swap(layer: LayerParameter, bottoms: Sequence[tuple[int, ...]]) -> fk.Plan:
    """Swaps its two axes.

    By a learned matrix.
    """
    rows, columns = bottoms[0]
    filler = FillerParameter(type="gaussian", std=0.5)
    return fk.Plan(tops=[(columns, rows)], params=[fk.Param("matrix", (rows, columns), filler)])


def one_value(layer: LayerParameter, bottoms: Sequence[tuple[int, ...]]) -> fk.Plan:
    return fk.Plan(tops=[()])


def test_a_layer_type_of_ones_own_is_set_up_and_filled_like_any_other() -> None:
    fk.layer("Swap_of_a_test")(swap)
    net = fk.load_net(INPUT + 'layer { name: "s" type: "Swap_of_a_test" bottom: "a" top: "s" }')
    assert net.layers[1].tops == (("s", (3, 2)),)
    assert net.layers[1].params[0].distribution == fk.Gaussian(0, 0.5)
    assert net.fill(seed=1)["s"].matrix.shape == (2, 3)


def test_the_decorator_gives_the_function_back() -> None:
    assert fk.layer("Swap_of_a_test")(swap) is swap


def test_a_layer_type_is_listed_with_the_first_line_of_its_documentation() -> None:
    fk.layer("Swap_of_a_test")(swap)
    assert "Swap_of_a_test" in fk.layer_types.names()
    known = fk.layer_types.get("Swap_of_a_test")
    assert known is not None
    assert known.summary == "Swaps its two axes."


def test_a_type_of_caffes_is_found_without_a_look_into_every_file() -> None:
    modules = {known.name: known.plan.__module__ for known in fk.layer_types}
    # Other tests may have registered types of their own, made in the registry.
    others = (".forks.", ".layers.registry")
    ours = {name: at for name, at in modules.items() if not any(each in at for each in others)}
    assert {name: fk.layer_types.home(name) for name in ours} == ours


def test_only_those_modules_are_imported_whose_types_a_net_has(tmp_path: Path) -> None:
    code = (
        "import sys, fillerkit as fk\n"
        f"fk.load_net({INPUT!r}).save('none.npz', seed=1)\n"
        "names = 'layers.data layers.neuron layers.forks fillers.constant fillers.forks'.split()\n"
        "print([name for name in names if f'fillerkit.{name}' in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert done.stdout == "['layers.data']\n"


def test_a_name_is_not_given_twice() -> None:
    with pytest.raises(fk.UsageError, match="'Convolution'"):
        fk.layer("Convolution")(swap)


def test_a_type_of_ones_own_may_take_more_bottoms_and_tops() -> None:
    fk.layer("Many_of_a_test", bottoms=(2, 3), tops=(0, None))(one_value)
    wires = 'bottom: "a" ' * 4
    with pytest.raises(fk.LayerError, match="2 to 3 bottoms, not 4"):
        fk.load_net(INPUT + f'layer {{ name: "m" type: "Many_of_a_test" {wires} }}')


def test_a_type_of_ones_own_may_refuse_to_work_in_place() -> None:
    fk.layer("Swap_of_a_test", in_place=False)(swap)
    with pytest.raises(fk.LayerError, match="in place"):
        fk.load_net(INPUT + 'layer { name: "s" type: "Swap_of_a_test" bottom: "a" top: "a" }')


def test_a_loss_of_ones_own_makes_the_tops_that_are_missing() -> None:
    fk.layer("Loss_of_a_test", loss=True)(one_value)
    net = fk.load_net(INPUT + 'layer { name: "l" type: "Loss_of_a_test" bottom: "a" }')
    assert net.layers[1].tops == (("(automatic)", ()),)


def test_a_source_of_ones_own_gets_the_shapes_that_are_given() -> None:
    source("Source_of_a_test", tops=1)(
        lambda layer, given: fk.Plan(tops=[given[layer.top[0]]], draws=2)
    )
    net = fk.load_net('layer { name: "s" type: "Source_of_a_test" top: "x" }', shapes={"x": (4,)})
    assert net.layers[0].tops == (("x", (4,)),)
    assert net.layers[0].draws == 2


def test_a_layer_of_your_own_goes_before_a_fork_s_of_that_name() -> None:
    code = (
        "import fillerkit as fk\n"
        "@fk.layer('ReLU6')\n"
        "def mine(layer, bottoms):\n"
        "    return fk.Plan(tops=[(7,)])\n"
        'net = fk.load_net(\'layer { name: "d" type: "Input" top: "d" input_param '
        '{ shape { dim: 1 } } } layer { name: "r" type: "ReLU6" bottom: "d" top: "r" }\')\n'
        "assert 'Permute' in fk.layer_types.names()\n"
        "assert net.layers[-1].tops == (('r', (7,)),)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
