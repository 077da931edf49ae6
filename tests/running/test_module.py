"""A net as a module: what goes in and comes out, what is learned, what is shared."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fillerkit as fk

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")
from fillerkit.running import LayerModule, Step, module, operations, runs  # noqa: E402
from fillerkit.torch import state_dict  # noqa: E402

NETS = Path(__file__).parents[2] / "sample_nets"

SMALL = """
layer { name: "in" type: "Input" top: "data" top: "label"
        input_param { shape { dim: [4, 3] } shape { dim: 4 } } }
layer { name: "ip.1" type: "InnerProduct" bottom: "data" top: "a"
        param { lr_mult: 1 decay_mult: 1 } param { lr_mult: 2 decay_mult: 0 }
        inner_product_param { num_output: 5 weight_filler { type: "xavier" } } }
layer { name: "relu" type: "ReLU" bottom: "a" top: "a" }
layer { name: "loss" type: "InnerProduct" bottom: "a" top: "b" param { lr_mult: 0 }
        inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
layer { name: "cost" type: "SoftmaxWithLoss" bottom: "b" bottom: "label" top: "cost" }
"""
TIED = """
layer { name: "in" type: "Input" top: "data" input_param { shape { dim: [4, 3] } } }
layer { name: "code" type: "InnerProduct" bottom: "data" top: "code" param { name: "w" }
        inner_product_param { num_output: 2 bias_term: false weight_filler { type: "xavier" } } }
layer { name: "same" type: "InnerProduct" bottom: "data" top: "same" param { name: "w" }
        inner_product_param { num_output: 2 bias_term: false } }
layer { name: "back" type: "InnerProduct" bottom: "code" top: "back" param { name: "w" }
        inner_product_param { num_output: 3 bias_term: false transpose: true } }
"""


def small() -> tuple[Any, fk.Blobs]:
    net = fk.load_net(SMALL)
    blobs = net.fill(seed=1)
    return module(net, blobs), blobs


@pytest.mark.parametrize("name", ["inputs", "net", "type", "training", "forward", "a.run"])
def test_a_layer_may_be_called_as_an_attribute_of_modules(name: str) -> None:
    net = fk.load_net(SMALL.replace("ip.1", name))
    blobs = net.fill(seed=1)
    running = module(net, blobs).eval()
    assert not any(part.training for part in running.modules())
    running.load_state_dict(state_dict(blobs))
    assert running(batch()).loss == small()[0](batch()).loss


def batch() -> dict[str, Any]:
    generator = torch.Generator().manual_seed(0)
    return {"data": torch.randn(4, 3, generator=generator), "label": torch.tensor([0, 1, 1, 0])}


def test_lenet_learns() -> None:
    net = fk.load_net(NETS / "lenet" / "train_val.prototxt", shapes={"data": (16, 1, 28, 28)})
    running = module(net, net.fill(seed=1701))
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(16, 1, 28, 28, generator=generator)
    labels = torch.randint(0, 10, (16,), generator=generator)
    optimizer = torch.optim.SGD(running.parameter_groups(0.01, 0.0005), momentum=0.9, lr=0.01)
    costs = []
    for _ in range(10):
        optimizer.zero_grad()
        loss: Any = running.loss(running(data=images, label=labels))
        loss.backward()
        optimizer.step()
        costs.append(loss.item())
    assert costs[0] == pytest.approx(np.log(10), rel=0.2)
    assert costs[-1] < costs[0] / 2


def test_outputs_are_the_nets_and_others_on_request() -> None:
    running, _ = small()
    assert list(running(batch())) == ["cost"]
    outputs = running(**batch(), blobs=["a", "data"])
    assert list(outputs) == ["cost", "a", "data"]
    assert (outputs["a"] >= 0).all()  # the version after the ReLU
    assert outputs["data"] is not None


def test_one_input_may_come_without_a_name(build: Callable[..., Any]) -> None:
    net = build("ReLU", (2, 3))
    assert net(torch.ones(5, 3))["t0"].shape == (5, 3)
    assert net(torch.ones(5, 3, dtype=torch.int64))["t0"].dtype == torch.float32


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (
            {"data": torch.ones(4, 3)},
            r"inputs are missing: label; the net takes data \(4x3\), label",
        ),
        ({"dat": torch.ones(4, 3)}, "'dat' is no input of the net; its inputs are data"),
        (torch.ones(4, 3), r"the net has 2 inputs: give data \(4x3\), label \(4\) by name"),
        ({"data": torch.ones(3), "label": torch.ones(4)}, "input 'data' is 3, but the net was"),
    ],
)
def test_wrong_inputs_are_named(inputs: Any, message: str) -> None:
    running, _ = small()
    with pytest.raises(fk.UsageError, match=message):
        running(inputs)


def test_an_error_on_the_way_says_in_which_layer(build: Callable[..., Any]) -> None:
    net = build("InnerProduct", (2, 3), body="inner_product_param { num_output: 2 }")
    with pytest.raises(RuntimeError) as error:
        net(torch.ones(2, 4))
    assert error.value.__notes__ == ["in layer 'x' (InnerProduct, line 2) with 2x4"]


def test_a_blob_that_no_layer_makes_is_named() -> None:
    running, _ = small()
    with pytest.raises(fk.UsageError, match=r"no layer makes a blob 'cots'.*cost"):
        running(batch(), blobs=["cots"])


def test_takers_get_the_version_of_their_place() -> None:
    running, _ = small()
    seen = {step.layer.layer.name: step for step in running.steps(batch())}
    assert (seen["ip.1"].tops[0] < 0).any()
    assert (seen["loss"].bottoms[0] >= 0).all()
    assert isinstance(seen["cost"], Step)
    assert list(seen) == ["in", "ip.1", "relu", "loss", "cost"]


def test_what_no_later_layer_takes_is_let_go() -> None:
    running, _ = small()
    held: list[Any] = []
    alive: list[int] = []

    def look(layer: Any, bottoms: Any, tops: Any) -> None:
        held.extend(weakref.ref(top) for top in tops)
        del bottoms, tops
        gc.collect()
        alive.append(sum(ref() is not None for ref in held))

    with torch.no_grad():
        given = {name: tensor.double() for name, tensor in batch().items()}
        outputs = running.run(given, keep=[], on_layer=look)
    assert outputs == {}
    assert alive == [2, 3, 3, 3, 3]  # what the layer took and made, and what later ones take


def test_parameters_lie_in_the_memory_of_the_blobs() -> None:
    running, blobs = small()
    with torch.no_grad():
        running.state_dict()["ip.1.weight"].fill_(3)
    assert (blobs["ip.1"].weight == 3).all()


def test_blobs_of_a_file_are_copied(tmp_path: Path) -> None:
    running, blobs = small()
    blobs.save(tmp_path / "small.npz")
    other = module(running.net, fk.load(tmp_path / "small.npz"))
    with torch.no_grad():
        for param in other.parameters():
            param.zero_()
    assert blobs["ip.1"].weight.any()


@pytest.mark.parametrize("suffix", ["npz", "caffemodel"])
def test_what_was_learned_can_be_saved(tmp_path: Path, suffix: str) -> None:
    running, _ = small()
    with torch.no_grad():
        for param in running.parameters():
            param += 1
    running.blobs().save(tmp_path / f"small.{suffix}")
    again = module(running.net, fk.load(tmp_path / f"small.{suffix}"))
    assert torch.equal(again(batch())["cost"], running(batch())["cost"])


def test_rates_become_parameter_groups() -> None:
    running, _ = small()
    first, second = running.parameter_groups(0.1, 0.01)
    names = {id(param): name for name, param in running.named_parameters()}
    assert [names[id(param)] for param in first["params"]] == ["ip.1.weight", "loss.bias"]
    assert (first["lr"], first["weight_decay"]) == (0.1, 0.01)
    assert [names[id(param)] for param in second["params"]] == ["ip.1.bias"]
    assert (second["lr"], second["weight_decay"]) == (0.2, 0.0)


def test_a_rate_of_0_needs_no_gradient() -> None:
    running, _ = small()
    assert not dict(running.named_parameters())["loss.weight"].requires_grad
    grouped = [param for group in running.parameter_groups(1) for param in group["params"]]
    assert len(grouped) == 3


def test_a_state_dict_of_other_values_can_be_loaded() -> None:
    running, _ = small()
    other = running.net.fill(seed=2)
    running.load_state_dict(state_dict(other))
    expected = module(running.net, other)(batch())["cost"]
    assert torch.equal(running(batch())["cost"], expected)


def test_shared_parameters_are_one_tensor_turned_round_or_not() -> None:
    net = fk.load_net(TIED)
    running = module(net, net.fill(seed=1))
    assert len(list(running.parameters())) == 1
    (group,) = running.parameter_groups(1)
    (weight,) = group["params"]
    x = torch.randn(4, 3)
    outputs = running(x)
    torch.testing.assert_close(outputs["same"], x @ weight.t())
    torch.testing.assert_close(outputs["back"], x @ weight.t() @ weight)
    outputs["back"].sum().backward()
    assert weight.grad is not None
    state = running.state_dict()
    assert state["back.weight"].shape == (3, 2)
    changed = {name: tensor + 1 for name, tensor in state.items()}
    running.load_state_dict(changed)
    torch.testing.assert_close(running.state_dict()["back.weight"], changed["back.weight"])


def test_a_copy_has_parameters_of_its_own() -> None:
    net = fk.load_net(TIED)
    running = module(net, net.fill(seed=1))
    x = torch.randn(4, 3)
    before = running(x)["back"]
    for other in (copy.deepcopy(running), pickle.loads(pickle.dumps(running))):
        assert torch.equal(other(x)["back"], before)
        with torch.no_grad():
            next(other.parameters()).zero_()
        assert not other(x)["back"].any()
        assert torch.equal(running(x)["back"], before)


def test_types_can_be_changed() -> None:
    running, _ = small()
    assert running.double()(batch())["cost"].dtype == torch.float64


def test_training_starts_as_the_phase_says(build: Callable[..., Any]) -> None:
    assert build("ReLU", (1,), phase="TRAIN").training
    net = build("Dropout", (1000,), phase="TEST")
    assert not net.training
    assert net(torch.ones(1000))["t0"].all()
    assert not net.train()(torch.ones(1000))["t0"].all()


def test_propagate_down_stops_gradients() -> None:
    running, _ = small()
    text = SMALL.replace(
        'name: "relu" type: "ReLU"', 'name: "relu" type: "ReLU" propagate_down: false'
    )
    net = fk.load_net(text)
    running = module(net, net.fill(seed=1))
    running(batch()).loss.backward()
    params = dict(running.named_parameters())
    assert params["ip.1.weight"].grad is None
    assert params["loss.bias"].grad is not None


@pytest.mark.parametrize(
    ("said", "taker", "value", "learned"),
    [
        ("", "", 1, 1),
        ("", 'layer { name: "s" type: "Silence" bottom: "cost" }', 1, 0),
        ("loss_weight: 1", 'layer { name: "s" type: "Silence" bottom: "cost" }', 1, 1),
        (
            "",
            'layer { name: "p" type: "Power" bottom: "cost" top: "p" loss_weight: 1 '
            "power_param { scale: 2 } }",
            3,
            2,
        ),
    ],
)
def test_a_loss_that_a_layer_takes_is_learned_from_only_where_its_weight_is_said(
    said: str, taker: str, value: int, learned: int
) -> None:
    def loss_and_gradient(text: str) -> tuple[Any, Any]:
        net = fk.load_net(text)
        running = module(net, net.fill(seed=1))
        loss = running(batch()).loss
        loss.backward()
        return loss.detach(), dict(running.named_parameters())["ip.1.weight"].grad

    once, gradient = loss_and_gradient(SMALL)
    text = SMALL.replace('top: "cost" }', f'top: "cost" {said} }}') + taker
    loss, found = loss_and_gradient(text)
    torch.testing.assert_close(loss, value * once)
    torch.testing.assert_close(found, learned * gradient)


def test_all_layers_that_cannot_be_run_are_listed() -> None:
    text = """
layer { name: "in" type: "Input" top: "data" input_param { shape { dim: [1, 3, 8, 8] } } }
layer { name: "c" type: "Convolution" bottom: "data" top: "c"
        convolution_param { num_output: 2 kernel_size: 1 relu: true hole_h: 2 } }
layer { name: "d" type: "Convolution" bottom: "data" top: "d"
        convolution_param { num_output: 2 kernel_size: 1 relu: false } }
layer { name: "m" type: "MatWrite" bottom: "c" }
layer { name: "what" type: "Mystery" bottom: "d" top: "e" }
"""
    net = fk.load_net(text, shapes={"e": (1,)})
    with pytest.raises(fk.UsageError) as refusal:
        module(net, net.fill(seed=1))
    assert str(refusal.value).splitlines() == [
        "3 layers of <text> cannot be run in PyTorch:",
        "  line 3: Convolution 'c': its convolution_param.relu and convolution_param.hole_h",
        "  line 7: MatWrite 'm': its type has no forward pass here",
        "  line 8: Mystery 'what': its type has no forward pass here",
    ]


def test_a_type_of_ones_own_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operations, "_items", dict(operations._items))

    @runs("TimesWeight")
    def times_weight(layer: LayerModule, x: Any) -> Any:
        return x * layer.blob(0)

    text = """
layer { name: "in" type: "Input" top: "data" input_param { shape { dim: [4, 3] } } }
layer { name: "own" type: "TimesWeight" bottom: "data" top: "top" }
"""
    net = fk.load_net(text, shapes={"top": (4, 3)}, params={"own": ["3:constant(value=2)"]})
    running = module(net, net.fill(seed=1))
    assert torch.equal(running(torch.ones(4, 3))["top"], torch.full((4, 3), 2.0))
    assert list(running.state_dict()) == ["own.0"]


def test_gradients_of_every_top_can_be_seen() -> None:
    running, _ = small()
    seen: dict[str, Any] = {}

    def watch(layer: Any, bottoms: Any, tops: Any) -> None:
        if tops[0].requires_grad:
            name = layer.layer.name
            tops[0].register_hook(lambda gradient: seen.update({name: gradient.abs().max().item()}))

    running.run(batch(), keep=[], on_layer=watch).loss.backward()
    assert list(seen) == ["cost", "loss", "relu", "ip.1"]


def test_blobs_have_to_be_the_nets() -> None:
    _, blobs = small()
    text = SMALL.replace("num_output: 5", "num_output: 6")
    with pytest.raises(
        fk.UsageError, match=r"layer 'ip.1': its weight is 6x3, but the blobs have 5x3"
    ):
        module(fk.load_net(text), blobs)
    text = SMALL.replace('name: "loss"', 'name: "other"')
    with pytest.raises(fk.UsageError, match="the blobs have nothing for layer 'other'"):
        module(fk.load_net(text), blobs)


@pytest.mark.parametrize(("shape", "fits"), [((1, 1, 1, 3), True), ((1, 3, 1, 1), False)])
def test_blobs_of_before_2015_fit_where_ones_lead(shape: tuple[int, ...], fits: bool) -> None:
    net = fk.load_net(
        'layer { name: "in" type: "Input" top: "in" input_param { shape { dim: [2, 3] } } }'
        'layer { name: "bias" type: "Bias" bottom: "in" top: "out" }'
    )
    blobs = fk.Blobs.of(net, {"bias": [np.ones(shape, np.float32)]}, any_shape=True)
    if fits:
        assert module(net, blobs)(torch.zeros(2, 3))["out"].eq(1).all()
    else:
        with pytest.raises(fk.UsageError, match=r"its bias is 3, but the blobs have 1x3x1x1"):
            module(net, blobs)


NORMED = """
layer { name: "in" type: "Input" top: "data" input_param { shape { dim: [4, 3] } } }
layer { name: "bn" type: "BatchNorm" bottom: "data" top: "a"
        batch_norm_param { moving_average_fraction: 0.5 } }
"""


def test_training_goes_on_from_a_state_dict_as_from_the_module_itself() -> None:
    net = fk.load_net(NORMED)
    first, second = module(net, net.fill(seed=1)), module(net, net.fill(seed=1))
    batches = torch.randn(5, 4, 3, generator=torch.Generator().manual_seed(0))
    for values in batches[:3]:
        first(values)
    second.load_state_dict(first.state_dict())
    for values in batches[3:]:
        first(values)
        second(values)
    for name, tensor in first.state_dict().items():
        torch.testing.assert_close(second.state_dict()[name], tensor)


def test_statistics_of_a_caffemodel_are_kept_with_their_factor(tmp_path: Path) -> None:
    net = fk.load_net(NORMED)
    blobs = net.fill(seed=1)
    for blob, value in zip(blobs["bn"], (6.0, 8.0, 2.0), strict=True):
        blob[...] = value
    blobs.save(tmp_path / "bn.caffemodel")
    running = module(net, fk.load(tmp_path / "bn.caffemodel"))
    found = running.eval()(torch.ones(1, 3))["a"]
    torch.testing.assert_close(found, torch.full((1, 3), (1 - 3) / (4 + 1e-5) ** 0.5))
    assert [float(blob.reshape(-1)[0]) for blob in running.blobs()["bn"]] == [6.0, 8.0, 2.0]


def test_a_layer_that_is_not_as_its_type_makes_it_is_not_run() -> None:
    text = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 6] } } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
        inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
"""
    net = fk.load_net(text, params={"ip": ["3x2"]})
    with pytest.raises(fk.UsageError, match=r"'ip': what was stated of it .* is not what its type"):
        module(net, net.fill(1))
    net = fk.load_net(text, params={"ip": ["3x6:msra", "3"]})
    assert module(net, net.fill(1))
