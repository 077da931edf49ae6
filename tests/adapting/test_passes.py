"""Methods that share a pass of the batch."""

from __future__ import annotations

import pytest
import weights

import fillerkit as fk

from .conftest import conv, image, in_place, inner

NET = (
    image()
    + conv("c", "data", 'bias_filler { type: "constant" value: 0.3 }')
    + in_place("BatchNorm", "c")
    + in_place("ReLU", "c")
    + in_place("Dropout", "c")
    + inner("fc", "c")
)


@pytest.mark.parametrize("phase", ["TRAIN", "TEST"])
@pytest.mark.parametrize("methods", ["pca,lsuv,batch-norm", "k-means,data-dependent,batch-norm"])
def test_a_shared_pass_makes_what_a_pass_for_each_method_makes(methods: str, phase: str) -> None:
    net = fk.load_net(NET, phase=phase)
    together = fk.adapt(net, net.fill(1), methods)
    alone = net.fill(1)
    rows: tuple[fk.AdaptedLayer, ...] = ()
    for method in methods.split(","):
        found = fk.adapt(net, alone, method, seed=1)
        alone, rows = found.blobs, rows + found.layers
    assert weights.bits(together.blobs) == weights.bits(alone)
    assert together.layers == rows


@pytest.mark.parametrize(
    ("methods", "passes"), [("pca,lsuv,batch-norm", 1), ("pca,balance,batch-norm", 6)]
)
def test_progress_counts_one_pass_and_four_for_balance(methods: str, passes: int) -> None:
    net = fk.load_net(NET)
    told: list[tuple[int, int]] = []
    fk.adapt(net, net.fill(1), methods, progress=lambda *at: told.append(at))
    assert told[-1] == (passes * len(net.layers),) * 2


def test_a_method_for_the_first_layer_runs_no_layer_behind_it() -> None:
    net = fk.load_net(NET)
    told: list[tuple[int, int]] = []
    fk.adapt(net, net.fill(1), "pca", progress=lambda *at: told.append(at))
    assert [done for done, _ in told] == [1, 2, len(net.layers)]
