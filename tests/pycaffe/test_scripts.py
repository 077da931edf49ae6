"""Scripts in the style of public ones, run unchanged, and what they leave behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from caffe_nets import RunScript

import fillerkit as fk
from fillerkit.schema.caffe_pb2 import BlobProto

SCRIPTS = Path(__file__).parent / "scripts"
SAMPLE_NETS = Path(__file__).parents[2] / "sample_nets"
LENET = SAMPLE_NETS / "lenet" / "deploy.prototxt"

CLASSIFIER = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3, 8, 8] } } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
        convolution_param { num_output: 4 kernel_size: 3 pad: 1 weight_filler { type: "msra" } } }
layer { name: "fc6" type: "InnerProduct" bottom: "conv1" top: "fc6"
        inner_product_param { num_output: 5 weight_filler { type: "xavier" } } }
layer { name: "fc7" type: "InnerProduct" bottom: "fc6" top: "fc7"
        inner_product_param { num_output: 6 weight_filler { type: "xavier" } } }
"""
FCN = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3, 16, 16] } } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
        convolution_param { num_output: 4 kernel_size: 3 pad: 1 weight_filler { type: "msra" } } }
layer { name: "fc6" type: "Convolution" bottom: "conv1" top: "fc6"
        convolution_param { num_output: 5 kernel_size: 8 stride: 8
                            weight_filler { type: "xavier" } } }
layer { name: "fc7" type: "Convolution" bottom: "fc6" top: "fc7"
        convolution_param { num_output: 3 kernel_size: 1 weight_filler { type: "xavier" } } }
layer { name: "upscore" type: "Deconvolution" bottom: "fc7" top: "score" param { lr_mult: 0 }
        convolution_param { num_output: 3 bias_term: false kernel_size: 4 stride: 2 } }
"""
BATCH_NORMED = """name: "bn"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 3, 6, 6] } } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
        convolution_param { num_output: 4 kernel_size: 3 bias_term: false
                            weight_filler { type: "msra" } } }
layer { name: "bn1" type: "BatchNorm" bottom: "conv1" top: "bn1" }
layer { name: "scale1" type: "Scale" bottom: "bn1" top: "scale1" scale_param { bias_term: true } }
layer { name: "relu1" type: "ReLU" bottom: "scale1" top: "scale1" }
layer { name: "conv2" type: "Convolution" bottom: "scale1" top: "conv2"
        convolution_param { num_output: 2 kernel_size: 3 weight_filler { type: "msra" } } }
layer { name: "bn2" type: "BatchNorm" bottom: "conv2" top: "bn2" }
"""


@pytest.fixture
def run(run_script: RunScript) -> Any:
    """``run(name, *arguments)``: a script of ours; it has to come out well; what it printed."""

    def run_ours(name: str, *arguments: object) -> str:
        done = run_script(SCRIPTS / name, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run_ours


def same(a: fk.Blobs, b: fk.Blobs) -> bool:
    return list(a) == list(b) and all(
        np.array_equal(x, y) for name in a for x, y in zip(a[name], b[name], strict=True)
    )


def test_fcn_surgery(run: Any, tmp_path: Path) -> None:
    (tmp_path / "a.prototxt").write_text(CLASSIFIER)
    (tmp_path / "fcn.prototxt").write_text(FCN)
    old = fk.load_net(CLASSIFIER).fill(seed=1)
    old.save(tmp_path / "a.caffemodel")
    said = run("fcn_surgery.py", "a.prototxt", "a.caffemodel", "fcn.prototxt", "fcn.caffemodel")
    new = fk.load(tmp_path / "fcn.caffemodel")
    assert np.array_equal(new["conv1"][0], old["conv1"].weight)
    assert np.array_equal(new["fc6"][0].reshape(5, -1), old["fc6"].weight)
    assert "leaving fc7 0" in said  # 6 classes there, 3 here
    tent = np.outer([0.25, 0.75, 0.75, 0.25], [0.25, 0.75, 0.75, 0.25])
    wanted = np.zeros((3, 3, 4, 4))
    wanted[range(3), range(3)] = tent
    assert np.array_equal(new["upscore"][0], wanted)


def test_fc_to_conv(run: Any, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    text = LENET.read_text().replace("dim: 64", "dim: 1", 1)
    text = text[: text.index("layer {", text.index('top: "ip2"'))]
    (tmp_path / "fc.prototxt").write_text(text)
    conv = text
    for name, size in (("ip1", 4), ("ip2", 1)):
        conv = conv.replace(f'"{name}"', f'"{name}-conv"')
        start = conv.index("InnerProduct")
        conv = conv[:start] + conv[start:].replace("InnerProduct", "Convolution", 1).replace(
            "inner_product_param {", f"convolution_param {{ kernel_size: {size}", 1
        )
    (tmp_path / "conv.prototxt").write_text(conv)
    old = fk.load_net(tmp_path / "fc.prototxt").fill(seed=2)
    old.save(tmp_path / "fc.caffemodel")
    arguments = ("fc.prototxt", "fc.caffemodel", "conv.prototxt", "conv.caffemodel")
    said = run("fc_to_conv.py", *arguments).splitlines()
    new = fk.load(tmp_path / "conv.caffemodel")
    assert np.array_equal(new["ip1-conv"][0].reshape(500, 800), old["ip1"].weight)
    assert np.array_equal(new["conv2"][0], old["conv2"].weight)
    assert float(said[-2].rpartition(" ")[2]) < 1e-5
    assert said[-1] == "a larger image gives (1, 10, 8, 8)"


def test_merge_bn(run: Any, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    (tmp_path / "a.prototxt").write_text(BATCH_NORMED)
    blobs = fk.load_net(BATCH_NORMED).fill(seed=3)
    draws = np.random.default_rng(0)
    for name in ("bn1", "bn2", "scale1"):
        for array in blobs[name]:
            array[...] = draws.uniform(0.5, 2, array.shape)
    blobs.save(tmp_path / "a.caffemodel")
    said = run("merge_bn.py", "a.prototxt", "a.caffemodel", "b.prototxt", "b.caffemodel")
    merged = fk.load_net(tmp_path / "b.prototxt")
    assert [layer.type for layer in merged.layers] == [
        "Input",
        "Convolution",
        "ReLU",
        "Convolution",
    ]
    weight = blobs["conv1"].weight
    mean, variance, factor = blobs["bn1"]
    gain = blobs["scale1"][0] / np.sqrt(variance / factor + 1e-5)
    new = fk.load(tmp_path / "b.caffemodel")
    assert np.allclose(new["conv1"][0], weight * gain.reshape(-1, 1, 1, 1), rtol=1e-5)
    bias = blobs["scale1"][1] - mean / factor * gain
    assert np.allclose(new["conv1"][1], bias, rtol=1e-4, atol=1e-6)
    assert float(said.split()[-1]) < 1e-5


def test_make_densenet(run: Any, tmp_path: Path) -> None:
    said = run("make_densenet.py")
    assert said.startswith("NesterovSolver")
    net = fk.load_net(tmp_path / "solver.prototxt", phase="TRAIN")
    assert net.random_seed == 0xCAFFE
    convolutions = [layer for layer in net.layers if layer.type == "Convolution"]
    assert len(convolutions) == 1 + 3 * 3 + 2
    assert [layer.type for layer in net.layers].count("Dropout") == 3 * 3 + 2
    deploy = fk.load_net(tmp_path / "test_densenet.prototxt")
    assert not any(layer.type == "Dropout" for layer in deploy.layers)
    assert dict(net.layers[-3].tops)["InnerProduct1"] == (4, 10)
    assert same(fk.load(tmp_path / "densenet_init.caffemodel"), net.fill())


def test_make_resnet(run: Any, tmp_path: Path) -> None:
    said = run("make_resnet.py", "-n", 1, "--seed", 7)
    assert said.splitlines() == ["ResNet8: 11 layers with weights", "['prob'] (100, 10)"]
    net = fk.load_net(tmp_path / "resnet_train.prototxt", phase="TRAIN")
    assert net.name == "ResNet8"
    shapes = {name: shape for layer in net.layers for name, shape in layer.tops}
    assert shapes["res3_0"] == (128, 64, 8, 8)
    assert same(fk.load(tmp_path / "resnet_init.caffemodel"), net.fill(seed=7))
    deploy = fk.load_net(tmp_path / "resnet_deploy.prototxt")
    assert deploy.outputs == ("prob",)


def test_make_ssd(run: Any, tmp_path: Path) -> None:
    said = run("make_ssd.py")
    assert "mbox_priorbox (1, 2, 22528)" in said
    net = fk.load_net(tmp_path / "train.prototxt", phase="TRAIN")
    assert net.name == "SSD_64_train"
    blobs, saved = net.fill(seed=1701), fk.load(tmp_path / "ssd_init.caffemodel")
    name = "conv3_2_norm_mbox_conf"
    assert np.array_equal(saved[name][0], blobs[name].weight)
    bias = saved[name][1].reshape(-1, 21)
    assert np.allclose(bias[:, 0], np.log(60))
    assert not bias[:, 1:].any()
    assert (saved["conv3_2_norm"][0] == 20).all()


def test_weights_npz_there_and_back(run: Any, tmp_path: Path) -> None:
    blobs = fk.load_net(LENET).fill(seed=4)
    blobs.save(tmp_path / "a.caffemodel")
    said = run("weights_npz.py", "dump", LENET, "a.caffemodel", "a.npz")
    assert said == "8 arrays, 431080 values\n"
    arrays = np.load(tmp_path / "a.npz")
    assert np.array_equal(arrays["conv1:0"], blobs["conv1"].weight)
    run("weights_npz.py", "load", LENET, "a.npz", "b.caffemodel")
    assert same(fk.load(tmp_path / "b.caffemodel"), blobs)


def test_mean_to_npy(run: Any, tmp_path: Path) -> None:
    mean = np.arange(24, dtype=np.float32).reshape(1, 2, 3, 4)
    proto = BlobProto(num=1, channels=2, height=3, width=4, data=mean.ravel())
    (tmp_path / "mean.binaryproto").write_bytes(proto.SerializeToString())
    said = run("mean_to_npy.py", "mean.binaryproto", "mean.npy")
    assert said.startswith("mean image (2, 3, 4) mean pixel [ 5.5 17.5]")
    assert np.array_equal(np.load(tmp_path / "mean.npy"), mean[0])


@pytest.mark.parametrize(
    ("net", "layer", "size", "mode"),
    [(LENET, "conv1", (120, 120), "L"), (None, "conv1", (32, 32), "RGB")],
)
def test_show_filters(
    run: Any, tmp_path: Path, net: Path | None, layer: str, size: tuple[int, int], mode: str
) -> None:
    image = pytest.importorskip("PIL.Image")
    if net is None:
        net = tmp_path / "a.prototxt"
        net.write_text(CLASSIFIER)
    fk.load_net(net).save(tmp_path / "a.caffemodel", seed=5)
    run("show_filters.py", net, "a.caffemodel", layer, "filters.png")
    with image.open(tmp_path / "filters.png") as picture:
        assert (picture.size, picture.mode) == (size, mode)
        assert picture.getextrema() in ((0, 255), ((0, 255),) * 3) or mode == "RGB"


def test_compare_models(run_script: RunScript, tmp_path: Path) -> None:
    blobs = fk.load_net(LENET).fill(seed=6)
    blobs.save(tmp_path / "a.caffemodel")
    blobs["ip1"].weight[0, :3] += 0.5
    blobs.save(tmp_path / "b.caffemodel")
    script = SCRIPTS / "compare_models.py"
    done = run_script(script, LENET, "a.caffemodel", "a.caffemodel")
    assert (done.returncode, done.stdout) == (0, "0 differences\n")
    done = run_script(script, LENET, "a.caffemodel", "b.caffemodel")
    assert done.returncode == 1
    words = " ".join(done.stdout.split())
    assert words == "ip1 0: 3 of 400000 values, by up to 0.5 1 differences"
    done = run_script(script, LENET, "a.caffemodel", "b.caffemodel", "--tolerance", 0.6)
    assert done.returncode == 0
