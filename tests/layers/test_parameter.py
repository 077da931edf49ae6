"""Parameter: a learned blob as a top."""

from __future__ import annotations

from collections.abc import Callable

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


def test_its_top_is_its_blob(set_up: SetUp) -> None:
    layer = set_up("Parameter", body="parameter_param { shape { dim: [2, 3] } }")
    assert layer.tops == (("t0", (2, 3)),)
    assert [param.shape for param in layer.params] == [(2, 3)]


def test_its_blob_starts_at_0(set_up: SetUp) -> None:
    layer = set_up("Parameter", body="parameter_param { shape { dim: [2, 3] } }")
    assert layer.params[0].distribution == fk.Constant(0)


def test_happynears_blob_filler_fills_it(set_up: SetUp) -> None:
    """GuohongWu/caffe-windows, include/caffe/layers/parameter_layer.hpp."""
    filler = 'blob_filler { type: "constant" value: 2 }'
    layer = set_up("Parameter", body=f"parameter_param {{ shape {{ dim: [2, 3] }} {filler} }}")
    assert layer.params[0].distribution == fk.Constant(2)


def test_it_may_share_its_blob() -> None:
    net = fk.load_net("""
        layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 3] } } }
        layer { name: "ip" type: "InnerProduct" bottom: "d" top: "ip" param { name: "w" }
                inner_product_param { num_output: 2 bias_term: false
                                      weight_filler { type: "xavier" } } }
        layer { name: "p" type: "Parameter" top: "p" param { name: "w" }
                parameter_param { shape { dim: [2, 3] } } }
    """)
    blobs = net.fill(seed=1)
    assert (blobs["p"][0] == blobs["ip"].weight).all()
    assert blobs["p"][0].any()
