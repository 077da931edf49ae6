"""Gradients of the layers are those of their values, where they are in Caffe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")

Shape = tuple[int, ...]
GAUSSIAN = 'weight_filler { type: "gaussian" std: 1 } bias_filler { type: "uniform" }'
LABELS = np.array([1.0, 0.0, 2.0])
MAPS = (1, 4, 3, 4)
STATE = np.array([[[0.5, -1.0], [0.0, 2.0]]])

# A type, its bottoms (a shape to differentiate by, or an array that is given), its text, its phase.
CASES: list[tuple[str, list[Any], str]] = [
    ("Pooling", [MAPS], "pooling_param { kernel_size: 3 stride: 2 pad: 1 }"),
    ("Pooling", [MAPS], "pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 }"),
    ("Pooling", [MAPS], "pooling_param { pool: AVE kernel_size: 2 stride: 2 }"),
    ("SPP", [MAPS], "spp_param { pyramid_height: 2 }"),
    ("LRN", [MAPS], "lrn_param { local_size: 3 alpha: 0.5 }"),
    ("LRN", [MAPS], "lrn_param { local_size: 3 alpha: 0.5 norm_region: WITHIN_CHANNEL }"),
    ("MVN", [MAPS], ""),
    ("BNLL", [MAPS], ""),
    ("Swish", [MAPS], "swish_param { beta: 2 }"),
    ("Exp", [MAPS], "exp_param { base: 2 shift: 1 }"),
    ("Power", [MAPS], "power_param { power: 3 scale: 0.5 shift: 1 }"),
    ("Convolution", [MAPS], f"convolution_param {{ num_output: 2 kernel_size: 2 {GAUSSIAN} }}"),
    (
        "Convolution",
        [(1, 2, 2, 2, 3, 3)],
        f"convolution_param {{ num_output: 2 kernel_size: 2 {GAUSSIAN} }}",
    ),
    (
        "Deconvolution",
        [(1, 4, 2, 3)],
        f"convolution_param {{ num_output: 2 kernel_size: 3 group: 2 stride: 2 {GAUSSIAN} }}",
    ),
    ("Im2col", [(1, 2, 4, 5)], "convolution_param { kernel_size: 2 stride: 2 pad: 1 }"),
    (
        "InnerProduct",
        [(2, 4)],
        f"inner_product_param {{ num_output: 3 transpose: true {GAUSSIAN} }}",
    ),
    ("Scale", [MAPS, (4, 3)], "scale_param { bias_term: true }"),
    ("Bias", [MAPS], ""),
    ("PReLU", [MAPS], ""),
    ("Eltwise", [MAPS, MAPS], "eltwise_param { coeff: [2, -1] }"),
    ("Eltwise", [MAPS, MAPS], "eltwise_param { operation: PROD }"),
    ("Crop", [MAPS, np.zeros((1, 1, 2, 3))], "crop_param { offset: 1 }"),
    ("Reduction", [MAPS], "reduction_param { operation: SUMSQ axis: 2 coeff: 3 }"),
    ("LSTMUnit", [(1, 2, 3), (1, 2, 12), np.array([[1.0, 0.0]])], ""),
    (
        "LSTM",
        [(3, 2, 4), np.array([[0, 1], [1, 1], [1, 0.0]]), (2, 3), STATE, STATE],
        f"recurrent_param {{ num_output: 2 expose_hidden: true {GAUSSIAN} }}",
    ),
    (
        "RNN",
        [(3, 2, 4), np.array([[0, 1], [1, 1], [1, 0.0]]), STATE],
        f"recurrent_param {{ num_output: 2 expose_hidden: true {GAUSSIAN} }}",
    ),
    ("SoftmaxWithLoss", [(3, 4), LABELS], "loss_param { ignore_label: 0 }"),
    ("InfogainLoss", [(3, 4), LABELS, np.arange(16.0).reshape(4, 4)], ""),
    ("SigmoidCrossEntropyLoss", [(3, 4), np.eye(3, 4)], ""),
    ("HingeLoss", [(3, 4), LABELS], "hinge_loss_param { norm: L2 }"),
    ("EuclideanLoss", [(3, 4), (3, 4)], ""),
    ("ContrastiveLoss", [(3, 4), (3, 4), LABELS], "contrastive_loss_param { margin: 4 }"),
    ("Interp", [(1, 2, 3, 4)], "interp_param { zoom_factor: 2 }"),
    ("Normalize", [MAPS], "norm_param { across_spatial: false }"),
    ("Normalize", [MAPS], 'normalize_param { bp_norm: true normalize_type: "L1" }'),
    ("L2Norm", [MAPS], ""),
    ("Reorg", [(1, 4, 2, 4)], "reorg_param { stride: 2 }"),
    ("Local", [(1, 2, 3, 3)], f"local_param {{ num_output: 2 kernel_size: 2 {GAUSSIAN} }}"),
    ("SmoothL1Loss", [(3, 4), (3, 4)], "smooth_l1_loss_param { sigma: 1.5 }"),
    ("Axpy", [(1, 4), MAPS, MAPS], ""),
    (
        "ROIPooling",
        [MAPS, np.array([[0.0, 0, 0, 3, 2]])],
        "roi_pooling_param { pooled_h: 2 pooled_w: 2 }",
    ),
]
TOPS = {"LSTM": 3, "RNN": 2, "LSTMUnit": 2}


@pytest.mark.parametrize(
    ("kind", "bottoms", "body"), CASES, ids=[f"{i}-{case[0]}" for i, case in enumerate(CASES)]
)
def test_by_bottoms_and_parameters(
    build: Callable[..., Any], rng: np.random.Generator, kind: str, bottoms: Any, body: str
) -> None:
    arrays = [rng.normal(size=b) if isinstance(b, tuple) else b for b in bottoms]
    tops = TOPS.get(kind, 1)
    shapes = [array.shape for array in arrays]
    net = build(kind, *shapes, body=body, tops=tops, dtype="float64")
    given = [
        torch.tensor(array, dtype=torch.float64, requires_grad=isinstance(bottom, tuple))
        for array, bottom in zip(arrays, bottoms, strict=True)
    ]
    names = [name for name, _ in net.named_parameters()]

    def forward(*tensors: Any) -> tuple[Any, ...]:
        inputs = {f"b{i}": tensor for i, tensor in enumerate(tensors[: len(given)])}
        params = dict(zip(names, tensors[len(given) :], strict=True))
        wanted = [f"t{i}" for i in range(tops)]
        outputs = torch.func.functional_call(net, params, (inputs,), {"blobs": wanted})
        return tuple(outputs[name] for name in wanted)

    params = [param.detach().clone().requires_grad_() for _, param in net.named_parameters()]
    assert torch.autograd.gradcheck(forward, (*given, *params))


def test_of_batch_normalisation_in_training(
    build: Callable[..., Any], rng: np.random.Generator
) -> None:
    net = build("BatchNorm", (3, 2, 4), phase="TRAIN", dtype="float64")
    x = torch.tensor(rng.normal(size=(3, 2, 4)), requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: net(x)["t0"], (x,))


@pytest.mark.parametrize("kind", ["MVN", "ContrastiveLoss"])
def test_there_are_numbers_where_a_root_is_0(build: Callable[..., Any], kind: str) -> None:
    shapes = [(2, 3)] * 2 + [(2,)] if kind == "ContrastiveLoss" else [(2, 3, 1, 1)]
    net = build(kind, *shapes)
    tensors = [torch.zeros(shape, requires_grad=True) for shape in shapes]
    outputs = net({f"b{i}": tensor for i, tensor in enumerate(tensors)})
    outputs["t0"].sum().backward()
    assert torch.isfinite(tensors[0].grad).all()
