"""MVN: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


@pytest.mark.parametrize("shape", [(), (2,), (2, 3), (2, 3, 4), (2, 3, 4, 5)])
def test_its_top_has_four_axes(set_up: SetUp, shape: tuple[int, ...]) -> None:
    assert set_up("MVN", shape).tops == (("t0", (*shape, *(1,) * (4 - len(shape)))),)


def test_a_layer_that_counts_axes_from_the_end_starts_from_caffes_bits() -> None:
    net = fk.load_net("""
        layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [4, 5] } } }
        layer { name: "m" type: "MVN" bottom: "data" top: "m" }
        layer { name: "fc" type: "InnerProduct" bottom: "m" top: "fc"
                inner_product_param { num_output: 2 axis: -1 weight_filler { type: "xavier" } } }
    """)
    weight = net.fill(seed=1701)["fc"].weight
    assert weight.shape == (2, 1)
    assert weight.astype("<f4").tobytes().hex() == "200cb6bfc0f1843d"  # from real Caffe 1.0


def test_it_knows_four_axes_at_most(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="4 axes"):
        set_up("MVN", (1, 2, 3, 4, 5))
