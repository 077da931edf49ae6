"""Messages as plain values: the same fields, and no message is looked at when a layer runs."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path
from typing import Any

import pytest
from one_layer import forget_messages
from operators import cases, net_of

import fillerkit as fk
from fillerkit.schema.forks_pb2 import LayerParameter, PoolingParameter

pytest.importorskip("torch", reason="PyTorch is not installed")
from fillerkit.running.plain import plain

NET = fk.load_net(Path(__file__).parents[2] / "sample_nets" / "googlenet" / "train_val.prototxt")


@pytest.mark.parametrize("layer", NET.layers[:20], ids=lambda layer: layer.name)
def test_every_field_is_what_the_message_has(layer: fk.Layer) -> None:
    _compare(plain(layer.message), layer.message)


def _compare(found: Any, message: Any) -> None:
    given = {field.name for field, _ in message.ListFields()}
    for field in message.DESCRIPTOR.fields:
        value = getattr(message, field.name)
        repeated = isinstance(field.default_value, list)
        assert found.HasField(field.name) == (field.name in given)
        if repeated and field.message_type is None:
            assert getattr(found, field.name) == tuple(value)
        elif repeated:
            for ours, theirs in zip(getattr(found, field.name), value, strict=True):
                _compare(ours, theirs)
        elif field.name in given and field.message_type is not None:
            _compare(getattr(found, field.name), value)
        elif field.message_type is None:
            assert getattr(found, field.name) == value


def test_what_is_not_given_has_its_default() -> None:
    found = plain(LayerParameter())
    assert found.pooling_param.stride == 1
    assert found.pooling_param.pool == PoolingParameter.MAX
    assert not found.HasField("pooling_param")
    assert found.convolution_param.kernel_size == ()


def test_copies_say_the_same() -> None:
    found = plain(NET.layers[3].message)
    for other in (copy.deepcopy(found), pickle.loads(pickle.dumps(found))):
        assert other.name == found.name
        assert other.HasField("bottom")


def test_a_net_runs_without_its_messages() -> None:
    torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")
    from fillerkit.running import module

    text = Path(__file__).parents[2] / "sample_nets" / "lenet" / "deploy.prototxt"
    net = fk.load_net(text, phase="TEST")
    running, x = module(net, net.fill(seed=1)), torch.rand(64, 1, 28, 28)
    expected = running(x)["prob"]
    forget_messages(running)
    assert torch.equal(running(x)["prob"], expected)


KINDS = {case.split(" ")[0]: case for case in cases()}


@pytest.mark.parametrize("case", KINDS.values(), ids=list(KINDS))
def test_a_type_of_caffe_runs_without_its_message(case: str) -> None:
    torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")
    from fillerkit.running import module

    net = fk.load_net(net_of(case), phase="TEST")
    running = module(net, net.fill(seed=1))
    given = {name: torch.ones(shape) for name, shape in running._shapes.items()}
    expected = dict(running(given))
    running = module(net, net.fill(seed=1))
    forget_messages(running)
    for name, found in running(given).items():
        assert torch.equal(found, expected[name])
