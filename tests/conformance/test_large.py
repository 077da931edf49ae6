"""VGG-16 three times, 138 million weights each: long streams, the rare rejections included."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

import fillerkit as fk

HERE = Path(__file__).parent
GOLDENS: list[dict[str, Any]] = [
    json.loads(line) for line in (HERE / "large.jsonl").read_text().splitlines()
]


@pytest.mark.long
@pytest.mark.parametrize("golden", GOLDENS, ids=lambda g: f"{g['net']}-boost-{g['boost']}")
def test_a_large_net_starts_as_in_caffe(golden: dict[str, Any], tmp_path: Path) -> None:
    net = _net(golden)
    net.save(tmp_path / "large.npz", seed=1701, boost=golden["boost"], jobs=1)
    _check(fk.load(tmp_path / "large.npz"), golden)


@pytest.mark.long
@pytest.mark.parametrize("case", range(len(GOLDENS)))
def test_several_threads_make_its_bits(case: int) -> None:
    golden, jobs = GOLDENS[case], (2, 3, 8, 2)[case]
    _check(_net(golden).fill(1701, boost=golden["boost"], jobs=jobs), golden)


@pytest.mark.long
@pytest.mark.parametrize("case", [2, 3])
def test_slices_of_it_together_are_caffe_s_blob(case: int) -> None:
    golden = GOLDENS[case]
    net, hashed = _net(golden), hashlib.sha1()
    draws = net.map_draws(1701, boost=golden["boost"])
    for start in range(0, 4096, 700):
        hashed.update(net.fill_slice("fc6", 0, slice(start, start + 700), draws=draws).data)
    (fc6,) = (layer for layer in golden["TEST"]["layers"] if layer["name"] == "fc6")
    assert hashed.hexdigest() == fc6["blobs"][0]["sha1"]


def _net(golden: dict[str, Any]) -> fk.Net:
    return fk.load_net(HERE / "large" / f"{golden['net']}.prototxt", phase="TEST")


def _check(blobs: fk.Blobs, golden: dict[str, Any]) -> None:
    for layer in golden["TEST"]["layers"]:
        for index, blob in enumerate(layer["blobs"]):
            digest = hashlib.sha1(blobs[layer["name"]][index].data).hexdigest()
            assert digest == blob["sha1"], f"{layer['name']}/{index}"
