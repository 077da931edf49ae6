"""Whole nets give what OpenCV's reading of the same prototxt and .caffemodel gives."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fillerkit as fk

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")
cv2: Any = pytest.importorskip("cv2", reason="OpenCV is not installed")
from fillerkit.running import module  # noqa: E402

TESTS = Path(__file__).parents[1]
NETS = TESTS.parent / "sample_nets"
FILLERS = {"*": "msra", "*:bias": "uniform(min=-0.1,max=0.1)"}


def deploy(name: str) -> str:
    return (NETS / name / "deploy.prototxt").read_text()


def of_archive(archive: str, name: str) -> str:
    with tarfile.open(TESTS / "forks" / archive) as files:
        content = files.extractfile(f"nets/{name}.prototxt")
        assert content is not None
        return content.read().decode()


def squeezenet() -> str:
    """The train_val with an Input for its data, and without what needs labels."""
    text = of_archive("totals.tar.xz", "DeepScale__SqueezeNet__SqueezeNet_v1.0__train_val")
    body = text[text.index('layer {\n  name: "conv1"') : text.index('layer {\n  name: "loss"')]
    return 'input: "data" input_shape { dim: 1 dim: 3 dim: 227 dim: 227 }\n' + body


def mobilenet() -> str:
    """MobileNet-SSD with its heads and priors, up to where boxes are picked."""
    text = of_archive("forks.tar.xz", "chuanqi305__MobileNet-SSD__deploy.prototxt.TEST")
    return text[: text.index('layer {\n  name: "detection_out"')]


def settled(blobs: fk.Blobs) -> None:
    """Statistics that matter in place of the zeros that BatchNorm starts with."""
    rng = np.random.default_rng(5)
    for layer in blobs:
        of_layer = blobs[layer]
        if of_layer.names == ("mean", "variance", "scale_factor"):
            of_layer[0][...] = rng.normal(0, 0.2, of_layer[0].shape)
            of_layer[1][...] = rng.uniform(1, 4, of_layer[1].shape)
            of_layer[2][...] = 2


def held_against_opencv(text: str, folder: Path, *names: str) -> None:
    """The outputs, and blobs of layers called as they are, agree to 1e-4 of the largest value."""
    net = fk.load_net(text, phase="TEST", fillers=FILLERS)
    blobs = net.fill(seed=1701)
    settled(blobs)
    (folder / "net.prototxt").write_text(text)
    blobs.save(folder / "net.caffemodel")
    ours = module(net, blobs)
    theirs = cv2.dnn.readNetFromCaffe(str(folder / "net.prototxt"), str(folder / "net.caffemodel"))
    (folder / "net.caffemodel").unlink()
    (name,) = ours.inputs
    shape = next(shape for top, shape in net.layers[0].tops if top == name)
    image = np.random.default_rng(3).normal(0, 1, (1, *shape[1:])).astype(np.float32)
    theirs.setInput(image, name)
    wanted = [*net.outputs, *names]
    expected = theirs.forward(wanted)
    with torch.no_grad():
        outputs = ours(torch.from_numpy(image), blobs=names)
    for name, blob in zip(wanted, expected, strict=True):
        found = outputs[name].numpy()
        assert found.std() > 0
        assert np.abs(found - blob.reshape(found.shape)).max() <= 1e-4 * np.abs(blob).max(), name


def test_lenet(tmp_path: Path) -> None:
    held_against_opencv(deploy("lenet"), tmp_path, "ip2")


def test_squeezenet(tmp_path: Path) -> None:
    held_against_opencv(squeezenet(), tmp_path)


def test_mobilenet_with_the_heads_and_priors_of_ssd(tmp_path: Path) -> None:
    held_against_opencv(mobilenet(), tmp_path, "mbox_loc", "mbox_priorbox")


def test_googlenet(tmp_path: Path) -> None:
    held_against_opencv(deploy("googlenet"), tmp_path, "loss3/classifier")


@pytest.mark.long
def test_resnet50(tmp_path: Path) -> None:
    held_against_opencv(deploy("resnet50"), tmp_path, "fc1000")


@pytest.mark.long
def test_alexnet(tmp_path: Path) -> None:
    held_against_opencv(deploy("alexnet"), tmp_path, "fc8")


@pytest.mark.long
def test_vgg16(tmp_path: Path) -> None:
    held_against_opencv(deploy("vgg16"), tmp_path, "fc8")
