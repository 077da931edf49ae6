"""A module that ends at blobs of the net: what is built of it, and what it returns."""

from __future__ import annotations

from typing import Any

import pytest

import fillerkit as fk

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")
from fillerkit.running import module  # noqa: E402

NET = """
layer { name: "in" type: "Input" top: "data" top: "label"
        input_param { shape { dim: [4, 3] } shape { dim: 4 } } }
layer { name: "first" type: "InnerProduct" bottom: "data" top: "first" param { name: "w" }
        inner_product_param { num_output: 3 bias_term: false weight_filler { type: "xavier" } } }
layer { name: "relu" type: "ReLU" bottom: "first" top: "first" }
layer { name: "same" type: "InnerProduct" bottom: "data" top: "same" param { name: "w" }
        inner_product_param { num_output: 3 bias_term: false } }
layer { name: "twin" type: "InnerProduct" bottom: "same" top: "twin" param { name: "w" }
        inner_product_param { num_output: 3 bias_term: false } }
layer { name: "cost" type: "SoftmaxWithLoss" bottom: "twin" bottom: "label" top: "cost" }
layer { name: "what" type: "MatWrite" bottom: "first" }
"""


def up_to(*names: str) -> Any:
    net = fk.load_net(NET)
    return module(net, net.fill(seed=1), until=names)


def test_it_returns_the_blobs_that_it_ends_at_in_their_order() -> None:
    found = up_to("twin", "first")(torch.randn(4, 3))
    assert list(found) == ["twin", "first"]
    assert (found["first"] >= 0).all()  # the last version, after the ReLU


def test_only_layers_that_the_blobs_need_are_built() -> None:
    running = up_to("first")
    assert [layer.layer.name for layer in running.layers] == ["in", "first", "relu"]
    assert [layer.name for layer in running.net.layers] == ["in", "first", "relu"]


def test_a_shared_parameter_is_there_without_the_layer_that_made_it() -> None:
    running, x = up_to("twin"), torch.randn(4, 3)
    weight = torch.from_numpy(fk.load_net(NET).fill(seed=1)["first"].weight)
    assert len(list(running.parameters())) == 1
    torch.testing.assert_close(running(x)["twin"], x @ weight.T @ weight.T)
    assert (running.blobs()["same"].weight == weight.numpy()).all()


def test_one_name_may_stand_alone() -> None:
    net = fk.load_net(NET)
    assert list(module(net, net.fill(seed=1), until="same")(torch.randn(4, 3))) == ["same"]


def test_a_name_that_no_layer_makes_is_told() -> None:
    with pytest.raises(fk.UsageError, match=r"no layer makes a blob 'twim'.*twin"):
        up_to("first", "twim")
