"""Gaussians of Caffe built with older Boost."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from goldens import differences

import fillerkit as fk

HERE = Path(__file__).parent
GOLDENS: list[dict[str, Any]] = [
    json.loads(line) for line in (HERE / "boost.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda g: f"{g['net']}-{g['boost']}")
def test_a_net_starts_as_in_a_caffe_with_that_boost(golden: dict[str, Any]) -> None:
    net = fk.load_net(HERE / "nets" / f"{golden['net']}.prototxt", phase="TRAIN")
    blobs = net.fill(seed=1701, boost=golden["boost"])
    assert differences(net, blobs, golden["TRAIN"]) == []


def test_uniform_values_are_the_same_with_every_boost() -> None:
    net = fk.load_net(HERE / "nets" / "big_xavier.prototxt", phase="TRAIN")
    first, *others = (net.fill(seed=3, boost=boost) for boost in ("1.64", "1.58", "1.55"))
    for other in others:
        assert (other["x"].weight == first["x"].weight).all()


def test_an_unknown_boost_names_the_known_ones() -> None:
    net = fk.load_net(HERE / "nets" / "big_xavier.prototxt", phase="TRAIN")
    with pytest.raises(fk.UsageError, match=r"1\.55 .*, 1\.58 .*, 1\.64 .*, not '1\.70'"):
        net.fill(seed=3, boost="1.70")
