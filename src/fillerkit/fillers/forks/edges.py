"""Kernels of forks that find edges, the same for every output and input."""

from __future__ import annotations

from math import exp

import numpy as np

from fillerkit.errors import FillerError
from fillerkit.fillers.distributions import Whole
from fillerkit.fillers.kernels import everywhere, kernel_side, shown
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter

_Rows = tuple[tuple[float, ...], ...]


@filler("EdgeX", reads=())
def edge_x(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    """Half of what is below less half of what is above, in every 3x3 kernel.

    So it looks down in spite of its name. From Ravi-Garg/Unsupervised_Depth_Estimation and
    Huangying-Zhan/Depth-VO-Feat, include/caffe/filler.hpp, as the other five of this file.
    """
    return _three("EdgeX", shape, dtype, ((0, -0.5, 0), (0, 0, 0), (0, 0.5, 0)))


@filler("EdgeY", reads=())
def edge_y(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    """Half of what is to the right less half of what is to the left, in every 3x3 kernel."""
    return _three("EdgeY", shape, dtype, ((0, 0, 0), (-0.5, 0, 0.5), (0, 0, 0)))


@filler("Laplacian", reads=())
def laplacian(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    """The 3x3 Laplacian: 1/6 in the corners, 2/3 at the sides, -10/3 at the center, in float32."""
    corner, side, center = 1 / 6, 2 / 3, -10 / 3
    rows = ((corner, side, corner), (side, center, side), (corner, side, corner))
    return _three("Laplacian", shape, dtype, rows)


@filler("CentralDiff", reads=())
def central_diff(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    """1/2 at the top left and the bottom right of every 3x3 kernel; for 4 inputs.

    Depth-VO-Feat means another kernel for each input, but its code gives all of them the last one.
    """
    if shape[1:2] != (4,):
        raise FillerError(f"CentralDiff fills blobs for 4 inputs, not {shown(shape)}")
    return _three("CentralDiff", shape, dtype, ((0.5, 0, 0), (0, 0, 0), (0, 0, 0.5)))


@filler("ForwardDiff", reads=())
def forward_diff(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    """1 at the top right and -1 at the center of every 3x3 kernel.

    Depth-VO-Feat means another kernel for each input, but its code gives all of them the last one.
    """
    return _three("ForwardDiff", shape, dtype, ((0, 0, 1), (0, -1, 0), (0, 0, 0)))


@filler("LoG", reads=("std",))
def laplacian_of_gaussian(
    spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]
) -> Whole:
    """-(1 - d) exp(-d) / (pi std^4), d = (x^2 + y^2) / (2 std^2) from the center: odd kernels.

    pi is 3.1415 here.
    Parameters: std (1).
    """
    side = kernel_side("LoG", shape)
    if side % 2 == 0:
        raise FillerError(f"LoG needs a kernel of odd lengths, not that of {shown(shape)}")
    if spec.std == 0:
        raise FillerError("LoG needs a std other than 0", field="std")
    away = np.square(np.arange(side) - side // 2)
    scale = float(dtype(3.1415)) * spec.std**4
    with np.errstate(all="ignore"):  # a std near 0 makes infinite values
        distance = ((away[:, None] + away) / np.float64(2 * spec.std**2)).astype(dtype)
        # math.exp, as NumPy's of float32 differs from processor to processor.
        fading = np.array([exp(-d) for d in distance.flat]).astype(dtype).reshape(distance.shape)
        kernel = (-fading * (dtype(1) - distance)).astype(np.float64) / np.float64(scale)
        kernel = kernel.astype(dtype)
    return everywhere(kernel, f"LoG kernel {side}x{side}, std {spec.std:.4g}")


def _three(name: str, shape: tuple[int, ...], dtype: type[np.floating], rows: _Rows) -> Whole:
    if len(shape) != 4 or shape[2:] != (3, 3):
        raise FillerError(f"{name} fills blobs of 4 axes with a kernel of 3x3, not {shown(shape)}")
    return everywhere(np.array(rows, np.float32).astype(dtype), f"{name} kernel 3x3")
