"""Modules that PyTorch exports, traces and compiles: the same values, or an error that says why."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from one_layer import GAUSSIAN, forget_messages, one_layer

import fillerkit as fk

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")
from fillerkit.running import module  # noqa: E402
from fillerkit.torch import traceable  # noqa: E402

NETS = Path(__file__).parents[2] / "sample_nets"
MAPS = (2, 4, 5, 7)
LABELS = np.array([1, 0, 2], np.float32)

# A type, its bottoms (a shape, or an array that is given), its text, its tops.
CASES: list[tuple[str, list[Any], str, int]] = [
    ("Pooling", [MAPS], "pooling_param { kernel_size: 2 stride: 2 }", 1),
    ("Pooling", [MAPS], "pooling_param { kernel_size: 2 stride: 3 pad: 1 }", 1),
    ("Pooling", [MAPS], "pooling_param { kernel_size: 3 stride: 2 pad: 1 }", 2),
    ("Pooling", [MAPS], "pooling_param { pool: AVE kernel_size: 2 stride: 2 }", 1),
    ("Pooling", [MAPS], "pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 }", 1),
    ("SPP", [MAPS], "spp_param { pyramid_height: 2 pool: AVE }", 1),
    ("Convolution", [MAPS], f"convolution_param {{ num_output: 6 kernel_size: 3 {GAUSSIAN} }}", 1),
    (
        "Deconvolution",
        [MAPS],
        f"convolution_param {{ num_output: 4 kernel_size: 4 stride: 2 group: 4 {GAUSSIAN} }}",
        1,
    ),
    ("InnerProduct", [MAPS], f"inner_product_param {{ num_output: 3 axis: 2 {GAUSSIAN} }}", 1),
    ("ArgMax", [MAPS], "argmax_param { axis: 1 top_k: 2 }", 1),
    ("Reshape", [MAPS], "reshape_param { shape { dim: [0, -1, 7] } }", 1),
    ("Accuracy", [(3, 4), LABELS], "accuracy_param { ignore_label: 0 }", 2),
]
# Those that PyTorch's own functions for them would keep from the older exporter to ONNX.
OLDER: list[tuple[str, list[Any], str, int]] = [
    ("BNLL", [MAPS], "", 1),
    ("Im2col", [MAPS], "convolution_param { kernel_size: 3 stride: 2 pad: 2 dilation: 2 }", 1),
    (
        "Convolution",
        [(1, 2, 3, 4, 3, 3)],
        f"convolution_param {{ num_output: 3 kernel_size: 2 {GAUSSIAN} }}",
        1,
    ),
    ("Pooling", [MAPS], "pooling_param { pool: STOCHASTIC kernel_size: 3 stride: 2 }", 1),
    ("SoftmaxWithLoss", [(3, 4), LABELS], "loss_param { weight_by_label_freqs: true }", 1),
    (
        "SigmoidCrossEntropyLoss",
        [(3, 1), LABELS[:, None]],
        "loss_param { ignore_label: 2 normalization: VALID }",
        1,
    ),
]
IDS = [f"{index}-{case[0]}" for index, case in enumerate(CASES)]


def small(
    kind: str, bottoms: list[Any], body: str, tops: int
) -> tuple[Any, dict[str, Any], dict[str, Any]]:
    """A module of one layer, its inputs, and what it answers."""
    rng = np.random.default_rng(7)
    arrays = [
        rng.normal(size=bottom).astype(np.float32) if isinstance(bottom, tuple) else bottom
        for bottom in bottoms
    ]
    net = fk.load_net(one_layer(kind, *(a.shape for a in arrays), body=body, tops=tops))
    running = module(net, net.fill(seed=1)).eval().requires_grad_(False)
    given = {f"b{index}": torch.from_numpy(array) for index, array in enumerate(arrays)}
    return running, given, dict(running(given))


def compare(found: dict[str, Any], expected: dict[str, Any]) -> None:
    assert list(found) == list(expected)
    for name, tensor in expected.items():
        torch.testing.assert_close(torch.as_tensor(found[name]), tensor, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_layer_runs_without_its_message(case: Any) -> None:
    running, given, expected = small(*case)
    forget_messages(running)
    compare(running(given), expected)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_an_exported_layer_answers_the_same(case: Any) -> None:
    running, given, expected = small(*case)
    compare(torch.export.export(running, (given,)).module()(given), expected)


# The plainest pooling of each method takes time, and shows less than the others.
IN_ONNX = [
    pytest.param(case, id=name, marks=[pytest.mark.long] if name[:2] in ("0-", "3-") else [])
    for name, case in zip(IDS, CASES, strict=True)
]


@pytest.mark.parametrize("dynamo", [True, False])
@pytest.mark.parametrize("case", IN_ONNX)
def test_onnx_answers_the_same(case: Any, dynamo: bool, tmp_path: Path) -> None:
    running, given, expected = small(*case)
    compare(by_onnx(running, given, list(expected), tmp_path, dynamo=dynamo), expected)


@pytest.mark.parametrize("case", OLDER, ids=[case[0] for case in OLDER])
def test_the_older_exporter_has_an_operator_for_all_that_runs(case: Any, tmp_path: Path) -> None:
    running, given, expected = small(*case)
    compare(by_onnx(running, given, list(expected), tmp_path, dynamo=False), expected)


def by_onnx(
    running: Any, given: dict[str, Any], names: list[str], folder: Path, **asked: Any
) -> dict[str, Any]:
    """What ONNX Runtime answers to a module that PyTorch exported."""
    for package in ("onnx", "onnxscript"):
        pytest.importorskip(package, reason=f"{package} is not installed")
    runtime: Any = pytest.importorskip("onnxruntime", reason="onnxruntime is not installed")
    file = folder / "net.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # PyTorch's own, of its own code
        # The older exporter takes a dict at the end for keywords.
        args = (given,) if asked["dynamo"] else (given, {})
        torch.onnx.export(
            running,
            args,
            file,
            input_names=list(given),
            output_names=names,
            verbose=False,
            **asked,
        )
    session = runtime.InferenceSession(file)
    found = session.run(
        None, {each.name: given[each.name].numpy() for each in session.get_inputs()}
    )
    return dict(zip(names, found, strict=True))


def test_the_batch_may_stay_open() -> None:
    case = CASES[4]
    running, given, _ = small(*case)
    batch = torch.export.Dim("batch", min=2, max=64)
    exported = torch.export.export(running, (given,), dynamic_shapes=({"b0": {0: batch}},))
    more = {"b0": torch.rand(5, *MAPS[1:])}
    compare(exported.module()(more), dict(running(more)))


REFUSED: list[tuple[str, list[Any], str, int]] = [
    ("Filter", [MAPS, np.array([1, 0], np.float32)], "", 1),
    (
        "ROIPooling",
        [MAPS, np.array([[0, 0, 0, 3, 2]], np.float32)],
        "roi_pooling_param { pooled_h: 2 pooled_w: 2 }",
        1,
    ),
]


def test_a_product_whose_gradient_divides_compiles_where_no_gradient_is_asked_for() -> None:
    body = "eltwise_param { operation: PROD stable_prod_grad: false }"
    running, given, expected = small("Eltwise", [(3, 4), (3, 4)], body, 1)
    compare(torch.compile(running, fullgraph=True, backend="eager")(given), expected)


def _export(running: Any, given: Any) -> None:
    torch.export.export(running, (given,))


def _trace(running: Any, given: Any) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # torch.jit.trace is deprecated
        torch.jit.trace(running, (given,), strict=False)


def _compile(running: Any, given: Any) -> None:
    torch.compile(running, fullgraph=True, backend="eager")(given)


@pytest.mark.parametrize("way", [_export, _trace, pytest.param(_compile, marks=pytest.mark.long)])
@pytest.mark.parametrize("case", REFUSED, ids=[case[0] for case in REFUSED])
def test_a_layer_that_works_from_values_is_refused_by_name(
    case: Any, way: Callable[[Any, Any], None]
) -> None:
    running, given, _ = small(*case)
    assert traceable(running.layers[-1].layer)
    with pytest.raises(Exception, match=rf"layer 'x' \({case[0]}, line 3\) cannot be traced") as e:
        way(running, given)
    assert "until=['b0', 'b1']" in str(e.value)


# A pooling that overhangs, a BatchNorm and a Scale in place, a sum of two ways.
RESIDUAL = """
    input: "data" input_dim: 1 input_dim: 3 input_dim: 12 input_dim: 12
    layer { name: "pool" type: "Pooling" bottom: "data" top: "pool"
            pooling_param { kernel_size: 3 stride: 2 } }
    layer { name: "conv" type: "Convolution" bottom: "pool" top: "conv" convolution_param {
            num_output: 3 kernel_size: 3 pad: 1 weight_filler { type: "msra" } } }
    layer { name: "bn" type: "BatchNorm" bottom: "conv" top: "conv" }
    layer { name: "scale" type: "Scale" bottom: "conv" top: "conv" scale_param { bias_term: true } }
    layer { name: "sum" type: "Eltwise" bottom: "pool" bottom: "conv" top: "sum" }
    layer { name: "relu" type: "ReLU" bottom: "sum" top: "sum" }
"""


@pytest.mark.long
@pytest.mark.parametrize(
    "text", [NETS / "lenet" / "deploy.prototxt", RESIDUAL], ids=["lenet", "sum"]
)
def test_a_net_compiles_as_one_graph(text: Path | str) -> None:
    net = fk.load_net(text, phase="TEST")
    running = module(net, net.fill(seed=1)).requires_grad_(False)
    for statistic in running.buffers():
        statistic.fill_(1)  # of 0 they divide by next to nothing
    (shape,) = (shape for given, shape in net.layers[0].tops if given in running.inputs)
    x = torch.rand(1, *shape[1:])
    compiled = torch.compile(running, fullgraph=True, backend="eager")
    compare(compiled(x), dict(running(x)))
