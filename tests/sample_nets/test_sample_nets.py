"""The nets that come with the project: Caffe's bits, the published sizes, and a run for each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from goldens import sha1

import fillerkit as fk

HERE = Path(__file__).parent
NETS = HERE.parents[1] / "sample_nets"
# Of each case: Caffe 1.0's own digests, seed 1701, of the published net that ours equals.
GOLDENS: list[dict[str, Any]] = json.loads((HERE / "goldens.json").read_text())


@pytest.mark.parametrize("golden", GOLDENS, ids=lambda g: f"{g['net']}-{g['phase']}")
def test_a_sample_net_starts_as_the_published_one_in_caffe(golden: dict[str, Any]) -> None:
    net = fk.load_net(
        NETS / f"{golden['net']}.prototxt", phase=golden["phase"], shapes={"data": golden["data"]}
    )
    blobs = net.fill(seed=1701)
    ours = {
        f"{layer}/{index}": sha1(array)
        for layer, arrays in blobs.items()
        for index, array in enumerate(arrays)
    }
    assert ours == golden["blobs"]


@pytest.mark.parametrize(
    ("net", "count"),
    [
        ("lenet/deploy", 431_080),
        ("alexnet/deploy", 60_965_224),  # Krizhevsky et al. 2012: "60 million parameters"
        ("vgg16/deploy", 138_357_544),  # Simonyan & Zisserman 2015: "138" million, configuration D
        ("googlenet/deploy", 6_998_552),
        # 25,557,032 without Caffe's bias of conv1, 64, and 53 BatchNorms of 2 C + 1 statistics.
        ("resnet50/deploy", 25_557_032 + 64 + 53_173),
        ("mnist_autoencoder/deploy", 2_837_314),
    ],
)
def test_a_deploy_net_has_the_published_number_of_parameters(net: str, count: int) -> None:
    assert fk.load_net(NETS / f"{net}.prototxt").count == count


@pytest.mark.parametrize("path", sorted(NETS.rglob("*.prototxt")), ids=lambda p: p.parent.name)
def test_no_weight_of_a_sample_net_is_left_without_a_filler(path: Path) -> None:
    shape = (2, 1, 28, 28) if path.parent.name in ("lenet", "mnist_autoencoder") else None
    shape = shape or ((2, 3, 227, 227) if path.parent.name == "alexnet" else (2, 3, 224, 224))
    net = fk.load_net(path, phase="TRAIN", shapes={"data": shape})
    for layer in net.layers:
        for param in layer.params:
            if param.name == "weight":
                assert param.distribution != fk.Constant(0.0), layer.name


def test_the_autoencoder_keeps_some_15_inputs_a_unit() -> None:
    blobs = fk.load_net(NETS / "mnist_autoencoder/deploy.prototxt").fill(seed=1701)
    kept = (blobs["encode1"].weight != 0).sum() / blobs["encode1"].weight.shape[1]
    assert 14 < kept < 16


def test_a_solver_leads_to_its_train_net() -> None:
    net = fk.load_net(NETS / "lenet/solver.prototxt", shapes={"data": (64, 1, 28, 28)})
    assert net.name == "LeNet"
    assert net.phase == "TRAIN"
    assert any("train_val.prototxt" in note for note in net.notes)
