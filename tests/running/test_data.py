"""DummyData fills its tops, unless they are given."""

from __future__ import annotations

from typing import Any

import pytest

import fillerkit as fk

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")
from fillerkit.running import module  # noqa: E402


def test_dummy_data_fills_itself_unless_it_is_given() -> None:
    net = fk.load_net(
        'layer { name: "d" type: "DummyData" top: "a" top: "b" dummy_data_param {'
        ' shape { dim: [2, 3] } data_filler { value: 4 } data_filler { type: "gaussian" } } }'
        'layer { name: "s" type: "Eltwise" bottom: "a" bottom: "b" top: "s" }'
    )
    running = module(net, net.fill(seed=1))
    assert running.inputs == ()
    assert not torch.equal(running()["s"], running()["s"])
    given = {"a": torch.ones(5, 3), "b": torch.ones(5, 3)}
    assert torch.equal(running(given)["s"], torch.full((5, 3), 2.0))
    given = {"b": torch.ones(2, 3)}
    assert torch.equal(running(given)["s"], torch.full((2, 3), 5.0))
