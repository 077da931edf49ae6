"""What the tests of weight files share: a small net, comparisons, and LeNet in plain NumPy."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

import fillerkit as fk
from fillerkit import formats

SAMPLE_NETS = Path(__file__).parents[2] / "sample_nets"
LENET = SAMPLE_NETS / "lenet" / "deploy.prototxt"

# Two layers that share a weight.
SHARED = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 4] } } }
layer { name: "a" type: "InnerProduct" bottom: "data" top: "a" param { name: "w" }
        inner_product_param { num_output: 4 bias_term: false weight_filler { type: "xavier" } } }
layer { name: "b" type: "InnerProduct" bottom: "data" top: "b" param { name: "w" }
        inner_product_param { num_output: 4 bias_term: false weight_filler { type: "xavier" } } }
"""

# A slash in a name, a shared weight, a Split, a BatchNorm, layers without blobs.
SMALL = """
name: "small"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 2 dim: 6 } } }
layer { name: "a/b" type: "InnerProduct" bottom: "data" top: "a" param { name: "w" }
        inner_product_param { num_output: 6 weight_filler { type: "xavier" } } }
layer { name: "c" type: "InnerProduct" bottom: "a" top: "c" param { name: "w" }
        inner_product_param { num_output: 6 weight_filler { type: "msra" }
                              bias_filler { type: "uniform" } } }
layer { name: "relu" type: "ReLU" bottom: "c" top: "c" }
layer { name: "bn" type: "BatchNorm" bottom: "c" top: "bn" }
layer { name: "sum" type: "Eltwise" bottom: "c" bottom: "bn" top: "sum" }
"""

LIBRARIES = {"h5": "h5py", "safetensors": "safetensors", "pt": "torch"}


def installed(*suffixes: str) -> list[str]:
    """Those of some formats whose library is there; CI tries further Pythons without them."""
    return [suffix for suffix in suffixes if find_spec(LIBRARIES.get(suffix, "numpy"))]


FORMATS = installed(*formats.FORMATS)


def small_blobs(seed: int = 5, dtype: str = "float32") -> fk.Blobs:
    return fk.load_net(SMALL).fill(seed=seed, dtype=dtype)


def bits(blobs: fk.Blobs) -> dict[str, list[tuple[tuple[int, ...], str, bytes]]]:
    """Every blob's shape, type and bytes, by layer."""
    return {
        layer: [(array.shape, array.dtype.name, array.tobytes()) for array in arrays]
        for layer, arrays in blobs.items()
    }


def names(blobs: fk.Blobs) -> dict[str, tuple[str, ...]]:
    return {layer: arrays.names for layer, arrays in blobs.items()}


def blobs_of(arrays: dict[tuple[str, int], np.ndarray[Any, Any]], model: object = None) -> fk.Blobs:
    """Blobs without names that share nothing."""
    owned = {key: ("", array) for key, array in arrays.items()}
    return fk.Blobs(owned, {}, {}, model=model)  # type: ignore[arg-type]


def changed(
    blobs: fk.Blobs, change: Callable[[str, np.ndarray[Any, Any]], np.ndarray[Any, Any]]
) -> fk.Blobs:
    """The same net's blobs with other values: each as `change` makes it, given its name."""
    owned = {(layer, i): (name, change(name, array)) for layer, i, name, array, _ in blobs.owned()}
    aliases = {(layer, i): shared for layer, i, _, _, shared in blobs.owned()}
    return fk.Blobs(owned, aliases, blobs.origin, blobs.starts, blobs.model)


def lenet(blobs: fk.Blobs, images: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """What LeNet makes of images (N x 1 x 28 x 28), in float64."""
    x = _pool(_convolve(images.astype(np.float64), *blobs["conv1"]))
    x = _pool(_convolve(x, *blobs["conv2"]))
    x = x.reshape(len(x), -1) @ blobs["ip1"].weight.T + blobs["ip1"].bias
    scores = np.maximum(x, 0) @ blobs["ip2"].weight.T + blobs["ip2"].bias
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    out: np.ndarray[Any, Any] = powers / powers.sum(axis=1, keepdims=True)
    return out


def _convolve(
    x: np.ndarray[Any, Any], weight: np.ndarray[Any, Any], bias: np.ndarray[Any, Any]
) -> np.ndarray[Any, Any]:
    windows = sliding_window_view(x, weight.shape[2:], axis=(2, 3))
    out: np.ndarray[Any, Any] = np.einsum("nchwij,ocij->nohw", windows, weight, optimize=True)
    out += bias[:, None, None]
    return out


def _pool(x: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    n, c, h, w = x.shape
    out: np.ndarray[Any, Any] = x.reshape(n, c, h // 2, 2, w // 2, 2).max(axis=(3, 5))
    return out


def child(code: str, *arguments: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run Python code in a process of its own."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, capture_output=True, text=True, env=environment, **options)


def same(ours: fk.LayerBlobs, theirs: fk.LayerBlobs) -> bool:
    """Whether two layers have the same blobs."""
    return all(np.array_equal(a, b) for a, b in zip(ours, theirs, strict=True))
