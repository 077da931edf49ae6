"""Layers that are not known and that nothing depends on."""

from __future__ import annotations

import pytest

import fillerkit as fk

NET = """
layer { name: "data" type: "Input" top: "data" top: "label"
        input_param { shape { dim: [2, 3] } shape { dim: 2 } } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
        inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }
"""
LOSS = 'layer { name: "loss" type: "RankLoss" bottom: "ip" bottom: "label" top: "loss" }'
METRIC = 'layer { name: "iou" type: "BboxIou" bottom: "ip" }'
CODE = (
    'layer { name: "corr" type: "Python" bottom: "ip" top: "a" top: "b" '
    'python_param { module: "mine" layer: "Corr" } }'
)


@pytest.mark.parametrize("leaf", [LOSS, METRIC, CODE])
def test_a_layer_that_is_not_known_and_that_nothing_depends_on_is_passed_over(leaf: str) -> None:
    net = fk.load_net(NET + leaf)
    assert [layer.name for layer in net.layers] == ["data", "ip"]
    assert net.count == 40
    (note,) = net.notes
    assert "1 layer that nothing depends on and that is not known, passed over" in note
    assert "not known and not filled" in note


def test_one_note_names_all_of_them() -> None:
    (note,) = fk.load_net(NET + LOSS + METRIC + CODE).notes
    for word in ("3 layers", "RankLoss 'loss'", "BboxIou 'iou'", "Python 'corr'"):
        assert word in note


def test_what_only_such_a_layer_takes_is_passed_over_too() -> None:
    net = fk.load_net(NET + LOSS + 'layer { name: "end" type: "Log2" bottom: "loss" top: "l" }')
    assert [layer.name for layer in net.layers] == ["data", "ip"]


def test_a_layer_that_another_depends_on_is_refused() -> None:
    with pytest.raises(fk.UnknownLayers, match="RankLoss"):
        fk.load_net(NET + LOSS + 'layer { name: "r" type: "ReLU" bottom: "loss" top: "r" }')


def test_blobs_that_it_takes_are_no_outputs_of_the_net() -> None:
    assert fk.load_net(NET + METRIC).outputs == ("label",)


def test_strict_layers_refuses_it() -> None:
    with pytest.raises(fk.UnknownLayers, match="RankLoss"):
        fk.load_net(NET + LOSS, strict_layers=True)


def test_where_no_parameters_remain_the_layer_is_the_net_and_is_refused() -> None:
    with pytest.raises(fk.UnknownLayers, match="RankLoss"):
        fk.load_net(NET.partition('layer { name: "ip"')[0] + LOSS.replace('"ip"', '"data"'))


@pytest.mark.parametrize("slip", ["InnerProdct", "Innerproduct"])
def test_a_slip_in_a_type_is_refused(slip: str) -> None:
    last = f'layer {{ name: "fc" type: "{slip}" bottom: "ip" top: "fc" }}'
    with pytest.raises(fk.UnknownLayers, match="did you mean 'InnerProduct'"):
        fk.load_net(NET + last)


def test_a_person_may_say_what_it_makes() -> None:
    net = fk.load_net(NET + LOSS, shapes={"loss": (1,)}, params={"loss": ["4:constant(value=1)"]})
    assert net.count == 44
    assert net.notes == ()


def test_check_tells_nothing_of_it_as_a_problem() -> None:
    report = fk.check(NET + LOSS)
    assert report.problems == ()
    assert report.net is not None
