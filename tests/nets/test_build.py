"""From a net's text to shapes: wiring, places, counts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk

INPUT = """layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 6] } } }
"""
PRODUCT = """layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
  inner_product_param { num_output: 1 weight_filler { type: "xavier" } } BLOBS }
"""


def layer(name: str, wires: str, kind: str = "ReLU", rest: str = "") -> str:
    """One layer as text; wires like ``"a b > c"``."""
    bottoms, _, tops = wires.partition(">")
    written = [f'bottom: "{blob}"' for blob in bottoms.split()]
    written += [f'top: "{blob}"' for blob in tops.split()]
    return f'layer {{ name: "{name}" type: "{kind}" {" ".join(written)} {rest} }}\n'


def refusal(text: str, **options: object) -> fk.LayerError:
    with pytest.raises(fk.LayerError) as caught:
        fk.load_net(text, **options)  # type: ignore[arg-type]
    return caught.value


def test_layers_are_set_up_in_order_with_every_shape() -> None:
    net = fk.load_net('name: "n"\n' + INPUT + PRODUCT.replace("BLOBS", "") + layer("r", "ip > r"))
    assert net.name == "n"
    assert [each.name for each in net.layers] == ["data", "ip", "r"]
    assert [each.type for each in net.layers] == ["Input", "InnerProduct", "ReLU"]
    assert net.layers[1].bottoms == ("data",)
    assert net.layers[2].tops == (("r", (2, 1)),)


def test_a_layer_knows_its_line() -> None:
    net = fk.load_net(INPUT + "\n\n" + layer("r", "data > r"))
    assert [each.line for each in net.layers] == [1, 4]


def test_a_net_may_be_empty() -> None:
    net = fk.load_net("\n")
    assert (net.layers, net.outputs, net.count) == ((), (), 0)


def test_a_net_of_either_phase_is_asked_for_in_any_letters() -> None:
    for phase in ("TEST", "test", "Test"):
        assert fk.load_net(INPUT, phase=phase).phase == "TEST"


def test_another_phase_is_refused() -> None:
    with pytest.raises(fk.UsageError, match="TRAIN or TEST, not 'both'"):
        fk.load_net(INPUT, phase="both")


def test_level_and_stages_choose_layers() -> None:
    text = INPUT + layer("r", "data > r", rest='include { min_level: 2 stage: "s" }')
    assert len(fk.load_net(text).layers) == 1
    net = fk.load_net(text, level=2, stages=["s"])
    assert len(net.layers) == 2
    assert (net.level, net.stages) == (2, ("s",))


def test_a_net_knows_its_file_and_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text(INPUT)
    net = fk.load_net(path)
    assert net.file == str(path)
    assert net.sha256 == fk.load_net(INPUT).sha256


def test_a_solver_gives_seed_and_notes() -> None:
    net = fk.load_net(f"net_param {{ {INPUT} }} random_seed: 7\n")
    assert net.random_seed == 7
    assert len(net.notes) == 1


def test_blobs_that_no_layer_takes_are_outputs_in_alphabetical_order() -> None:
    net = fk.load_net(INPUT + layer("b", "data > z") + layer("a", "data > y"))
    assert net.outputs == ("y", "z")


def test_a_blob_changed_in_place_is_an_output_still() -> None:
    net = fk.load_net(INPUT + layer("a", "data > a") + layer("b", "a > a"))
    assert net.outputs == ("a",)


def test_the_count_is_of_all_values_of_all_parameters() -> None:
    net = fk.load_net(INPUT + PRODUCT.replace("BLOBS", "") + layer("s", "ip > s", "Scale"))
    assert net.count == 6 + 1 + 1


def test_a_bottom_like_a_known_blob_is_refused_with_that() -> None:
    error = refusal(INPUT + layer("r", "dta > r"))
    assert "'dta'" in error.message
    assert "did you mean 'data'?" in error.message
    assert (error.layer, error.line) == ("r", 2)


def test_a_bottom_that_a_later_layer_makes_is_refused_with_that_layer() -> None:
    message = refusal(INPUT + layer("r", "late > r") + layer("maker", "data > late")).message
    assert "'maker'" in message
    assert "before" in message


def test_a_bottom_of_a_layer_that_is_left_out_is_refused_with_layer_and_phase() -> None:
    out = layer("maker", "data > x", rest="include { phase: TEST }")
    message = refusal(INPUT + out + layer("r", "x > r")).message
    assert "'maker'" in message
    assert "phase TRAIN" in message


def test_a_bottom_that_nothing_makes_is_refused() -> None:
    assert "'nowhere'" in refusal(INPUT + layer("r", "nowhere > r")).message


def test_a_layer_cannot_take_its_own_top() -> None:
    assert "'r'" in refusal(INPUT + layer("r", "r > r")).message


def test_a_top_that_another_layer_makes_is_refused_with_that_layer() -> None:
    error = refusal(INPUT + layer("first", "data > t") + layer("second", "data > t"))
    assert "'t'" in error.message
    assert "'first'" in error.message
    assert error.layer == "second"


def test_a_top_given_twice_in_one_layer_is_refused() -> None:
    assert "'t'" in refusal(INPUT + layer("s", "data > t t", "Slice")).message


def test_an_input_cannot_be_made_again() -> None:
    assert "'data'" in refusal(INPUT + INPUT).message


def test_a_layer_may_change_its_bottom_in_place() -> None:
    net = fk.load_net(INPUT + layer("a", "data > a") + layer("b", "a > a") + layer("c", "a > c"))
    assert net.layers[2].tops == (("a", (2, 6)),)


def test_layers_in_a_row_may_change_one_blob_in_place() -> None:
    text = INPUT + layer("a", "data > a")
    net = fk.load_net(text + "".join(layer(name, "a > a") for name in "bcd"))
    assert net.outputs == ("a",)


def test_what_is_changed_in_place_may_be_taken_twice_afterwards() -> None:
    chain = layer("a", "data > a") + layer("b", "a > a")
    fk.load_net(INPUT + chain + layer("c", "a > c") + layer("d", "a > d"))


@pytest.mark.parametrize("first", [True, False])
def test_what_another_layer_takes_too_cannot_be_changed_in_place(first: bool) -> None:
    change, other = layer("change", "data > data"), layer("other", "data > other")
    if not first:
        # The layer that comes later takes the blob as it is after the change.
        fk.load_net(INPUT + change + other)
        return
    error = refusal(INPUT + other + change)
    assert error.layer == "change"
    assert "in place" in error.message
    assert "'data'" in error.message


def test_a_blob_taken_twice_by_one_layer_cannot_be_changed_in_place() -> None:
    assert "in place" in refusal(INPUT + layer("e", "data data > data", "Eltwise")).message


def test_a_blob_with_a_loss_weight_cannot_be_changed_in_place() -> None:
    text = INPUT + layer("a", "data > a", rest="loss_weight: 1")
    assert "in place" in refusal(text + layer("b", "a > a")).message


def test_a_loss_weight_of_0_does_not_hinder() -> None:
    fk.load_net(INPUT + layer("a", "data > a", rest="loss_weight: 0") + layer("b", "a > a"))


def test_only_a_bottom_at_the_same_position_is_in_place() -> None:
    text = INPUT + layer("a", "data > a") + layer("b", "data > b")
    fk.load_net(text + layer("e", "a b > a", "Eltwise"))
    assert "made by layer 'b'" in refusal(text + layer("e", "a b > b", "Eltwise")).message


@pytest.mark.parametrize(
    ("wires", "kind", "words"),
    [
        (" > r", "ReLU", "1 bottom, not 0"),
        ("data data > r", "ReLU", "1 bottom, not 2"),
        ("data > r s", "ReLU", "1 top, not 2"),
        ("data > ", "ReLU", "1 top, not 0"),
        ("data > e", "EuclideanLoss", "2 bottoms, not 1"),
        ("data > x", "Input", "no bottoms, not 1"),
        ("data > a b c", "Pooling", "1 to 2 tops, not 3"),
    ],
)
def test_another_number_of_bottoms_or_tops_is_refused(wires: str, kind: str, words: str) -> None:
    assert words in refusal(INPUT + layer("r", wires, kind)).message


@pytest.mark.parametrize(("count", "fine"), [(0, True), (1, True), (2, False)])
def test_propagate_down_is_given_once_a_bottom_or_not_at_all(count: int, fine: bool) -> None:
    text = INPUT + layer("r", "data > r", rest="propagate_down: true " * count)
    if fine:
        fk.load_net(text)
    else:
        assert "propagate_down" in refusal(text).message


@pytest.mark.parametrize(("count", "fine"), [(0, True), (1, True), (2, False)])
def test_loss_weights_are_given_once_a_top_or_not_at_all(count: int, fine: bool) -> None:
    text = INPUT + layer("r", "data > r", rest="loss_weight: 1 " * count)
    if fine:
        fk.load_net(text)
    else:
        error = refusal(text)
        assert "loss_weight" in error.message
        assert error.field == "loss_weight"


def test_a_top_that_a_loss_makes_itself_is_no_output() -> None:
    label = INPUT.replace('"data"', '"label"')
    net = fk.load_net(INPUT + label + layer("l", "data label", "EuclideanLoss"))
    assert net.layers[2].tops == (("(automatic)", ()),)
    assert net.outputs == ()


def test_two_losses_may_both_make_their_tops_themselves() -> None:
    text = INPUT + INPUT.replace('"data"', '"label"')
    net = fk.load_net(text + layer("l", "data label", "EuclideanLoss") * 2)
    assert [each.tops for each in net.layers[2:]] == [(("(automatic)", ()),)] * 2


def test_more_params_than_blobs_are_refused() -> None:
    error = refusal(INPUT + PRODUCT.replace("BLOBS", "param { } " * 3))
    assert "3 times" in error.message
    assert "2 parameter blobs" in error.message
    assert error.field == "param"


def test_fewer_params_than_blobs_are_fine() -> None:
    net = fk.load_net(INPUT + PRODUCT.replace("BLOBS", "param { lr_mult: 3 }"))
    assert [param.lr_mult for param in net.layers[1].params] == [3, 1]


def test_params_on_a_layer_without_blobs_are_refused() -> None:
    assert "0 parameter blobs" in refusal(INPUT + layer("r", "data > r", rest="param { }")).message


GIVEN = "blobs { shape { dim: [1, 6] } data: [1, 2, 3, 4, 5, 6] }"
BIAS = "blobs { shape { dim: 1 } data: 7 }"


def test_values_in_the_text_take_the_fillers_place() -> None:
    net = fk.load_net(INPUT + PRODUCT.replace("BLOBS", GIVEN + BIAS))
    blobs = net.fill(seed=1)["ip"]
    assert blobs.weight.tolist() == [[1, 2, 3, 4, 5, 6]]
    assert blobs.bias.tolist() == [7]
    assert net.layers[1].params[0].distribution.mean == 3.5


def test_values_in_the_text_take_no_draws() -> None:
    uniform = 'inner_product_param { num_output: 3 weight_filler { type: "uniform" } }'
    after = layer("after", "ip > after", "InnerProduct", uniform)
    with_blobs = fk.load_net(INPUT + PRODUCT.replace("BLOBS", GIVEN + BIAS) + after)
    constant = PRODUCT.replace('"xavier"', '"constant"').replace("BLOBS", "")
    without = fk.load_net(INPUT + constant + after)
    ours, theirs = with_blobs.fill(seed=1)["after"], without.fill(seed=1)["after"]
    assert (ours.weight == theirs.weight).all()


def test_values_in_the_text_may_be_doubles() -> None:
    doubles = "blobs { shape { dim: [1, 6] } double_data: [0.1, 2, 3, 4, 5, 6] }"
    net = fk.load_net(INPUT + PRODUCT.replace("BLOBS", doubles + BIAS))
    assert net.fill(seed=1, dtype="float64")["ip"].weight[0, 0] == 0.1
    assert net.fill(seed=1)["ip"].weight[0, 0] == np.float32(0.1)


def test_values_under_an_old_shape_of_four_axes_fit_too() -> None:
    old = "blobs { num: 1 channels: 1 height: 1 width: 6 data: [1, 2, 3, 4, 5, 6] }"
    bias = "blobs { num: 1 channels: 1 height: 1 width: 1 data: 7 }"
    net = fk.load_net(INPUT + PRODUCT.replace("BLOBS", old + bias))
    assert net.fill(seed=1)["ip"].weight.tolist() == [[1, 2, 3, 4, 5, 6]]


@pytest.mark.parametrize(
    ("blobs", "words"),
    [
        (GIVEN, "1 times, but 2"),
        (GIVEN + BIAS + BIAS, "3 times, but 2"),
        ("blobs { shape { dim: [6, 1] } data: [1, 2, 3, 4, 5, 6] }" + BIAS, "6x1"),
        ("blobs { shape { dim: [1, 6] } data: [1, 2, 3] }" + BIAS, "3 values"),
        ("blobs { shape { dim: [1, 6] } }" + BIAS, "0 values"),
        (
            "blobs { num: 1 channels: 6 height: 1 width: 1 data: [1, 2, 3, 4, 5, 6] }" + BIAS,
            "1x6x1x1",
        ),
    ],
)
def test_values_that_do_not_fit_are_refused(blobs: str, words: str) -> None:
    error = refusal(INPUT + PRODUCT.replace("BLOBS", blobs))
    assert words in error.message
    assert error.field == "blobs"


def test_shapes_that_are_given_go_before_the_texts() -> None:
    net = fk.load_net(INPUT + layer("r", "data > r"), shapes={"data": [5, 4]})
    assert net.layers[1].tops == (("r", (5, 4)),)
    assert net.asked == {"shapes": {"data": [5, 4]}}


def test_a_shape_for_a_blob_that_no_layer_makes_is_refused_with_those_of_data_layers() -> None:
    with pytest.raises(fk.UsageError, match=r"'q'.*make 'data'") as caught:
        fk.load_net(INPUT + layer("r", "data > r"), shapes={"q": (1,)})
    assert not isinstance(caught.value, fk.LayerError)


def test_a_shape_given_for_a_blob_whose_layer_is_known_has_to_be_the_one_it_has() -> None:
    text = INPUT + layer("r", "data > r")
    shape = fk.load_net(text).layers[1].tops[0][1]
    assert fk.load_net(text, shapes={"r": shape}).layers[1].tops == (("r", shape),)
    with pytest.raises(fk.LayerError, match=r"layer 'r' .*makes 'r' as .*, but 7x1 is given"):
        fk.load_net(text, shapes={"r": (7, 1)})


def test_layers_of_unknown_types_and_of_unknown_code_are_told_in_one_error() -> None:
    text = (
        INPUT
        + 'layer { name: "m" type: "Mine" bottom: "data" top: "m" }\n'
        + 'layer { name: "p" type: "Python" bottom: "m" top: "p" top: "q" '
        + 'python_param { module: "a" layer: "B" } }\n'
    )
    with pytest.raises(fk.LayerError) as caught:
        fk.load_net(text)
    assert "Mine 'm': --shape m=N,C,H,W" in caught.value.message
    assert "Python 'p': --shape p=N,C,H,W --shape q=N,C,H,W" in caught.value.message
    net = fk.load_net(
        text, shapes={"m": (1,), "p": (2,), "q": (3,)}, params={"m": ["4:xavier"], "p": ["2x3"]}
    )
    assert [param.shape for layer in net.layers for param in layer.params] == [(4,), (2, 3)]


@pytest.mark.parametrize("shape", [(-1, 3), (2**31,), (1.5, 2), "12", 5, None, ("a",)])
def test_a_shape_that_is_none_is_refused_by_name(shape: object) -> None:
    with pytest.raises(fk.UsageError, match="'data'"):
        fk.load_net(INPUT, shapes={"data": shape})  # type: ignore[dict-item]


def test_a_shape_may_hold_numpys_integers() -> None:
    net = fk.load_net(INPUT, shapes={"data": list(np.array([5, 4]))})
    assert net.layers[0].tops == (("data", (5, 4)),)


def test_layers_of_one_name_keep_their_blobs_apart() -> None:
    scale = layer("s", "data > a", "Scale") + layer("s", "a > b", "Scale")
    net = fk.load_net(INPUT + scale + layer("s", "b > c", "Scale"))
    assert [each.key for each in net.layers[1:]] == ["s", "s#2", "s#3"]
    assert sorted(net.fill(seed=1)) == ["s", "s#2", "s#3"]


def test_a_name_that_looks_like_a_made_up_one_is_kept_apart_too() -> None:
    scales = [("s#2", "data > a"), ("s", "a > b"), ("s", "b > c")]
    net = fk.load_net(INPUT + "".join(layer(name, wires, "Scale") for name, wires in scales))
    assert len({each.key for each in net.layers}) == 4


def test_layers_without_names_get_keys() -> None:
    net = fk.load_net(INPUT + layer("", "data > a", "Scale") + layer("", "a > b", "Scale"))
    first, second = net.fill(seed=1)
    assert first and second and first != second


def test_a_layer_without_blobs_does_not_take_a_key() -> None:
    net = fk.load_net(INPUT + layer("x", "data > a") + layer("x", "a > b", "Scale"))
    assert list(net.fill(seed=1)) == ["x"]


@given(st.lists(st.sampled_from(["", "s", "s#2", "#1", "#2"]), max_size=6))
def test_keys_never_meet(names: list[str]) -> None:
    text = "".join(layer(name, f"b{i} > b{i + 1}", "Scale") for i, name in enumerate(names))
    net = fk.load_net(INPUT.replace('top: "data"', 'top: "b0"') + text)
    keys = [each.key for each in net.layers[1:]]
    assert len(set(keys)) == len(keys)
    assert all(keys)


def test_an_error_names_layer_and_type_and_stands_at_the_field() -> None:
    error = refusal(
        INPUT + 'layer { name: "c" type: "InnerProduct" bottom: "data" top: "c"\n'
        "  inner_product_param {\n    num_output: 0\n  }\n}"
    )
    assert error.message.startswith("layer 'c' (InnerProduct): ")
    assert (error.layer, error.field) == ("c", "inner_product_param.num_output")
    assert (error.file, error.line, error.column) == ("<text>", 4, 5)


def test_an_error_of_a_field_that_is_not_there_stands_at_the_layer() -> None:
    error = refusal(INPUT + "\n  " + layer("c", "data > c", "InnerProduct"))
    assert (error.line, error.column) == (3, 3)


def test_an_error_of_a_filler_stands_at_the_fillers_field() -> None:
    error = refusal(
        INPUT + 'layer { name: "c" type: "InnerProduct" bottom: "data" top: "c"\n'
        "  inner_product_param { num_output: 2\n"
        '    weight_filler { type: "xavier" }\n'
        '    bias_filler { type: "uniform"\n'
        "      min: 2 } } }"
    )
    assert isinstance(error, fk.FillerError)
    assert (error.blob, error.field, error.line) == ("bias", "min", 6)
    assert "its bias (2)" in error.message


def test_an_error_in_a_layer_of_the_older_format_stands_there_too() -> None:
    error = refusal(
        'input: "data" input_dim: [1, 1, 2, 3]\n'
        'layers { name: "c" type: INNER_PRODUCT bottom: "data" top: "c"\n'
        "  inner_product_param { num_output: 0 } }"
    )
    assert error.layer == "c"
    assert error.line == 3


def test_an_unknown_type_is_refused_at_the_type() -> None:
    error = refusal(INPUT + 'layer { name: "x" bottom: "data" top: "x"\n type: "Fooification" }')
    assert "'Fooification'" in error.message
    assert error.line == 3


def test_weights_larger_than_a_blob_of_caffe_are_refused() -> None:
    wide = INPUT.replace("[2, 6]", "[1, 75000000]")
    error = refusal(
        wide + layer("c", "data > c", "InnerProduct", "inner_product_param { num_output: 100000 }")
    )
    assert "100000x75000000" in error.message
    assert "2147483647" in error.message


def test_a_top_larger_than_a_blob_of_caffe_is_refused() -> None:
    assert "2147483647" in refusal(INPUT.replace("[2, 6]", "[1, 3, 60000, 60000]")).message


def test_a_net_never_changes() -> None:
    net = fk.load_net(INPUT)
    with pytest.raises(AttributeError):
        setattr(net, "phase", "TEST")  # noqa: B010


PYTHON = 'python_param { module: "m" layer: "L" }'


def test_what_python_code_makes_is_asked_of_the_caller() -> None:
    asked = []

    def plan(index: int, message: Any, shapes: Sequence[tuple[int, ...]]) -> fk.Plan:
        asked.append((index, message.python_param.layer, list(shapes)))
        return fk.Plan([(7,)], [fk.Param("", (2, 3))])

    text = INPUT + layer("p", "data > p", "Python", PYTHON) + layer("r", "p > r")
    net = fk.load_net(text, python_layers=plan)
    assert asked == [(1, "L", [(2, 6)])]
    assert net.layers[2].tops == (("r", (7,)),)
    assert net.layers[1].params[0].shape == (2, 3)


def test_the_caller_is_not_asked_for_what_the_shapes_say() -> None:
    def plan(*asked: object) -> fk.Plan:
        raise AssertionError(asked)

    text = INPUT + layer("p", "data > p", "Python", PYTHON)
    net = fk.load_net(text, shapes={"p": (3,)}, python_layers=plan)
    assert net.layers[1].tops == (("p", (3,)),)


def test_a_caller_that_does_not_know_leaves_it_to_what_is_known() -> None:
    known = 'python_param { module: "rpn.proposal_layer" layer: "ProposalLayer" }'
    text = INPUT + layer("p", "data data data > rois", "Python", known)
    net = fk.load_net(text, python_layers=lambda *_: None)
    assert net.layers[1].tops[0][1][-1] == 5
    unknown = INPUT + layer("p", "data > p", "Python", PYTHON)
    with pytest.raises(fk.LayerError, match="--shape p="):
        fk.load_net(unknown, python_layers=lambda *_: None)


def test_a_text_is_read_once_and_loaded_with_any_shapes(tmp_path: Path) -> None:
    file = tmp_path / "net.prototxt"
    file.write_text(INPUT + PRODUCT.replace("BLOBS", ""))
    text = fk.read_net(file, phase="TEST")
    file.unlink()
    nets = [fk.load_net(text, shapes={"data": (n, 6)}) for n in (1, 2)]
    assert [net.layers[1].tops for net in nets] == [(("ip", (1, 1)),), (("ip", (2, 1)),)]
    assert {(net.file, net.phase) for net in nets} == {(str(file), "TEST")}
    with pytest.raises(fk.UsageError, match="are for read_net"):
        fk.load_net(text, phase="TRAIN")


@pytest.mark.parametrize(
    "answer",
    [5, fk.Plan([(1,)], [5]), fk.Plan([(1,)])],  # type: ignore[list-item]
    ids=["no plan", "no param", "one top"],
)
def test_an_answer_that_is_no_plan_of_the_layer_is_refused(answer: Any) -> None:
    text = INPUT + layer("p", "data > p q", "Python", PYTHON)
    with pytest.raises(fk.LayerError, match="layer 'p'"):
        fk.load_net(text, python_layers=lambda *_: answer)


def test_a_layer_alone_is_planned_with_other_bottoms() -> None:
    text = fk.read_net(INPUT + PRODUCT.replace("BLOBS", "") + layer("r", "ip > r"))
    planned = fk.plan_layer(text, 1, [(5, 7)])
    assert (planned.tops, planned.params[0].shape) == ((("ip", (5, 1)),), (1, 7))
    with pytest.raises(fk.LayerError, match="<text>:2:1: layer 'ip'"):
        fk.plan_layer(text, 1, [()])


@pytest.mark.parametrize(
    ("index", "bottoms", "message"),
    [(2, [], "no layer 2"), (-1, [], "no layer -1"), (1, [], "has 1 bottoms, not 0")],
)
def test_a_layer_that_is_not_there_or_fits_not_is_not_planned(
    index: int, bottoms: list[tuple[int, ...]], message: str
) -> None:
    text = fk.read_net(INPUT + PRODUCT.replace("BLOBS", ""))
    with pytest.raises(fk.UsageError, match=message):
        fk.plan_layer(text, index, bottoms)
    assert fk.plan_layer(text, 0, []).tops == (("data", (2, 6)),)
