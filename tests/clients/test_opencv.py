"""OpenCV's DNN module, a Caffe importer of its own, takes our prototxt and our .caffemodel."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import weights

import fillerkit as fk

cv2 = pytest.importorskip("cv2", reason="OpenCV is not installed")

FORKS = Path(__file__).parents[1] / "forks" / "forks.tar.xz"
SSD = "nets/chuanqi305__MobileNet-SSD__deploy.prototxt.TEST.prototxt"
GENERATOR = np.random.default_rng(0)


def _opened(net: fk.Net, blobs: fk.Blobs, prototxt: Path, folder: Path) -> Any:
    blobs.save(folder / "net.caffemodel")
    return cv2.dnn.readNetFromCaffe(str(prototxt), str(folder / "net.caffemodel"))


def _images(net: fk.Net) -> np.ndarray[Any, Any]:
    images: np.ndarray[Any, Any] = GENERATOR.standard_normal(net.layers[0].tops[0][1], np.float32)
    return images


def _trained(blobs: fk.Blobs) -> fk.Blobs:
    """Statistics of a net that has run: those that Caffe starts with, all 0, divide by nothing."""

    def change(name: str, array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return np.ones_like(array) if name in ("variance", "scale_factor") else array

    return weights.changed(blobs, change)


def _drawn(name: str, array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    if array.ndim < 2:
        return array
    std = np.float32(np.sqrt(2 / array[0].size))
    values: np.ndarray[Any, Any] = GENERATOR.standard_normal(array.shape, np.float32)
    return values * std


def _check(net: fk.Net, blobs: fk.Blobs, opened: Any, but: tuple[str, ...] = ()) -> None:
    """Its outputs are numbers, its shapes are ours, its weights are ours."""
    images = _images(net)
    opened.setInput(images)
    for output in opened.forward(opened.getUnconnectedOutLayersNames()):
        assert np.isfinite(output).all()
    ours = {layer.name: [shape for _, shape in layer.tops] for layer in net.layers}
    identities, _, outputs = opened.getLayersShapes(images.shape)
    compared = 0
    for identity, shapes in zip(identities, outputs, strict=True):
        name = opened.getLayer(int(identity)).name
        if name in ours and name not in but:
            theirs = [tuple(map(int, shape)) for shape in shapes]
            assert theirs == ours[name][: len(theirs)], name
            compared += 1
    assert compared >= len(net.layers) - 1 - len(but)
    for layer, arrays in blobs.items():
        if arrays.names[:1] == ("weight",):
            assert opened.getParam(layer, 0).tobytes() == arrays.weight.tobytes(), layer


@pytest.mark.parametrize(
    "name",
    [
        "lenet",
        "googlenet",
        "resnet50",
        pytest.param("alexnet", marks=pytest.mark.long),
    ],
)
def test_it_runs_a_sample_net_with_our_weights(name: str, tmp_path: Path) -> None:
    prototxt = weights.SAMPLE_NETS / name / "deploy.prototxt"
    net = fk.load_net(prototxt, phase="TEST")
    blobs = _trained(net.fill(seed=1701))
    _check(net, blobs, _opened(net, blobs, prototxt, tmp_path))


def test_it_runs_mobilenet_ssd_with_our_weights(tmp_path: Path) -> None:
    prototxt = tmp_path / "deploy.prototxt"
    with tarfile.open(FORKS) as archive:
        member = archive.extractfile(SSD)
        assert member is not None
        prototxt.write_bytes(member.read())
    net = fk.load_net(prototxt, phase="TEST")
    blobs = weights.changed(_trained(net.fill(seed=1)), _drawn)
    opened = _opened(net, blobs, prototxt, tmp_path)
    # How many boxes are found is not known before the net runs.
    _check(net, blobs, opened, but=("detection_out",))


def test_lenet_computes_what_numpy_computes_with_the_same_blobs(tmp_path: Path) -> None:
    net = fk.load_net(weights.LENET, phase="TEST")
    blobs = net.fill(seed=3)
    opened = _opened(net, blobs, weights.LENET, tmp_path)
    images = _images(net)
    opened.setInput(images)
    np.testing.assert_allclose(opened.forward(), weights.lenet(blobs, images), rtol=1e-4)
