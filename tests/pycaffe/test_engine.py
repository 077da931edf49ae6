"""Running a net: what forward and backward take and give, and what they leave in the blobs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from caffe_nets import NET, RunScript, WriteNet

import fillerkit as fk
import fillerkit.pycaffe as caffe
from fillerkit.pycaffe import process

pytest.importorskip("torch")

SAMPLE_NETS = Path(__file__).parents[2] / "sample_nets"

FORCED = "force_backward: true\n" + NET

WEIGHTS = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3] } } }
layer { name: "w" type: "InnerProduct" bottom: "data" top: "w"
        inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
"""

DATA = """
layer { name: "d" type: "Data" top: "data" data_param { source: "nowhere" batch_size: 2 } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
        inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
"""

MEMORY = """
layer { name: "d" type: "MemoryData" top: "data" top: "label"
        memory_data_param { batch_size: 2 channels: 1 height: 1 width: 3 } }
layer { name: "p" type: "Power" bottom: "data" top: "p" power_param { scale: 2 } }
layer { name: "s" type: "Silence" bottom: "label" }
"""


def filled(net: caffe.Net, seed: int = 0) -> caffe.Net:
    draws = np.random.default_rng(seed)
    net.blobs["data"].data[...] = draws.standard_normal(net.blobs["data"].data.shape)
    net.blobs["label"].data[...] = [2, 0]
    return net


def loss_of(net: caffe.Net) -> float:
    return float(net.forward()["loss"])


def test_forward_gives_the_outputs_which_are_the_blobs_own_memory(net: caffe.Net) -> None:
    given = filled(net).forward()
    assert list(given) == ["loss"]
    assert given["loss"].shape == ()
    assert np.shares_memory(given["loss"], net.blobs["loss"].data)
    scores = net.blobs["ip"].data.astype(float)
    powers = np.exp(scores)
    shares = powers / powers.sum(axis=1, keepdims=True)
    assert np.isclose(given["loss"], -np.log(shares[[0, 1], [2, 0]]).mean())


def test_forward_leaves_what_each_layer_made_in_its_blob(net: caffe.Net) -> None:
    filled(net).forward()
    conv = net.blobs["conv"].data
    assert (conv >= 0).all()  # the ReLU works in place
    assert (conv > 0).any()
    weight, bias = (blob.data for blob in net.params["ip"])
    wanted = conv.reshape(2, -1) @ weight.T + bias
    assert np.allclose(net.blobs["ip"].data, wanted, atol=1e-5)


def test_forward_takes_all_inputs_by_name(net: caffe.Net) -> None:
    data = np.ones((2, 3, 5, 5))
    net.forward(data=data, label=np.array([1, 1]))
    assert (net.blobs["data"].data == 1).all()
    with pytest.raises(ValueError, match="inputs are data, label"):
        net.forward(data=data)
    with pytest.raises(ValueError, match="batch of 2"):
        net.forward(data=data[:1], label=np.array([1]))


def test_forward_gives_more_blobs_on_request(net: caffe.Net) -> None:
    assert set(filled(net).forward(blobs=["conv", "ip"])) == {"loss", "conv", "ip"}
    with pytest.raises(KeyError):
        net.forward(blobs=["nothing"])


def test_start_and_end_run_a_part_of_the_net_from_what_the_blobs_hold(net: caffe.Net) -> None:
    given = filled(net).forward(end="conv")
    assert set(given) == {"conv"}
    assert (net.blobs["conv"].data < 0).any()  # the ReLU has not run
    assert not net.blobs["ip"].data_memory.touched
    net.blobs["conv"].data[...] = 1
    given = net.forward(start="ip", end="ip")
    weight, bias = (blob.data for blob in net.params["ip"])
    assert np.allclose(given["ip"], weight.sum(axis=1) + bias, atol=1e-5)
    with pytest.raises(ValueError, match="nothing"):
        net.forward(start="nothing")


def test_weights_that_a_script_writes_are_what_runs(net: caffe.Net) -> None:
    filled(net).forward()
    for blob in net.params["ip"]:
        blob.data[...] = 0
    assert np.isclose(loss_of(net), np.log(3))


@pytest.mark.parametrize(("layer", "index"), [("conv", 0), ("conv", 1), ("ip", 0), ("ip", 1)])
def test_gradients_of_parameters_are_those_of_the_loss(
    net: caffe.Net, layer: str, index: int
) -> None:
    filled(net).forward()
    net.backward()
    blob = net.params[layer][index]
    gradient = blob.diff.copy()
    for place in [(0,) * blob.data.ndim, tuple(n - 1 for n in blob.data.shape)]:
        old = float(blob.data[place])
        losses = []
        for step in (0.01, -0.01):
            blob.data[place] = old + step
            losses.append(loss_of(net))
        blob.data[place] = old
        assert np.isclose(gradient[place], (losses[0] - losses[1]) / 0.02, atol=2e-3)


def test_gradients_of_parameters_add_up_until_they_are_cleared(net: caffe.Net) -> None:
    filled(net).forward()
    net.backward()
    once = net.params["ip"][0].diff.copy()
    net.backward()
    assert np.allclose(net.params["ip"][0].diff, 2 * once)
    net.clear_param_diffs()
    net.backward()
    assert np.allclose(net.params["ip"][0].diff, once)


def test_a_loss_starts_the_backward_pass_with_its_weight(write: WriteNet) -> None:
    diffs = []
    for weight in ("", "loss_weight: 3"):
        caffe.set_random_seed(1)
        text = NET.replace('top: "loss"', f'top: "loss" {weight}')
        net = filled(caffe.Net(write(text), caffe.TRAIN))
        loss = net._forward(0, len(net.layers) - 1)
        net.backward()
        assert net.blobs["loss"].diff == (3 if weight else 1)
        diffs.append((loss, net.params["ip"][0].diff.copy()))
    assert np.isclose(diffs[1][0], 3 * diffs[0][0])
    assert np.allclose(diffs[1][1], 3 * diffs[0][1], atol=1e-6)


def test_inputs_have_gradients_only_where_the_net_forces_them(write: WriteNet) -> None:
    for text, has in ((NET, False), (FORCED, True)):
        net = filled(caffe.Net(write(text), caffe.TRAIN))
        net.forward()
        given = net.backward()
        assert set(given) == {"data", "label"}
        assert given["data"].any() == has
        assert not given["label"].any()


def test_without_a_loss_nothing_goes_backward_unless_the_net_forces_it(write: WriteNet) -> None:
    text = NET[: NET.index('layer { name: "accuracy"')]
    for start, has in (("", False), ("force_backward: true\n", True)):
        net = caffe.Net(write(start + text), caffe.TEST)
        net.forward(data=np.ones((2, 3, 5, 5)), label=np.zeros(2))
        net.backward(ip=np.ones((2, 3)), label=np.zeros(2))
        assert net.params["conv"][0].diff.any() == has
        assert net.blobs["data"].diff.any() == has
    with pytest.raises(ValueError, match="outputs are ip, label"):
        net.backward(ip=np.ones((2, 3)))


def test_backward_runs_a_part_and_gives_gradients_on_request(net: caffe.Net) -> None:
    filled(net).forward()
    given = net.backward(end="ip", diffs=["ip"])
    assert set(given) == {"conv", "ip"}
    assert given["conv"].any()
    assert not net.params["conv"][0].diff.any()
    net.backward(start="relu")
    assert net.params["conv"][0].diff.any()


def test_a_blob_that_two_layers_take_gathers_both_gradients(write: WriteNet) -> None:
    net = caffe.Net(
        write("""force_backward: true
        layer { name: "d" type: "Input" top: "x" input_param { shape { dim: 2 } } }
        layer { name: "a" type: "Power" bottom: "x" top: "a" power_param { scale: 2 } }
        layer { name: "b" type: "Power" bottom: "x" top: "b" power_param { scale: 5 } }
        """),
        caffe.TEST,
    )
    net.forward(x=np.array([1, 2]))
    assert net.blobs["x_d_0_split_1"].data.tolist() == [1, 2]
    given = net.backward(a=np.array([1, 1]), b=np.array([1, 2]))
    assert given["x"].tolist() == [7, 12]


def test_a_batch_norm_that_trains_gathers_sums_in_its_blobs(write: WriteNet) -> None:
    net = caffe.Net(
        write("""
        layer { name: "d" type: "Input" top: "x" input_param { shape { dim: [4, 2] } } }
        layer { name: "bn" type: "BatchNorm" bottom: "x" top: "y" }
        """),
        caffe.TRAIN,
    )
    x = np.array([[0, 1], [2, 3], [4, 5], [6, 7]])
    for _ in range(2):
        y = net.forward(x=x)["y"]
    assert np.allclose(y.mean(axis=0), 0, atol=1e-6)
    mean, variance, factor = (blob.data for blob in net.params["bn"])
    assert np.isclose(factor[0], 1.999)
    assert np.allclose(mean, x.mean(axis=0) * 1.999)
    assert np.allclose(variance, x.var(axis=0, ddof=1) * 1.999)


def test_a_batch_norm_that_does_not_gather_leaves_its_blobs_as_they_are(write: WriteNet) -> None:
    net = caffe.Net(
        write("""
        layer { name: "d" type: "Input" top: "x" input_param { shape { dim: [4, 2] } } }
        layer { name: "bn" type: "BatchNorm" bottom: "x" top: "y"
                batch_norm_param { use_global_stats: true } }
        """),
        caffe.TRAIN,
    )
    mean, variance, factor = net.params["bn"]
    mean.data[...], variance.data[...], factor.data[...] = [0.1, 0.3], [0.7, 0.9], 3
    before = [blob.data.tolist() for blob in net.params["bn"]]
    x = np.array([[0, 1], [2, 3], [4, 5], [6, 7]])
    y = net.forward(x=x)["y"]
    wanted = (x - np.array([0.1, 0.3]) / 3) / np.sqrt(np.array([0.7, 0.9]) / 3 + 1e-5)
    assert np.allclose(y, wanted, rtol=1e-5)
    assert [blob.data.tolist() for blob in net.params["bn"]] == before


def test_parameters_that_are_shared_later_are_what_runs(net: caffe.Net, write: WriteNet) -> None:
    filled(net).forward()
    other = caffe.Net(write(NET), caffe.TRAIN)
    for blobs in other.params.values():
        for blob in blobs:
            blob.data[...] = 0
    net.share_with(other)
    assert np.isclose(loss_of(net), np.log(3))


@pytest.mark.parametrize("name", ["lenet", "mnist_autoencoder"])
def test_a_whole_net_gives_the_gradients_that_pytorch_gives_for_its_module(name: str) -> None:
    import torch

    from fillerkit.running import module

    path, shapes = SAMPLE_NETS / name / "train_val.prototxt", {"data": (4, 1, 28, 28)}
    caffe.set_random_seed(1)
    net = caffe.Net(str(path), caffe.TRAIN, shapes=shapes)
    draws = np.random.default_rng(0)
    inputs = [name for name in ("data", "label") if name in net.blobs]
    for top in inputs:
        net.blobs[top].data[...] = draws.integers(0, 2, net.blobs[top].shape)
    loss = net._forward(0, len(net.layers) - 1)
    net.backward()
    read = fk.load_net(path, phase="TRAIN", shapes=shapes)
    whole = module(read, read.fill(seed=1))
    given = {top: torch.from_numpy(net.blobs[top].data) for top in inputs}
    wanted = whole(given).loss
    wanted.backward()
    assert np.isclose(loss, float(wanted.detach()), rtol=1e-5)
    for layer in whole.layers:
        for index, held in enumerate(layer.held):
            ours = net.params[layer.layer.name][index].diff
            theirs = getattr(layer, held.name).grad.numpy().reshape(ours.shape)
            assert np.abs(ours - theirs).max() < 1e-3 * np.abs(theirs).max() + 1e-7


def test_callbacks_are_told_the_number_of_each_layer(net: caffe.Net) -> None:
    calls: list[tuple[str, int]] = []
    for name in ("before_forward", "after_forward", "before_backward", "after_backward"):
        getattr(net, name)(lambda layer, name=name: calls.append((name, layer)))
    filled(net).forward(end="conv")
    assert [layer for _, layer in calls] == [0, 0, 1, 1]
    assert [name for name, _ in calls] == ["before_forward", "after_forward"] * 2
    calls.clear()
    net.backward(start="conv", end="conv")
    assert calls == [("before_backward", 1), ("after_backward", 1)]


def test_new_shapes_of_inputs_flow_when_the_net_runs(write: WriteNet) -> None:
    net = caffe.Net(write(NET[: NET.index('layer { name: "ip"')]), caffe.TEST)
    net.blobs["data"].reshape(1, 3, 4, 6)
    net.blobs["data"].data[...] = 1
    assert net.forward()["conv"].shape == (1, 4, 2, 4)


def test_forward_all_takes_any_number_and_cuts_off_what_it_filled_up(write: WriteNet) -> None:
    text = NET[: NET.index('layer { name: "accuracy"')].replace('top: "label"', "", 1)
    net = caffe.Net(write(text.replace("shape { dim: 2 }", "")), caffe.TEST)
    data = np.random.default_rng(0).standard_normal((5, 3, 5, 5)).astype(np.float32)
    given = net.forward_all(blobs=["conv"], data=data)
    assert given["ip"].shape == (5, 3)
    assert given["conv"].shape == (5, 4, 3, 3)
    one = net.forward(data=np.stack([data[4], data[4]]))["ip"][0]
    assert np.allclose(given["ip"][4], one, atol=1e-5)


def test_forward_backward_all_gives_blobs_and_gradients(write: WriteNet) -> None:
    net = caffe.Net(
        write("""force_backward: true
        layer { name: "d" type: "Input" top: "x" input_param { shape { dim: [2, 3] } } }
        layer { name: "a" type: "Power" bottom: "x" top: "a" power_param { scale: 2 } }
        """),
        caffe.TEST,
    )
    x = np.arange(9).reshape(3, 3)
    outs, diffs = net.forward_backward_all(x=x, a=np.ones((3, 3)))
    assert outs["a"].tolist() == (2 * x).tolist()
    assert diffs["x"].tolist() == np.full((3, 3), 2).tolist()


def test_memory_data_hands_out_its_arrays_batch_after_batch(write: WriteNet) -> None:
    net = caffe.Net(write(MEMORY), caffe.TRAIN)
    with pytest.raises(RuntimeError, match="set_input_arrays"):
        net.forward()
    data = np.arange(12, dtype=np.float32).reshape(4, 1, 1, 3)
    net.set_input_arrays(data, np.arange(4, dtype=np.float32))
    for start in (0, 2, 0):
        assert np.array_equal(net.forward()["p"], 2 * data[start : start + 2])
        assert net.blobs["label"].data.ravel().tolist() == [start, start + 1]


@pytest.mark.parametrize(
    ("data", "labels"),
    [
        (np.zeros((3, 1, 1, 3), np.float32), np.zeros(3, np.float32)),
        (np.zeros((2, 1, 1, 3), np.float64), np.zeros(2, np.float32)),
        (np.zeros((2, 1, 1, 4), np.float32), np.zeros(2, np.float32)),
        (np.zeros((2, 1, 1, 3), np.float32), np.zeros(4, np.float32)),
        (np.zeros((2, 1, 3), np.float32), np.zeros(2, np.float32)),
        (np.zeros((3, 1, 1, 2), np.float32).T, np.zeros(2, np.float32)),
        (np.zeros((2, 1, 1, 3), np.float32), np.zeros((2, 1), np.float32)),
        (np.zeros((2, 1, 1, 3), np.float32), np.zeros(2, np.float64)),
    ],
)
def test_arrays_that_do_not_fit_a_memory_data_are_a_runtime_error(
    write: WriteNet, data: Any, labels: Any
) -> None:
    with pytest.raises(RuntimeError):
        caffe.Net(write(MEMORY), caffe.TRAIN).set_input_arrays(data, labels)


def test_only_a_memory_data_takes_input_arrays(net: caffe.Net) -> None:
    with pytest.raises(RuntimeError):
        net.set_input_arrays(np.zeros((2, 3, 5, 5), np.float32), np.zeros(2, np.float32))


# Arguments and results

# Two inputs, two outputs, every gradient known beforehand.
PAIR = """force_backward: true
layer { name: "d" type: "Input" top: "x" top: "y"
        input_param { shape { dim: [2, 3] } shape { dim: 2 } } }
layer { name: "a" type: "Power" bottom: "x" top: "a" power_param { scale: 2 } }
layer { name: "b" type: "Power" bottom: "y" top: "b" power_param { scale: 5 } }
"""


@pytest.fixture
def pair(write: WriteNet) -> caffe.Net:
    """`PAIR`, in phase TEST."""
    return caffe.Net(write(PAIR), caffe.TEST)


def test_forward_takes_blobs_start_and_end_in_this_order(net: caffe.Net) -> None:
    filled(net).forward()
    before = net.blobs["ip"].data.copy()
    net.blobs["data"].data[...] = 0  # "conv" does not run
    net.blobs["ip"].data[...] = 0
    assert set(net.forward(["conv"], "relu", "ip")) == {"ip", "conv"}
    assert np.array_equal(net.blobs["ip"].data, before)


def test_backward_takes_diffs_start_and_end_in_this_order(net: caffe.Net) -> None:
    filled(net).forward()
    net.backward()
    before = net.params["conv"][0].diff.copy()
    net.clear_param_diffs()
    net.blobs["ip"].diff[...] = 0  # "ip" does not run
    assert set(net.backward(["ip"], "relu", "conv")) == {"data", "ip"}
    assert np.array_equal(net.params["conv"][0].diff, before)


def test_results_are_float32_whatever_is_given(pair: caffe.Net) -> None:
    given = pair.forward(x=np.ones((2, 3)), y=np.ones(2, int))
    assert {array.dtype for array in given.values()} == {np.dtype(np.float32)}
    back = pair.backward(a=np.ones((2, 3)), b=np.ones(2, int))
    assert {array.dtype for array in back.values()} == {np.dtype(np.float32)}


def test_the_end_gives_all_its_tops_forward_and_all_its_bottoms_backward(net: caffe.Net) -> None:
    assert set(net.forward(end="data")) == {"data", "label"}
    net.forward()
    assert set(net.backward(end="loss")) == {"ip", "label"}


def test_a_start_behind_the_end_runs_nothing(net: caffe.Net) -> None:
    filled(net)
    assert not net.forward(start="ip", end="conv")["conv"].any()
    assert not net.backward(start="conv", end="ip")["conv"].any()


def test_what_backward_gives_is_the_blobs_own_memory(pair: caffe.Net) -> None:
    pair.forward(x=np.ones((2, 3)), y=np.ones(2))
    given = pair.backward(a=np.ones((2, 3)), b=np.array([1, 3]))
    assert given["x"].tolist() == [[2] * 3] * 2
    assert given["y"].tolist() == [5, 15]
    assert np.shares_memory(given["x"], pair.blobs["x"].diff)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda n: n.forward(x=np.ones((2, 4)), y=np.ones(2)), ValueError, "broadcast"),
        (lambda n: n.forward(z=np.ones((2, 3)), y=np.ones(2)), ValueError, "inputs are x, y"),
        (lambda n: n.forward(end="z"), ValueError, "no layer 'z'"),
        (lambda n: n.backward(start="z"), ValueError, "no layer 'z'"),
        (lambda n: n.backward(end="z"), ValueError, "no layer 'z'"),
        (lambda n: n.backward(diffs=["z"]), KeyError, "no blob 'z'"),
        (lambda n: n.backward(a=np.ones((3, 3)), b=np.ones(2)), ValueError, "batch of 2"),
        (lambda n: n.backward(a=np.ones((2, 4)), b=np.ones(2)), ValueError, "broadcast"),
        (lambda n: n.forward_all(z=np.ones((4, 3)), y=np.ones(4)), ValueError, "inputs are x, y"),
        (lambda n: n.forward_all(blobs=["z"], x=np.ones((2, 3)), y=np.ones(2)), KeyError, "'z'"),
        (lambda n: n.forward_backward_all(x=np.ones((2, 3))), ValueError, "inputs are x, y"),
        (lambda n: n.forward_backward_all(), ValueError, "values for inputs and outputs"),
        (lambda n: n.forward_backward_all(w=np.ones((2, 3))), ValueError, "or output 'w'"),
        (lambda n: n.forward_all(x=np.ones((0, 3)), y=np.ones(0)), ValueError, "hold nothing"),
    ],
)
def test_arguments_that_make_no_sense_are_an_error(
    pair: caffe.Net, call: Callable[[caffe.Net], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        call(pair)


def test_a_pass_can_be_run_in_two_parts_that_meet_at_a_layer(net: caffe.Net) -> None:
    filled(net).forward()
    net.backward()
    wanted = [blob.diff.copy() for blobs in net.params.values() for blob in blobs]
    net.clear_param_diffs()
    net.forward(end="ip")
    net.forward(start="loss")
    net.backward(end="ip")
    net.backward(start="relu")
    found = [blob.diff for blobs in net.params.values() for blob in blobs]
    assert all(map(np.array_equal, found, wanted))


def test_backward_goes_from_where_forward_ended(net: caffe.Net) -> None:
    filled(net).forward(end="ip")
    net.blobs["ip"].diff[...] = [[1, 0, 0], [0, 0, 2]]
    given = net.backward(start="ip")
    assert set(given) == {"data", "label"}
    assert net.params["ip"][1].diff.tolist() == [1, 0, 2]
    assert net.params["conv"][0].diff.any()


def test_backward_runs_without_a_forward_pass_before_it(net: caffe.Net) -> None:
    """From pycaffe's own tests: what the blobs hold is what counts."""
    diff = np.random.default_rng(0).random((2, 3), dtype=np.float32)
    net.blobs["ip"].diff[...] = diff
    given = net.backward(start="ip", end="ip")
    wanted = (diff @ net.params["ip"][0].data).reshape(2, 4, 3, 3)
    assert np.allclose(given["conv"], wanted, atol=1e-6)


def test_a_blob_in_the_middle_can_be_given_a_shape_that_holds_until_the_net_runs_again(
    net: caffe.Net,
) -> None:
    net.blobs["conv"].reshape(1, 4, 3, 3)
    assert net.forward(start="relu", end="ip")["ip"].shape == (1, 3)
    assert net.blobs["data"].shape == [2, 3, 5, 5]
    net.forward()
    assert [net.blobs[name].shape for name in ("conv", "ip")] == [[2, 4, 3, 3], [2, 3]]


# In batches


def test_forward_all_takes_all_inputs_and_gives_copies(pair: caffe.Net) -> None:
    x, y = np.arange(12).reshape(4, 3), np.arange(4)
    given = pair.forward_all(blobs=["x"], x=x, y=y)
    assert {name: array.tolist() for name, array in given.items()} == {
        "a": (2 * x).tolist(),
        "b": (5 * y).tolist(),
        "x": x.tolist(),
    }
    assert {array.dtype for array in given.values()} == {np.dtype(np.float32)}
    assert not any(np.shares_memory(given[name], pair.blobs[name].data) for name in given)


@pytest.mark.parametrize("count", [1, 4, 5])
def test_forward_backward_all_gives_what_is_asked_for_of_as_many_as_are_given(
    pair: caffe.Net, count: int
) -> None:
    x, y = np.arange(3 * count).reshape(count, 3), np.arange(count)
    tops = {"a": 10 + x, "b": 10 + y}
    for given in ({"x": x, "y": y, **tops}, {**tops, "y": y, "x": x}):
        blobs, diffs = pair.forward_backward_all(blobs=["x"], diffs=["b"], **given)
        assert {name: array.tolist() for name, array in blobs.items()} == {
            "a": (2 * x).tolist(),
            "b": (5 * y).tolist(),
            "x": x.tolist(),
        }
        assert {name: array.tolist() for name, array in diffs.items()} == {
            "x": (2 * (10 + x)).tolist(),
            "y": (5 * (10 + y)).tolist(),
            "b": (10 + y).tolist(),
        }
        assert not np.shares_memory(diffs["x"], pair.blobs["x"].diff)


def test_without_tops_or_without_inputs_the_blobs_are_what_is_taken(pair: caffe.Net) -> None:
    pair.blobs["a"].diff[...], pair.blobs["b"].diff[...] = 3, 4
    _, diffs = pair.forward_backward_all(x=np.ones((4, 3)), y=np.ones(4))
    assert diffs["x"].tolist() == [[6] * 3] * 4
    assert diffs["y"].tolist() == [20] * 4
    outs, _ = pair.forward_backward_all(a=np.ones((3, 3)), b=np.ones(3))
    assert outs["a"].tolist() == [[2] * 3] * 3


def test_batches_are_of_the_first_blobs_size_and_the_last_is_filled_up_with_zeros(
    pair: caffe.Net,
) -> None:
    pieces = list(pair._batch({"x": np.arange(3), "other": np.ones((3, 1))}))
    assert [{name: array.tolist() for name, array in piece.items()} for piece in pieces] == [
        {"x": [0, 1], "other": [[1], [1]]},
        {"x": [2, 0], "other": [[1], [0]]},
    ]


# Layers by number, and what they tell


def test_layers_run_by_their_numbers(net: caffe.Net) -> None:
    filled(net)
    assert net._forward(1, 1) == 0
    assert net.blobs["conv"].data.any()
    assert not net.blobs["ip"].data.any()
    assert np.isclose(net._forward(2, 4), net.blobs["loss"].data)
    returned: object = net._backward(4, 3)  # type: ignore[func-returns-value]
    assert returned is None
    assert net.params["ip"][0].diff.any()
    assert not net.params["conv"][0].diff.any()


def test_callbacks_of_one_kind_are_called_in_their_order(pair: caffe.Net) -> None:
    calls: list[tuple[str, int]] = []
    for kind in ("forward", "backward"):
        for name in ("first", "second"):
            getattr(pair, f"before_{kind}")(lambda layer, name=name: calls.append((name, layer)))
    pair.forward(start="b")
    assert calls == [("first", 2), ("second", 2)]
    calls.clear()
    pair.backward(end="b")
    assert calls == [("first", 2), ("second", 2)]


# MemoryData


@pytest.mark.parametrize("give", ["set_input_arrays", "_set_input_arrays"])
def test_labels_may_have_four_axes(write: WriteNet, give: str) -> None:
    net = caffe.Net(write(MEMORY), caffe.TRAIN)
    data = np.arange(6, dtype=np.float32).reshape(2, 1, 1, 3)
    getattr(net, give)(data, np.array([7, 8], np.float32).reshape(2, 1, 1, 1))
    assert np.array_equal(net.forward()["p"], 2 * data)
    assert net.blobs["label"].data.ravel().tolist() == [7, 8]


def test_labels_get_four_axes_when_they_are_handed_out(write: WriteNet) -> None:
    net = caffe.Net(write(MEMORY), caffe.TRAIN)
    assert list(net.blobs["label"].shape) == [2]
    net.set_input_arrays(np.zeros((2, 1, 1, 3), np.float32), np.zeros(2, np.float32))
    for _ in range(2):
        net.forward()
        assert list(net.blobs["label"].shape) == [2, 1, 1, 1]  # as in real Caffe 1.0
    net.reshape()
    net.forward()


def test_dummy_data_is_filled_from_the_one_engine(write: WriteNet) -> None:
    net = caffe.Net(
        write("""
        layer { name: "d" type: "DummyData" top: "x" top: "y" dummy_data_param {
                shape { dim: 1000 } shape { dim: 2 }
                data_filler { type: "gaussian" std: 2 } data_filler { value: 7 } } }
        """),
        caffe.TRAIN,
    )
    assert net.blobs["y"].data.tolist() == [7, 7]  # before the net runs
    net.blobs["y"].data[...] = 8
    seen = []
    for _ in range(2):
        caffe.set_random_seed(5)
        seen.append(net.forward()["x"].copy())
    assert np.array_equal(seen[0], seen[1])
    assert 1.8 < seen[0].std() < 2.2
    assert net.blobs["y"].data.tolist() == [8, 8]


def test_a_data_layer_hands_out_what_the_script_writes(write: WriteNet) -> None:
    net = caffe.Net(write(DATA), caffe.TRAIN, shapes={"data": (2, 3, 1, 1)})
    with pytest.raises(fk.UsageError, match=r"net\.blobs\['data'\]\.data\[\.\.\.\]"):
        net.forward()
    net.blobs["data"].data[...] = 1
    wanted = net.params["ip"][0].data.sum(axis=1)
    assert np.allclose(net.forward()["ip"], wanted, atol=1e-6)


def test_layers_that_cannot_be_run_are_one_error_and_the_others_run(write: WriteNet) -> None:
    net = caffe.Net(
        write("""
        layer { name: "d" type: "Input" top: "x" input_param { shape { dim: [1, 2] } } }
        layer { name: "a" type: "Power" bottom: "x" top: "a" }
        layer { name: "h" type: "HDF5Output" bottom: "a" bottom: "x"
                hdf5_output_param { file_name: "x" } }
        """),
        caffe.TEST,
    )
    with pytest.raises(fk.UsageError, match="HDF5Output 'h'"):
        net.forward(x=np.ones((1, 2)))
    assert net.forward(end="a")["a"].tolist() == [[1, 1]]


def test_without_pytorch_the_error_names_the_extra(
    net: caffe.Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in list(sys.modules):
        if name.startswith(("fillerkit.running", "fillerkit.torch")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(fk.UsageError, match=r"fillerkit\[torch\]"):
        net.forward()
    assert len(net.params) == 2


def test_a_part_of_the_net_runs_at_a_size_that_the_rest_cannot_take(net: caffe.Net) -> None:
    net.blobs["data"].reshape(1, 3, 8, 8)
    net.blobs["data"].data[...] = 1
    assert net.forward(end="conv")["conv"].shape == (1, 4, 6, 6)
    assert net.blobs["ip"].shape == [2, 3]
    message = r":8:1: layer 'ip' \(InnerProduct\) .*: its weight is 3x36 and would have to be 3x144"
    with pytest.raises(fk.UsageError, match=message):
        net.forward()


def test_what_does_not_run_keeps_its_shape(net: caffe.Net) -> None:
    filled(net).forward()
    net.blobs["data"].reshape(1, 3, 5, 5)
    net.forward(start="ip", end="ip")
    assert net.blobs["conv"].shape == [2, 4, 3, 3]


@pytest.mark.parametrize(
    ("stop", "inside", "at_data"),
    [("", True, True), ("propagate_down: false", True, False)],
)
def test_propagate_down_stops_a_gradient_and_not_a_layer(
    write: WriteNet, stop: str, inside: bool, at_data: bool
) -> None:
    net = caffe.Net(
        write(f"""
layer {{ name: "data" type: "Input" top: "data" top: "label"
         input_param {{ shape {{ dim: [2, 3] }} shape {{ dim: 2 }} }} }}
layer {{ name: "a" type: "InnerProduct" bottom: "data" top: "a"
         inner_product_param {{ num_output: 3 weight_filler {{ type: "xavier" }} }} }}
layer {{ name: "p" type: "Power" bottom: "a" top: "p" {stop} }}
layer {{ name: "b" type: "InnerProduct" bottom: "p" top: "b"
         inner_product_param {{ num_output: 3 weight_filler {{ type: "xavier" }} }} }}
layer {{ name: "loss" type: "SoftmaxWithLoss" bottom: "b" bottom: "label" top: "loss" }}
"""),
        caffe.TRAIN,
    )
    filled(net).forward()
    net.backward()
    assert net.blobs["p"].diff.any() == inside
    assert net.blobs["a"].diff.any() == at_data


def test_propagate_down_makes_no_layer_run_backward_that_nothing_before_needs(
    write: WriteNet,
) -> None:
    net = caffe.Net(
        write("""
layer { name: "data" type: "Input" top: "data" top: "label"
        input_param { shape { dim: [2, 3] } shape { dim: 2 } } }
layer { name: "p" type: "Power" bottom: "data" top: "p" propagate_down: true }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "p" bottom: "label" top: "loss" }
"""),
        caffe.TRAIN,
    )
    filled(net).forward()
    net.backward()
    assert not net.blobs["data"].diff.any()
    assert not net.blobs["p"].diff.any()


def test_a_data_layer_that_was_only_looked_at_is_told_of(
    write: WriteNet, capsys: pytest.CaptureFixture[str]
) -> None:
    net = caffe.Net(write(DATA.replace('"d"', '"looked"')), 1, shapes={"data": (2, 5)})
    assert [blob.data.shape for blob in net.blobs.values()] == [(2, 5), (2, 3)]
    net.forward()
    said = "layer 'looked' (Data): nothing but zeros is in its top 'data'"
    assert said in capsys.readouterr().err


def test_layers_that_cannot_be_run_say_why(write: WriteNet) -> None:
    net = caffe.Net(
        write(DATA.replace('type: "Data"', 'type: "Input"').split("layer { name: \"ip\"")[0]
              + """layer { name: "rois" type: "Python" bottom: "data" bottom: "data" bottom: "data"
                   top: "r" python_param { module: "rpn.proposal_layer" layer: "ProposalLayer" } }
"""),
        caffe.TEST,
        shapes={"data": (1, 5)},
    )  # fmt: skip
    with pytest.raises(fk.UsageError, match=r"'rois': its module rpn\.proposal_layer is not there"):
        net.forward()


@pytest.mark.parametrize(("first", "last"), [(-1, 4), (0, 5), (5, 0)])
def test_numbers_of_layers_that_are_not_there_are_refused(
    net: caffe.Net, first: int, last: int
) -> None:
    with pytest.raises(fk.UsageError, match=r"layers 0 to 4, no layer (5|-1)"):
        net._forward(first, last)
    with pytest.raises(fk.UsageError, match=r"layers 0 to 4, no layer (5|-1)"):
        net._backward(first, last)


def test_a_loss_of_one_value_takes_one_gradient(net: caffe.Net) -> None:
    filled(net).forward()
    net.backward(loss=np.float32(2))
    assert net.blobs["loss"].diff == 2
    with pytest.raises(ValueError, match="'loss' has one value, but 2 given"):
        net.backward(loss=[1, 2])


def test_values_of_another_shape_are_told_with_the_blob_that_they_are_for(net: caffe.Net) -> None:
    values: dict[str, Any] = {name: np.zeros(net.blobs[name].shape) for name in net.inputs}
    values["data"] = np.zeros((*net.blobs["data"].shape[:-1], 99))
    with pytest.raises(ValueError, match="values for 'data': could not broadcast"):
        net.forward(**values)


def test_the_seed_of_the_engine_is_that_of_dropout_too(write: WriteNet) -> None:
    text = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 100 } } }
layer { name: "drop" type: "Dropout" bottom: "data" top: "drop" }
"""
    given = []
    for _ in range(2):
        caffe.set_random_seed(1)
        net = caffe.Net(write(text), caffe.TRAIN)
        net.blobs["data"].data[...] = 1
        given.append([net.forward()["drop"].copy() for _ in range(2)])
    assert np.array_equal(given[0], given[1])
    assert (given[0][0] != given[0][1]).any()


DROPOUT = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 24 } } }
layer { name: "a" type: "Dropout" bottom: "data" top: "a" dropout_param { dropout_ratio: 0.3 } }
layer { name: "b" type: "Dropout" bottom: "a" top: "a" dropout_param { dropout_ratio: 0.75 } }
layer { name: "c" type: "Dropout" bottom: "data" top: "c" dropout_param { dropout_ratio: 0 } }
"""


def test_masks_of_dropout_are_caffes_and_move_the_stream_as_there(write: WriteNet) -> None:
    caffe.set_random_seed(11)
    net = caffe.Net(write(DROPOUT), caffe.TRAIN)
    net.blobs["data"].data[...] = 1
    masks = []
    for _ in range(2):
        net.forward()
        masks.append("".join("01"[int(value != 0)] for value in net.blobs["a"].data))
        assert (net.blobs["c"].data == 1).all()
    after = caffe.Net(write(WEIGHTS), caffe.TRAIN).params["w"][0].data
    # From Caffe 1.0.
    assert masks == ["000010001010001000000001", "000001001000001010000100"]
    assert net.blobs["a"].data.max() == np.float32(5.714286)
    assert after[0].tolist() == [0.8996666669845581, -0.4504523277282715, -0.3312717080116272]


def test_dropout_takes_no_draws_in_phase_test_and_none_backward(write: WriteNet) -> None:
    stream = process.caffe
    caffe.Net(write(DROPOUT), caffe.TEST).forward()
    before = stream.stream.position
    net = caffe.Net(write("force_backward: true " + DROPOUT), caffe.TRAIN)
    net.blobs["data"].data[...] = 1
    net.forward()
    assert stream.stream.position == before + 3 * 24
    for _ in range(2):
        net.blobs["a"].diff[...] = 1
        net.backward(start="b")
        assert np.array_equal(net.blobs["data"].diff != 0, net.blobs["a"].data != 0)
    assert stream.stream.position == before + 3 * 24


def test_a_backward_pass_after_reshape_uses_the_mask_of_the_last_forward(write: WriteNet) -> None:
    net = caffe.Net(write("force_backward: true " + DROPOUT), caffe.TRAIN)
    net.blobs["data"].data[...] = 1
    net.forward()
    net.reshape()
    net.blobs["a"].diff[...] = 1
    net.backward(start="b")
    assert np.array_equal(net.blobs["data"].diff != 0, net.blobs["a"].data != 0)


def test_a_backward_pass_before_any_forward_takes_no_draws(write: WriteNet) -> None:
    """As from real Caffe 1.0, whose masks are zeros until then."""
    net = caffe.Net(write("force_backward: true " + DROPOUT), caffe.TRAIN)
    before = process.caffe.stream.position
    net.blobs["a"].diff[...] = net.blobs["data"].diff[...] = 1
    net.backward(start="b")
    assert process.caffe.stream.position == before
    assert not net.blobs["data"].diff.any()


LSTM = """
layer { name: "in" type: "Input" top: "x" top: "cont"
        input_param { shape { dim: [2, 3, 6] } shape { dim: [2, 3] } } }
layer { name: "l" type: "LSTM" bottom: "x" bottom: "cont" top: "l" recurrent_param {
        num_output: 4 weight_filler { type: "uniform" min: -0.5 max: 0.5 } } }
"""


def test_the_state_of_an_lstm_outlives_reshape_and_share_with(write: WriteNet) -> None:
    def two_passes(between: Callable[[caffe.Net], object]) -> list[float]:
        net = caffe.Net(write(LSTM), caffe.TEST)
        for index, blob in enumerate(net.params["l"]):
            blob.data[...] = np.sin(np.arange(blob.count) + index).reshape(blob.data.shape)
        net.blobs["x"].data[...] = np.linspace(-1, 1, 36).reshape(2, 3, 6)
        net.blobs["cont"].data[...] = 1
        first = net.forward()["l"].copy()
        between(net)
        second = net.forward()["l"]
        assert second.shape != first.shape or not np.allclose(first, second)
        found: list[float] = second.ravel().tolist()
        return found

    def share(net: caffe.Net) -> None:
        other = caffe.Net(write(LSTM), caffe.TEST)
        for ours, theirs in zip(net.params["l"], other.params["l"], strict=True):
            theirs.data[...] = ours.data
        net.share_with(other)

    def smaller(net: caffe.Net) -> None:
        for name in ("x", "cont"):
            kept = net.blobs[name].data[:, :2].copy()
            net.blobs[name].reshape(*kept.shape)
            net.blobs[name].data[...] = kept

    wanted = two_passes(repr)
    assert two_passes(lambda net: net.reshape()) == wanted
    assert two_passes(share) == wanted
    of_two = np.array(wanted).reshape(2, 3, 4)[:, :2]
    assert np.allclose(two_passes(smaller), of_two.ravel(), rtol=1e-5)


def test_a_backward_pass_before_any_forward_leaves_the_state_of_an_lstm(write: WriteNet) -> None:
    def second_pass(first: Callable[[caffe.Net], object]) -> list[float]:
        caffe.set_random_seed(1)
        net = caffe.Net(write("force_backward: true " + LSTM), caffe.TRAIN)
        net.blobs["x"].data[...] = net.blobs["cont"].data[...] = net.blobs["l"].diff[...] = 1
        first(net)
        found: list[float] = net.forward()["l"].tolist()
        return found

    assert second_pass(lambda net: net.backward()) == second_pass(repr)
    assert second_pass(lambda net: net.forward()) != second_pass(repr)


def test_a_backward_pass_before_any_forward_leaves_the_statistics_of_a_batch_norm(
    write: WriteNet,
) -> None:
    text = """force_backward: true
layer { name: "in" type: "Input" top: "x" input_param { shape { dim: [4, 2] } } }
layer { name: "n" type: "BatchNorm" bottom: "x" top: "n" }
"""
    net = caffe.Net(write(text), caffe.TRAIN)
    net.blobs["x"].data[...] = np.arange(8).reshape(4, 2)
    net.backward()
    assert not any(blob.data.any() for blob in net.params["n"])
    net.forward()
    assert all(blob.data.any() for blob in net.params["n"])


FEATURES = """
layer { name: "d" type: "Data" top: "data" top: "label"
        data_param { source: "nowhere" batch_size: 2 } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
        inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
layer { name: "quiet" type: "Silence" bottom: "label" }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
"""


def test_a_top_of_a_data_layer_that_no_layer_of_the_run_reads_need_not_be_written(
    write: WriteNet,
) -> None:
    net = caffe.Net(write(FEATURES), caffe.TEST, shapes={"data": (2, 4), "label": (2,)})
    net.blobs["data"].data[...] = 1
    assert net.forward(end="ip")["ip"].all()
    assert net.forward(end="quiet") == {}
    assert not net.blobs["label"].data_memory.touched
    with pytest.raises(fk.UsageError, match=r"net\.blobs\['label'\]\.data"):
        net.forward()
    with pytest.raises(fk.UsageError, match=r"net\.blobs\['label'\]\.data"):
        net.forward(end="d")  # it is given to the script


def test_a_gradient_that_is_handed_on_is_not_written_over_in_place(write: WriteNet) -> None:
    net = caffe.Net(
        write("""force_backward: true
        layer { name: "i" type: "Input" top: "x" top: "y" input_param { shape { dim: [3] } } }
        layer { name: "p" type: "Power" bottom: "x" top: "a" }
        layer { name: "e" type: "Eltwise" bottom: "a" bottom: "y" top: "a"
                eltwise_param { coeff: [2, 1] } }
        """),
        caffe.TEST,
    )
    net.forward()
    net.blobs["a"].diff[...] = [1, 2, 3]
    net.backward()
    assert net.blobs["y"].diff.tolist() == [1, 2, 3]
    assert net.blobs["x"].diff.tolist() == [2, 4, 6]


def test_forward_simple_and_backward_simple_run_all_layers(net: caffe.Net) -> None:
    assert filled(net).forward_simple() is None  # type: ignore[func-returns-value]
    loss = net.blobs["loss"].data.item()
    net.backward_simple()
    once = net.params["conv"][0].diff.copy()
    assert loss == loss_of(net)
    net.clear_param_diffs()
    net.backward()
    assert once.any()
    assert np.array_equal(once, net.params["conv"][0].diff)
    assert net._blob_names[net._blob_names_index["loss"]] == "loss"


TWO = "".join(
    f"""
layer {{ name: "{name}" type: "InnerProduct" bottom: "x" top: "{name}" param {{ name: "w" }}
        inner_product_param {{ num_output: 1 bias_term: false }} }}"""
    for name in ("a", "b")
)
SHARERS = (
    """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [1, 1] } } }
"""
    + TWO
)


@pytest.mark.parametrize("theirs", ["a", "b"])
def test_share_with_leaves_the_layers_that_share_by_name_their_memory(
    write: WriteNet, theirs: str
) -> None:
    net = caffe.Net(write("force_backward: true " + SHARERS), caffe.TEST)
    net.params["a"][0].data[...] = 2
    one = SHARERS.replace(TWO, TWO[: TWO.index("\nlayer", 1)].replace('"a"', f'"{theirs}"'))
    other = caffe.Net(write(one), caffe.TEST)
    other.params[theirs][0].data[...] = 9
    net.share_with(other)
    net.blobs["x"].data[...] = 1
    made = net.forward()
    wanted = {"a": 2, "b": 2} | {theirs: 9}
    assert {name: made[name].item() for name in "ab"} == wanted  # as in Caffe 1.0
    for name in "ab":
        assert net.params[name][0].data == wanted[name]
        net.params[name][0].data[...] += 3
    made = net.forward()
    assert {name: made[name].item() for name in "ab"} == {k: v + 3 for k, v in wanted.items()}
    net.blobs["a"].diff[...], net.blobs["b"].diff[...] = 10, 100
    net.backward()
    assert net.params["a"][0].diff == net.params["b"][0].diff == 110
    assert net.blobs["x"].diff == sum(
        net.params[name][0].data * net.blobs[name].diff for name in "ab"
    )


def test_a_shared_parameter_has_a_gradient_where_a_layer_itself_says_so(write: WriteNet) -> None:
    text = """
layer { name: "i" type: "Input" top: "x" top: "y"
        input_param { shape { dim: [4, 5] } shape { dim: [4, 5] } } }
layer { name: "f1" type: "InnerProduct" bottom: "x" top: "f1" param { name: "w" lr_mult: 0 }
        inner_product_param { num_output: 5 bias_term: false } }
layer { name: "f2" type: "InnerProduct" bottom: "f1" top: "f2" param { name: "w" }
        inner_product_param { num_output: 5 bias_term: false } }
layer { name: "l" type: "EuclideanLoss" bottom: "f2" bottom: "y" top: "l" }
"""
    net = caffe.Net(write(text), caffe.TRAIN)
    net.params["f1"][0].data[...] = np.eye(5) * 2
    net.blobs["x"].data[...] = 1
    net.forward()
    net.backward()
    assert (net.params["f1"][0].diff == 8).all()  # of f2 alone: 4 rows of f1, 2, times (4 - 0) / 4
    assert (net.blobs["f2"].diff == 1).all()
    assert not net.blobs["f1"].diff.any()


@pytest.mark.parametrize(
    ("kind", "shapes", "batch"),
    [
        ("Eltwise", [(2, 4, 3, 3), (2, 4, 3, 3)], (1, 4, 3, 3)),
        ("Scale", [(2, 4, 3, 3)], (2, 1, 3, 3)),
        ("Bias", [(2, 4, 3, 3)], (2, 1, 3, 3)),
        ("BatchNorm", [(2, 4, 3, 3)], (2, 1, 3, 3)),
        ("Slice", [(2, 4, 3, 3)], (2, 5, 3, 3)),
    ],
)
def test_new_shapes_that_pytorch_would_stretch_are_refused(
    write: WriteNet, kind: str, shapes: list[tuple[int, ...]], batch: tuple[int, ...]
) -> None:
    inputs = "".join(
        f'layer {{ name: "i{n}" type: "Input" top: "x{n}" '
        f"input_param {{ shape {{ dim: {list(shape)} }} }} }}"
        for n, shape in enumerate(shapes)
    )
    bottoms = "".join(f'bottom: "x{n}" ' for n in range(len(shapes)))
    tops = 'top: "a" top: "b"' if kind == "Slice" else 'top: "a"'
    net = caffe.Net(
        write(f'{inputs} layer {{ name: "l" type: "{kind}" {bottoms} {tops} }}'), caffe.TEST
    )
    net.forward()
    net.blobs["x0"].reshape(*batch)
    with pytest.raises(fk.FillerkitError, match=r"prototxt:1.*layer 'l'"):
        net.forward()


def test_accuracy_by_class_follows_the_classes(write: WriteNet) -> None:
    net = caffe.Net(
        write("""
layer { name: "d" type: "Input" top: "x" top: "y"
        input_param { shape { dim: [2, 4] } shape { dim: 2 } } }
layer { name: "a" type: "Accuracy" bottom: "x" bottom: "y" top: "a" top: "each" }
"""),
        caffe.TEST,
    )
    net.blobs["x"].reshape(2, 7)
    assert net.forward()["each"].shape == (7,)


def test_forward_all_may_end_at_a_layer(net: caffe.Net) -> None:
    data, label = np.ones((4, 3, 5, 5)), np.zeros(4)
    made = net.forward_all(data=data, label=label, end="ip")
    assert {name: array.shape for name, array in made.items()} == {"ip": (4, 3)}


def test_a_forked_process_runs_nets_too(run_script: RunScript, tmp_path: Path) -> None:
    (tmp_path / "net.prototxt").write_text(NET)
    script = tmp_path / "fork.py"
    script.write_text("""
import multiprocessing as mp
import caffe

net = caffe.Net("net.prototxt", caffe.TEST)

def loss(_):
    return float(net.forward()["loss"])

if __name__ == "__main__":
    loss(0)
    with mp.get_context("fork").Pool(1) as pool:
        print(len(pool.map(loss, [1, 2])))
""")
    assert run_script(script).stdout == "2\n"


def test_pytorchs_engine_is_left_alone_unless_a_script_seeds(net: caffe.Net) -> None:
    torch = pytest.importorskip("torch")
    process.caffe._stream = process.caffe.seed_of_passes = None
    torch.manual_seed(5)
    wanted = torch.rand(1)
    torch.manual_seed(5)
    caffe.Net(net._state.net.file, caffe.TEST).forward()
    assert torch.rand(1) == wanted


@pytest.mark.parametrize(("batch", "weights"), [(2, [8, 16]), (1, [4, 4])])
def test_a_scales_gradient_is_that_of_the_last_pass_where_the_batch_is_one(
    write: WriteNet, batch: int, weights: list[int]
) -> None:
    net = caffe.Net(
        write(f"""force_backward: true
        layer {{ name: "data" type: "Input" top: "data"
                 input_param {{ shape {{ dim: [{batch}, 3, 2, 2] }} }} }}
        layer {{ name: "s" type: "Scale" bottom: "data" top: "s"
                 scale_param {{ bias_term: true }} }}
        """),
        caffe.TRAIN,
    )
    found = []
    for _ in range(2):
        net.forward(data=np.ones((batch, 3, 2, 2)))
        net.backward(s=np.ones((batch, 3, 2, 2)))
        found.append([blob.diff.tolist() for blob in net.params["s"]])
    # From real Caffe 1.0.
    assert [weight for weight, _ in found] == [[n] * 3 for n in weights]
    assert [bias for _, bias in found] == [[4 * batch * n] * 3 for n in (1, 2)]


@pytest.mark.parametrize(
    "layer",
    [
        'type: "Concat"',
        'type: "Slice"',
        'type: "Flatten"',
        'type: "Reshape" reshape_param { shape { dim: -1 } }',
    ],
)
def test_a_top_that_is_its_bottom_in_other_axes_shares_its_memory(
    write: WriteNet, layer: str
) -> None:
    net = caffe.Net(
        write(f"""force_backward: true
        layer {{ name: "d" type: "Input" top: "d" input_param {{ shape {{ dim: [1, 4] }} }} }}
        layer {{ name: "p" type: "Power" bottom: "d" top: "c" power_param {{ scale: 2 }} }}
        layer {{ name: "k" bottom: "c" top: "k" {layer} }}
        layer {{ name: "r" type: "ReLU" bottom: "k" top: "k" }}
        """),
        caffe.TEST,
    )
    net.forward(d=np.array([[-1, 2, -3, 4]]))
    assert net.blobs["c"].data.tolist() == [[0, 4, 0, 8]]
    net.backward(k=np.ones(net.blobs["k"].shape))
    assert np.shares_memory(net.blobs["c"].diff, net.blobs["k"].diff)
    assert net.blobs["d"].diff.tolist() == [[0, 2, 0, 2]]


def test_a_top_that_shares_its_bottoms_memory_keeps_its_loss_weight(write: WriteNet) -> None:
    net = caffe.Net(
        write("""force_backward: true
        layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 2] } } }
        layer { name: "f" type: "Flatten" bottom: "d" top: "f" loss_weight: 3 }
        """),
        caffe.TEST,
    )
    net.blobs["d"].data[...] = [[1, 2]]
    assert net._forward(0, 1) == 9
    net.backward()
    assert net.blobs["d"].diff.tolist() == [[3, 3]]


def test_a_flatten_that_does_not_run_backward_keeps_its_gradient_to_itself(
    write: WriteNet,
) -> None:
    net = caffe.Net(
        write("""
        layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 2] } } }
        layer { name: "f" type: "Flatten" bottom: "d" top: "f" }
        """),
        caffe.TEST,
    )
    net.forward(d=np.ones((1, 2)))
    net.backward(f=np.ones((1, 2)))
    assert not net.blobs["d"].diff.any()


def test_a_parameters_gradient_is_its_tops_memory(write: WriteNet) -> None:
    net = caffe.Net(
        write("""force_backward: true
        layer { name: "p" type: "Parameter" top: "t" parameter_param { shape { dim: 2 } } }
        """),
        caffe.TRAIN,
    )
    for gradient in ([1, 2], [3, 4]):
        net.forward()
        net.backward(t=np.array(gradient))
        assert net.params["p"][0].diff.tolist() == gradient
    net.blobs["t"].data[...] = 5
    assert net.params["p"][0].data.tolist() == [5, 5]


@pytest.mark.parametrize("first", ["forward", "backward"])
def test_a_flatten_takes_the_gradient_of_a_concat_of_one_away(write: WriteNet, first: str) -> None:
    def gradient(*types: str) -> Any:
        layers = [
            f'layer {{ name: "{i}" type: "{kind}" bottom: "{i}" top: "{i + 1}" }}'
            for i, kind in enumerate(types)
        ]
        start = 'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 2] } } }'
        power = 'layer { name: "p" type: "Power" bottom: "d" top: "0" power_param { scale: 2 } }'
        text = "\n".join(["force_backward: true", start, power, *layers])
        net = caffe.Net(write(text), caffe.TEST)
        if first == "forward":
            net.forward()
        net.blobs[net.outputs[0]].diff[...] = 1
        net.backward()
        return net.blobs["d"].diff

    # From real Caffe 1.0.
    for types in (["Concat"], ["Flatten"], ["Flatten", "Concat"]):
        assert (gradient(*types) == 2).all()
    assert (gradient("Concat", "Flatten") == 0).all()


IN_PLACE = """force_backward: true
layer {{ name: "d" type: "Input" top: "d" input_param {{ shape {{ dim: [{shape}] }} }} }}
layer {{ name: "p" type: "Power" bottom: "d" top: "c" power_param {{ scale: 1 }} }}
layer {{ name: "i" type: "{kind}" bottom: "c" top: "c" {body} }}
"""


def test_a_layer_in_place_may_add_axes(write: WriteNet) -> None:
    net = caffe.Net(write(IN_PLACE.format(shape="2, 3", kind="MVN", body="")), caffe.TEST)
    net.forward()
    net.backward()
    assert list(net.blobs["c"].shape) == [2, 3, 1, 1]
    assert list(net.blobs["d"].shape) == [2, 3]


def test_a_layer_in_place_that_makes_less_of_its_bottom_has_no_gradient(write: WriteNet) -> None:
    body = "pooling_param { kernel_size: 2 }"
    text = IN_PLACE.format(shape="1, 1, 3, 3", kind="Pooling", body=body)
    net = caffe.Net(write(text), caffe.TEST)
    net.forward()
    with pytest.raises(fk.UsageError, match=r"prototxt:4:1: layer 'i' .* 1x1x2x2 of 1x1x3x3"):
        net.backward()
