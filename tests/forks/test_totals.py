"""Well-known nets have as many parameters as others say: numbers that do not come from fillerkit.

Each number is held against two kinds of witness: a sum over the architecture's table, written down
here, and what somebody published: a paper, the exact total of another framework, or the size of
the released .caffemodel, which is 4 bytes a value and the text of the layers.

A total counts what is learned: weights, biases, slopes, and the factors and offsets of batch
normalization. Its statistics (means, variances, Caffe's scale factor) are blobs too, and in the
files, but not in published totals.
"""

from __future__ import annotations

import hashlib
import re
import tarfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

import fillerkit as fk

HERE = Path(__file__).parent
STATISTICS = ("mean", "variance", "scale_factor")


# What the architectures add up to.

VGG16 = (3, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512)


def conv(inputs: int, outputs: int, kernel: int = 1, *, groups: int = 1, bias: bool = True) -> int:
    return kernel * kernel * inputs // groups * outputs + bias * outputs


def norm(channels: int) -> int:
    return 2 * channels


def normed(inputs: int, outputs: int, kernel: int = 1, *, groups: int = 1) -> int:
    """A convolution without a bias, and batch normalization."""
    return conv(inputs, outputs, kernel, groups=groups, bias=False) + norm(outputs)


def convs(channels: Iterable[int], kernel: int = 3) -> int:
    return sum(conv(a, b, kernel) for a, b in pairwise(channels))


def vgg16(*last: int) -> int:
    """The convolutions, and fully connected layers of 4096, 4096 and `last`, side by side."""
    return convs(VGG16) + conv(512, 4096, 7) + conv(4096, 4096) + sum(conv(4096, n) for n in last)


def ssd300(classes: int) -> int:
    """Liu et al. 2016, figure 2: fc6 and fc7 are convolutions, and conv4_3 is scaled by channel."""
    body = convs(VGG16) + conv(512, 1024, 3) + conv(1024, 1024) + 512
    extra = sum(
        conv(inputs, outputs // 2) + conv(outputs // 2, outputs, 3)
        for inputs, outputs in [(1024, 512), (512, 256), (256, 256), (256, 256)]
    )
    boxes = [(512, 4), (1024, 6), (512, 6), (256, 6), (256, 4), (256, 4)]
    return body + extra + sum(conv(c, n * (4 + classes), 3) for c, n in boxes)


def mobilenet_ssd(classes: int) -> int:
    """Howard et al. 2017, table 1, without its last two rows; batch normalization is merged."""
    widths = (32, 64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024)
    body = conv(3, 32, 3) + sum(conv(a, a, 3, groups=a) + conv(a, b) for a, b in pairwise(widths))
    extra = sum(
        conv(inputs, outputs // 2) + conv(outputs // 2, outputs, 3)
        for inputs, outputs in [(1024, 512), (512, 256), (256, 256), (256, 128)]
    )
    boxes = [(512, 3), (1024, 6), (512, 6), (256, 6), (256, 6), (128, 6)]
    return body + extra + sum(conv(c, n * (4 + classes)) for c, n in boxes)


def region_proposals(inputs: int, anchors: int = 9) -> int:
    """Ren et al. 2015, section 3: a 3x3 convolution to 512, two scores and four sides an anchor."""
    return conv(inputs, 512, 3) + conv(512, 2 * anchors) + conv(512, 4 * anchors)


def faster_rcnn(classes: int) -> int:
    return vgg16(classes, 4 * classes) + region_proposals(512)


def resnet(
    blocks: Sequence[int], *, stem: int = 0, width: int = 64, groups: int = 1, squeeze: int = 0
) -> int:
    """He et al. 2016, table 1, without the classifier.

    `stem` is the count of what takes the place of the 7x7 convolution, and has 128 outputs;
    `width` and `groups` are those of the first 3x3 convolutions; `squeeze` is by how much Hu et al.
    2018 narrow the two 1x1 convolutions that they add to each block.
    """
    total, inputs = (stem, 128) if stem else (normed(3, 64, 7), 64)
    for stage, count in enumerate(blocks):
        inner, outputs = width * 2**stage, 256 * 2**stage
        total += normed(inputs, outputs)
        for _ in range(count):
            total += normed(inputs, inner) + normed(inner, inner, 3, groups=groups)
            total += normed(inner, outputs)
            if squeeze:
                total += conv(outputs, outputs // squeeze) + conv(outputs // squeeze, outputs)
            inputs = outputs
    return total


RESNET50, RESNET101 = (3, 4, 6, 3), (3, 4, 23, 3)


def rfcn(classes: int) -> int:
    """Dai et al. 2016, section 2: 7x7 score maps a class, and for 4 sides of object and nothing."""
    head = conv(2048, 1024) + conv(1024, 7 * 7 * classes) + conv(1024, 7 * 7 * 4 * 2)
    return resnet(RESNET101) + region_proposals(1024) + head


def pspnet101(classes: int) -> int:
    """Zhao et al. 2017, figure 3: four pooled copies of 512 channels are set beside the 2048."""
    stem = normed(3, 64, 3) + normed(64, 64, 3) + normed(64, 128, 3)
    pyramid = 4 * normed(2048, 512) + normed(2048 + 4 * 512, 512, 3)
    return resnet(RESNET101, stem=stem) + pyramid + conv(512, classes)


def pspnet_auxiliary(classes: int) -> int:
    """The second loss in training, at the end of the stage of 1024 channels."""
    return normed(1024, 256, 3) + conv(256, classes)


def segnet(classes: int) -> int:
    """Badrinarayanan et al. 2015, figure 2: VGG-16 and its mirror image, with batch norm."""
    back = VGG16[:0:-1]
    norms = sum(norm(c) for c in VGG16[1:] + back[1:])
    return convs(VGG16) + convs(back) + norms + conv(64, classes, 3)


def enet(classes: int) -> int:
    """Paszke et al. 2016, table 1, as it is in Caffe.

    Batch normalization is merged into biases, but for three; the pooled branch of a downsampling
    block has a 1x1 convolution where the paper pads channels; the PReLUs of the encoder have a
    slope for each channel, and the decoder has none.
    """

    def block(inputs: int, outputs: int, main: int, *, first: int = 1, slopes: bool = True) -> int:
        inner = outputs // 4
        total = conv(inputs, inner, first) + main + conv(inner, outputs)
        return total + slopes * (2 * inner + outputs)

    def regular(channels: int, *, slopes: bool = True) -> int:
        inner = channels // 4
        return block(channels, channels, conv(inner, inner, 3), slopes=slopes)

    def down(inputs: int, outputs: int) -> int:
        inner = outputs // 4
        return block(inputs, outputs, conv(inner, inner, 3), first=2) + conv(inputs, outputs)

    def up(inputs: int, outputs: int) -> int:
        inner = outputs // 4
        main = conv(inner, inner, 2) + norm(inner)
        return block(inputs, outputs, main, slopes=False) + conv(inputs, outputs)

    asymmetric = block(128, 128, 2 * (5 * 32 * 32 + 32))
    initial = conv(3, 13, 3) + norm(16) + 16
    encoder = down(16, 64) + 4 * regular(64)
    encoder += down(64, 128) + 2 * (6 * regular(128) + 2 * asymmetric)
    decoder = up(128, 64) + 2 * regular(64, slopes=False) + up(64, 16) + regular(16, slopes=False)
    return initial + encoder + decoder + conv(16, classes, 2)


def fires(squeezes: Iterable[int], inputs: int) -> int:
    """Iandola et al. 2016, section 3: each squeezes by a 1x1, and expands by a 1x1 and a 3x3."""
    total = 0
    for squeeze in squeezes:
        total += conv(inputs, squeeze) + conv(squeeze, 4 * squeeze) + conv(squeeze, 4 * squeeze, 3)
        inputs = 8 * squeeze
    return total


FIRES = (16, 16, 32, 32, 48, 48, 64, 64)
SQUEEZENET_1_0 = conv(3, 96, 7) + fires(FIRES, 96) + conv(512, 1000)
SQUEEZENET_1_1 = conv(3, 64, 3) + fires(FIRES, 64) + conv(512, 1000)


def shufflenet(groups: int, widths: Sequence[int], *, first_quarter: str = "made") -> int:
    """Zhang et al. 2018, table 1; the first 1x1 convolution of stage 2 has no groups.

    A unit's inner width is a quarter of its outputs. In the first unit of a stage, where some are
    its pooled input, that is a quarter of what its convolutions "made" (so in the Caffe net), or of
    the "whole" (so in pytorchcv's).
    """
    total, inputs = normed(3, 24, 3), 24
    for outputs, units in zip(widths, (4, 8, 4), strict=True):
        for unit in range(units):
            made = outputs if unit else outputs - inputs
            inner = (outputs if first_quarter == "whole" else made) // 4
            total += normed(inputs, inner, groups=1 if inputs == 24 else groups)
            total += normed(inner, inner, 3, groups=inner) + normed(inner, made, groups=groups)
            inputs = outputs
    return total + conv(inputs, 1000)


def openpose(fields: int, parts: int) -> int:
    """Cao et al. 2017, figure 3: six stages of two branches on ten layers of VGG-19."""
    total = convs((3, 64, 64, 128, 128, 256, 256, 256, 256, 512, 512, 256, 128))
    for outputs in (fields, parts):
        total += convs((128, 128, 128, 128)) + convs((128, 512, outputs), kernel=1)
        stage = convs((128 + fields + parts, 128, 128, 128, 128, 128), kernel=7)
        total += 5 * (stage + convs((128, 128, outputs), kernel=1))
    return total


# Prototxts: those in the archives, two made from such, and two written as the public ones are.


def _files(archive: Path) -> Iterator[tuple[str, str]]:
    with tarfile.open(archive) as files:
        for member in files:
            if member.name.startswith("nets/"):
                content = files.extractfile(member)
                assert content is not None
                yield member.name, content.read().decode()


FORKS = dict(_files(HERE / "forks.tar.xz"))
TOTALS = dict(_files(HERE / "totals.tar.xz"))
SE_RESNEXT50 = FORKS["nets/hujie-frank__SENet__models__SE-ResNeXt-50.prototxt.TEST.prototxt"]
OPENPOSE_MPI = TOTALS[
    "nets/CMU-Perceptual-Computing-Lab__openpose__models__pose__mpi__pose_deploy_linevec.prototxt"
]


def se_resnet50() -> str:
    """SE-ResNeXt-50 of half the width, without groups, and the strides in the first 1x1."""

    def narrowed(match: re.Match[str]) -> str:
        before, stage, block, place, outputs, between = match.groups()
        strided = (block, place) == ("1", "1x1_reduce") and stage != "2"
        return f"{before}{int(outputs) // 2}{between}    stride: {2 if strided else 1}"

    pattern = (
        r'(name: "conv(\d)_(\d)_(1x1_reduce|3x3)"\n.*?num_output: )(\d+)(.*?\n)'
        r"(?: +group: 32\n)?    stride: \d"
    )
    text = re.sub(pattern, narrowed, SE_RESNEXT50, flags=re.DOTALL)
    return text.replace("SE-ResNeXt-50 (32 x 4d)", "SE-ResNet-50")


def openpose_coco() -> str:
    """MPI's net with COCO's 38 maps of limbs, 2 a limb, and 19 maps of parts."""
    text = OPENPOSE_MPI.replace("num_output: 28\n", "num_output: 38\n")
    return text.replace("num_output: 16\n", "num_output: 19\n")


class Writer:
    """Writes a prototxt a layer at a time; each method returns the name of the top."""

    def __init__(self, size: int) -> None:
        dims = f"dim: 1 dim: 3 dim: {size} dim: {size}"
        self.text = f'input: "data" input_shape {{ {dims} }}\n'

    def layer(self, kind: str, name: str, *bottoms: str, settings: str = "") -> str:
        links = " ".join(f'bottom: "{bottom}"' for bottom in bottoms)
        self.text += f'layer {{ name: "{name}" type: "{kind}" {links} top: "{name}" {settings} }}\n'
        return name

    def relu(self, name: str, top: str) -> str:
        self.text += f'layer {{ name: "{name}" type: "ReLU" bottom: "{top}" top: "{top}" }}\n'
        return top

    def pool(self, name: str, bottom: str, settings: str = "kernel_size: 3 stride: 2") -> str:
        return self.layer("Pooling", name, bottom, settings=f"pooling_param {{ {settings} }}")

    def conv(self, name: str, bottom: str, outputs: int, kernel: int = 1, more: str = "") -> str:
        kind = "ConvolutionDepthwise" if f"group: {outputs} " in more else "Convolution"
        settings = f"num_output: {outputs} kernel_size: {kernel} {more}"
        return self.layer(kind, name, bottom, settings=f"convolution_param {{ {settings} }}")

    def normed(self, name: str, bottom: str, outputs: int, kernel: int = 1, more: str = "") -> str:
        self.conv(name, bottom, outputs, kernel, f"{more} bias_term: false")
        normalized = self.layer("BatchNorm", f"{name}_bn", name)
        return self.layer(
            "Scale", f"{name}_scale", normalized, settings="scale_param { bias_term: true }"
        )


def write_squeezenet(outputs: int, kernel: int, pools: Sequence[int]) -> str:
    """`outputs` and `kernel` of conv1; a pooling follows it, and the fire modules in `pools`."""
    net = Writer(227)
    top = net.relu("relu_conv1", net.conv("conv1", "data", outputs, kernel, "stride: 2"))
    top = net.pool("pool1", top)
    for fire, squeeze in enumerate(FIRES, start=2):
        name = f"fire{fire}"
        squeezed = net.conv(f"{name}/squeeze1x1", top, squeeze)
        net.relu(f"{name}/relu_squeeze1x1", squeezed)
        one = net.conv(f"{name}/expand1x1", squeezed, 4 * squeeze)
        three = net.conv(f"{name}/expand3x3", squeezed, 4 * squeeze, 3, "pad: 1")
        net.relu(f"{name}/relu_expand1x1", one)
        net.relu(f"{name}/relu_expand3x3", three)
        top = net.layer("Concat", f"{name}/concat", one, three)
        if fire in pools:
            top = net.pool(f"pool{fire}", top)
    top = net.relu("relu_conv10", net.conv("conv10", net.layer("Dropout", "drop9", top), 1000))
    net.layer("Softmax", "prob", net.pool("pool10", top, "pool: AVE global_pooling: true"))
    return net.text


def write_shufflenet() -> str:
    net = Writer(224)
    top = net.relu("conv1_relu", net.normed("conv1", "data", 24, 3, "pad: 1 stride: 2"))
    top = net.pool("pool1", top)
    for index, inner in enumerate([54, *[60] * 4, *[120] * 8, *[240] * 3], start=1):
        unit, first = f"resx{index}", index in (1, 5, 13)
        inside = net.normed(f"{unit}_conv1", top, inner, more="group: 3" if index > 1 else "")
        net.relu(f"{unit}_conv1_relu", inside)
        if index > 1:
            groups = "shuffle_channel_param { group: 3 }"
            inside = net.layer("ShuffleChannel", f"shuffle{index}", inside, settings=groups)
        stride = 2 if first else 1
        depthwise = f"group: {inner} pad: 1 stride: {stride}"
        inside = net.normed(f"{unit}_conv2", inside, inner, 3, depthwise)
        inside = net.normed(f"{unit}_conv3", inside, 4 * inner, more="group: 3")
        if first:
            pooled = net.pool(f"{unit}_match_conv", top, "pool: AVE kernel_size: 3 stride: 2")
            top = net.layer("Concat", f"{unit}_concat", pooled, inside)
        else:
            top = net.layer("Eltwise", f"{unit}_elewise", top, inside)
        net.relu(f"{top}_relu", top)
    net.conv("fc1000", net.pool("pool_ave", top, "pool: AVE global_pooling: true"), 1000)
    return net.text


# What is said of each net.


@dataclass(frozen=True)
class Published:
    """A number that somebody states, of the net or of a sibling of `counted` parameters."""

    number: int
    counted: int
    source: str
    within: int = 0


@dataclass(frozen=True)
class Caffemodel:
    """The size in bytes of a released file that also holds `besides` values of no layer here."""

    size: int
    source: str
    besides: int = 0


@dataclass(frozen=True)
class Known:
    """A net, where its prototxt comes from, its total, and what witnesses it."""

    net: str
    origin: str
    prototxt: str = field(repr=False)
    counts: str
    total: int
    counted: int
    published: tuple[Published, ...] = ()
    caffemodel: Caffemodel | None = None


PYTORCHCV = "pytorchcv's own test, github.com/osmr/imgclsmob, pytorch/pytorchcv/models"
TORCHVISION = "num_params in torchvision"
OPEN_MODEL_ZOO = "github.com/openvinotoolkit/open_model_zoo, models/public"
SYNOPSYS = "Git LFS in github.com/foss-for-synopsys-dwc-arc-processors/synopsys-caffe-models"
LEARNED = "weights, biases, batch normalization's factors and offsets; no statistics"
INTEL = "nets/intel__caffe__models__intel_optimized_models__"

KNOWN = [
    Known(
        net="SSD-300 VGG, VOC",
        origin="intel/caffe: models/intel_optimized_models/ssd/VGGNet/VOC0712/SSD_300x300/"
        "test.prototxt, the net of weiliu89/caffe, branch ssd",
        prototxt=TOTALS[f"{INTEL}ssd__VGGNet__VOC0712__SSD_300x300__test.prototxt"],
        counts="weights, biases, and the 512 scales of conv4_3's normalization",
        total=26_285_486,
        counted=ssd300(classes=21),
        published=(
            Published(35_641_826, ssd300(classes=91), f"{TORCHVISION}: SSD300_VGG16, COCO_V1"),
            Published(
                26_285_000, ssd300(classes=21), f"{OPEN_MODEL_ZOO}/ssd300: 26.285 MParams", 500
            ),
        ),
    ),
    Known(
        net="SSD-300 VGG, COCO",
        origin="intel/caffe: models/intel_optimized_models/ssd/VGGNet/coco/SSD_300x300/"
        "deploy.prototxt, the net of weiliu89/caffe, branch ssd",
        prototxt=FORKS[f"{INTEL}ssd__VGGNet__coco__SSD_300x300__deploy.prototxt.TRAIN.prototxt"],
        counts="weights, biases, and the 512 scales of conv4_3's normalization",
        total=34_305_206,
        counted=ssd300(classes=81),
        caffemodel=Caffemodel(
            137_233_124, f"VGG_coco_SSD_300x300_iter_400000.caffemodel, {SYNOPSYS}: ssd"
        ),
    ),
    Known(
        net="MobileNet-SSD",
        origin="chuanqi305/MobileNet-SSD: voc/MobileNetSSD_deploy.prototxt",
        prototxt=FORKS[
            "nets/chuanqi305__MobileNet-SSD__voc__MobileNetSSD_deploy.prototxt.TEST.prototxt"
        ],
        counts="weights and biases; batch normalization is merged into them",
        total=5_783_417,
        counted=mobilenet_ssd(classes=21),
        published=(
            Published(
                5_783_000,
                mobilenet_ssd(classes=21),
                f"{OPEN_MODEL_ZOO}/mobilenet-ssd: 5.783 MParams",
                within=500,
            ),
        ),
        caffemodel=Caffemodel(23_147_564, f"{OPEN_MODEL_ZOO}/mobilenet-ssd/model.yml"),
    ),
    Known(
        net="Faster R-CNN VGG16, VOC",
        origin="intel/caffe: models/intel_optimized_models/faster-rcnn/pascal_voc/VGG16/"
        "faster_rcnn_end2end/train.prototxt, the net of rbgirshick/py-faster-rcnn",
        prototxt=TOTALS[
            f"{INTEL}faster-rcnn__pascal_voc__VGG16__faster_rcnn_end2end__train.prototxt"
        ],
        counts="weights and biases",
        total=137_078_239,
        counted=faster_rcnn(classes=21),
        published=(Published(138_357_544, vgg16(1000), f"{TORCHVISION}: VGG16, IMAGENET1K_V1"),),
        caffemodel=Caffemodel(
            548_317_115, f"VGG16_faster_rcnn_final.caffemodel, {SYNOPSYS}: faster_rcnn_resnet101"
        ),
    ),
    Known(
        net="R-FCN ResNet-101, VOC",
        origin="YuwenXiong/py-R-FCN: "
        "models/pascal_voc/ResNet-101/rfcn_end2end/test_agnostic.prototxt",
        prototxt=FORKS[
            "nets/YuwenXiong__py-R-FCN__models__pascal_voc__ResNet-101__rfcn_end2end"
            "__test_agnostic.prototxt.TEST.prototxt"
        ],
        counts=LEARNED,
        total=50_801_667,
        counted=rfcn(classes=21),
        published=(
            Published(
                44_549_160,
                resnet(RESNET101) + conv(2048, 1000),
                f"{TORCHVISION}: ResNet101, IMAGENET1K_V1",
            ),
        ),
    ),
    Known(
        net="PSPNet-101, Cityscapes",
        origin="hszhao/PSPNet: evaluation/prototxt/pspnet101_cityscapes_713.prototxt",
        prototxt=FORKS[
            "nets/hszhao__PSPNet__evaluation__prototxt__pspnet101_cityscapes_713.prototxt"
            ".TEST.prototxt"
        ],
        counts=LEARNED,
        total=65_707_475,
        counted=pspnet101(classes=19),
        published=(
            Published(
                65_707_475,
                pspnet101(classes=19),
                f"{PYTORCHCV}/pspnet.py: pspnet_resnetd101b_cityscapes, not aux",
            ),
            Published(
                68_072_166,
                pspnet101(classes=19) + pspnet_auxiliary(classes=19),
                f"{PYTORCHCV}/pspnet.py: pspnet_resnetd101b_cityscapes, aux",
            ),
        ),
        caffemodel=Caffemodel(
            272_790_584,
            f"pspnet101_cityscapes.caffemodel, {SYNOPSYS}: pspnet",
            # The second loss of training, and 256 means and variances.
            besides=pspnet_auxiliary(classes=19) + 2 * 256,
        ),
    ),
    Known(
        net="SegNet, Pascal VOC",
        origin="alexgkendall/SegNet-Tutorial: Example_Models/segnet_pascal.prototxt",
        prototxt=FORKS[
            "nets/alexgkendall__SegNet-Tutorial__Example_Models__segnet_pascal.prototxt"
            ".TEST.prototxt"
        ],
        counts="all blobs: weights, biases, and BN's scales and shifts; it has no statistics",
        total=29_455_125,
        counted=segnet(classes=21),
        published=(
            Published(29_453_971, segnet(classes=19), f"{PYTORCHCV}/segnet.py: segnet_cityscapes"),
            Published(
                29_460_000,
                segnet(classes=21),
                "Paszke et al. 2016, arXiv:1606.02147, hardware requirements: SegNet 29.46M",
                within=5_000,
            ),
        ),
        caffemodel=Caffemodel(117_830_600, f"segnet_pascal.caffemodel, {SYNOPSYS}: segnet"),
    ),
    Known(
        net="ENet, Cityscapes",
        origin="TimoSaemann/ENet: prototxts/enet_deploy_final.prototxt",
        prototxt=FORKS[
            "nets/TimoSaemann__ENet__prototxts__enet_deploy_final.prototxt.TEST.prototxt"
        ],
        counts="all blobs: weights, biases (most of batch normalization is in them), slopes, and "
        "BN's scales and shifts",
        total=367_687,
        counted=enet(classes=19),
        published=(
            Published(
                370_000,
                enet(classes=19),
                "Paszke et al. 2016, arXiv:1606.02147, hardware requirements: ENet 0.37M",
                within=5_000,
            ),
        ),
    ),
    Known(
        net="SqueezeNet 1.0",
        origin="DeepScale/SqueezeNet: SqueezeNet_v1.0/train_val.prototxt",
        prototxt=TOTALS["nets/DeepScale__SqueezeNet__SqueezeNet_v1.0__train_val.prototxt"],
        counts="weights and biases",
        total=1_248_424,
        counted=SQUEEZENET_1_0,
        published=(Published(1_248_424, SQUEEZENET_1_0, f"{TORCHVISION}: SqueezeNet1_0"),),
        caffemodel=Caffemodel(5_001_403, f"{OPEN_MODEL_ZOO}/squeezenet1.0/model.yml"),
    ),
    Known(
        net="SqueezeNet 1.1",
        origin="written here, as DeepScale/SqueezeNet: SqueezeNet_v1.1/deploy.prototxt",
        prototxt=write_squeezenet(64, 3, pools=(3, 5)),
        counts="weights and biases",
        total=1_235_496,
        counted=SQUEEZENET_1_1,
        published=(Published(1_235_496, SQUEEZENET_1_1, f"{TORCHVISION}: SqueezeNet1_1"),),
        caffemodel=Caffemodel(4_950_080, f"{OPEN_MODEL_ZOO}/squeezenet1.1/model.yml"),
    ),
    Known(
        net="ShuffleNet 1x, 3 groups",
        origin="written here, as farmingyard/ShuffleNet: shufflenet_1x_g3_deploy.prototxt",
        prototxt=write_shufflenet(),
        counts=LEARNED,
        total=1_814_734,
        counted=shufflenet(3, (240, 480, 960)),
        published=(
            Published(
                1_865_728,
                shufflenet(3, (240, 480, 960), first_quarter="whole"),
                f"{PYTORCHCV}/shufflenet.py: shufflenet_g3_w1",
            ),
            Published(
                1_733_848,
                shufflenet(2, (200, 400, 800), first_quarter="whole"),
                f"{PYTORCHCV}/shufflenet.py: shufflenet_g2_w1",
            ),
        ),
    ),
    Known(
        net="SE-ResNet-50",
        origin="hujie-frank/SENet: models/SE-ResNet-50.prototxt, made from SE-ResNeXt-50's",
        prototxt=se_resnet50(),
        counts=LEARNED,
        total=28_088_024,
        counted=resnet(RESNET50, squeeze=16) + conv(2048, 1000),
        published=(
            Published(
                28_088_024,
                resnet(RESNET50, squeeze=16) + conv(2048, 1000),
                f"{PYTORCHCV}/seresnet.py: seresnet50",
            ),
        ),
        caffemodel=Caffemodel(112_602_669, f"{OPEN_MODEL_ZOO}/se-resnet-50/model.yml"),
    ),
    Known(
        net="SE-ResNeXt-50",
        origin="hujie-frank/SENet: models/SE-ResNeXt-50.prototxt",
        prototxt=SE_RESNEXT50,
        counts=LEARNED,
        total=27_559_896,
        counted=resnet(RESNET50, width=128, groups=32, squeeze=16) + conv(2048, 1000),
        published=(
            Published(
                27_559_896,
                resnet(RESNET50, width=128, groups=32, squeeze=16) + conv(2048, 1000),
                f"{PYTORCHCV}/seresnext.py: seresnext50_32x4d",
            ),
        ),
    ),
    Known(
        net="OpenPose, COCO",
        origin="CMU-Perceptual-Computing-Lab/openpose: models/pose/coco/pose_deploy_linevec."
        "prototxt, made from mpi/pose_deploy_linevec.prototxt",
        prototxt=openpose_coco(),
        counts="weights and biases",
        total=52_311_446,
        counted=openpose(fields=38, parts=19),
        caffemodel=Caffemodel(209_274_056, f"pose_iter_440000.caffemodel, {SYNOPSYS}: openpose"),
    ),
]


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known.net)
def test_a_known_net_has_as_many_parameters_as_others_say(known: Known) -> None:
    net = fk.load_net(known.prototxt, phase="TEST")
    params = [param for layer in net.layers for param in layer.params if param.owner is None]
    learned = sum(param.count for param in params if param.name not in STATISTICS)
    assert learned == known.total == known.counted
    for said in known.published:
        assert abs(said.counted - said.number) <= said.within, said.source
    if known.caffemodel is not None:
        described = known.caffemodel.size - 4 * (net.count + known.caffemodel.besides)
        assert 0 < described < 200 * len(net.layers), known.caffemodel.source


def test_the_se_resnet50_made_here_is_the_public_file_to_the_byte() -> None:
    # Of 49,272 bytes; the checksum is Open Model Zoo's, models/public/se-resnet-50/model.yml.
    assert hashlib.sha384(se_resnet50().encode()).hexdigest() == (
        "7110ff9a57008b8487f05e678ee3510bbf9b550f461f714c0a829dfb6a3503fc"
        "5935d676078d7e353668561d23ec213a"
    )


def test_the_squeezenet_written_here_has_the_blobs_of_the_public_one() -> None:
    known = next(known for known in KNOWN if known.net == "SqueezeNet 1.0")
    ours, theirs = (
        {
            layer.name: [param.shape for param in layer.params]
            for layer in net.layers
            if layer.params
        }
        for net in (
            fk.load_net(write_squeezenet(96, 7, pools=(4, 8)), phase="TEST"),
            fk.load_net(known.prototxt, phase="TEST"),
        )
    )
    assert ours == theirs
