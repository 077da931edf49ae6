"""Data layers whose shapes the caller has to give."""

from __future__ import annotations

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
