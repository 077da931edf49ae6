"""How many items a start looks at."""

from __future__ import annotations

import pytest

import fillerkit as fk
from fillerkit.adapting.batch_size import PER_SECOND, own_batch, products, seconds, usual_batch

from .conftest import conv, image, inner


def test_products_are_counted_for_one_item() -> None:
    net = fk.load_net(image() + conv("c", "data") + inner("fc", "c"))
    assert products(net) == 27 * 8 * 6 * 6 + 8 * 6 * 6 * 10


def test_regions_are_no_items() -> None:
    pooled = """
        layer { name: "rois" type: "Input" top: "rois" input_param { shape { dim: 300 dim: 5 } } }
        layer { name: "pool" type: "ROIPooling" bottom: "c" bottom: "rois" top: "pool"
          roi_pooling_param { pooled_w: 2 pooled_h: 2 } }
    """
    net = fk.load_net(image() + conv("c", "data") + pooled)
    assert own_batch(net) == own_batch(fk.load_net(image() + conv("c", "data")))


def test_seconds_are_those_of_the_batch() -> None:
    net = fk.load_net(image() + conv("c", "data"))
    assert seconds(net, 5) == 5 * products(net) / PER_SECOND
    assert seconds(net, None) == seconds(net, 32)


def test_seconds_are_those_of_the_batch_that_a_layer_fixes() -> None:
    flat = """
        layer { name: "flat" type: "Reshape" bottom: "c" top: "flat"
          reshape_param { shape { dim: 0 dim: -1 } } }
    """
    net = fk.load_net(image() + conv("c", "data") + flat)
    assert fk.adapt(net, net.fill(1)).batch == 4
    assert seconds(net, None) == seconds(net, 4)


@pytest.mark.parametrize(("size", "items"), [(8, 32), (100, 18), (400, 2)])
def test_the_longer_an_item_takes_the_fewer_are_looked_at(size: int, items: int) -> None:
    wide = conv("c", "data").replace("num_output: 8", "num_output: 600")
    wide += wide.replace('"c"', '"d"').replace('bottom: "data"', 'bottom: "c"')
    assert usual_batch(fk.load_net(image(size=size) + wide)) == items


def test_a_smaller_batch_than_usual_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fillerkit.adapting.batch_size.MOST", 3 * 27 * 8 * 6 * 6)
    net = fk.load_net(image() + conv("c", "data"))
    found = fk.adapt(net, net.fill(1))
    assert found.batch == 3
    assert found.blobs.origin["adapted"]["input"] == ["data: unit gaussian values"]
    assert found.notes[-1].startswith("3 items and not 32, for each takes 0 billion")
    assert fk.adapt(net, net.fill(1), batch=5).batch == 5
