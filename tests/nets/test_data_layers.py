"""Data layers whose shapes the caller has to give."""

from __future__ import annotations

import pytest
from net_texts import layer, refusal

import fillerkit as fk

DATA = layer("d", "> data label", "Data", 'data_param { source: "images" batch_size: 4 }')
TABLES = layer("h", "> table", "HDF5Data", 'hdf5_data_param { source: "tables" }')


def test_one_error_asks_for_the_shapes_of_all_data_layers() -> None:
    error = refusal(DATA + layer("r", "data > r") + TABLES)
    assert isinstance(error, fk.ShapeNeeded)
    assert error.shapes == {"data": (4, "C", "H", "W"), "table": ("N", "C", "H", "W")}
    assert (error.layer, [later.layer for later in error.later]) == ("d", ["h"])
    assert error.message == (
        "layer 'd' (Data): reads its shape from its source 'images'; layer 'h' reads its shapes "
        "from its source 'tables': say it, with numbers for the letters, with "
        "shapes={'data': (4, C, H, W), 'table': (N, C, H, W)}"
    )


def test_what_is_given_is_not_asked_for_again() -> None:
    error = refusal(DATA + TABLES, shapes={"data": (4, 1, 2, 2)})
    assert isinstance(error, fk.ShapeNeeded)
    assert list(error.shapes) == ["table"]
    assert error.later == ()


LMDB = """
layer { name: "data" type: "Data" top: "data" top: "label"
        data_param { source: "not/here" batch_size: 64 } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
        inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }
"""


def test_a_length_that_is_left_open_is_the_nets() -> None:
    net = fk.load_net(LMDB, shapes={"data": (None, 3, 32, 32)})
    assert dict(net.layers[0].tops) == {"data": (64, 3, 32, 32), "label": (64,)}


def test_a_length_that_is_given_goes_before_the_nets() -> None:
    text = 'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [1, 3, 8, 9] } } }'
    net = fk.load_net(text, shapes={"d": (None, None, 16, None)})
    assert net.layers[0].tops == (("d", (1, 3, 16, 9)),)


def test_a_length_that_nobody_tells_is_asked_for_with_what_is_known() -> None:
    with pytest.raises(fk.ShapeNeeded) as caught:
        fk.load_net(LMDB, shapes={"data": (None, 3, None, 32)})
    assert caught.value.shapes == {"data": (64, 3, "H", 32)}


def test_another_number_of_axes_is_refused() -> None:
    with pytest.raises(fk.UsageError, match="4 axes, not 2"):
        fk.load_net(LMDB, shapes={"data": (None, 3)})
