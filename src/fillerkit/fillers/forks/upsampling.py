"""Kernels of forks that Deconvolutions enlarge with."""

from __future__ import annotations

from math import ceil

import numpy as np

from fillerkit.fillers.distributions import Values, Whole
from fillerkit.fillers.kernels import everywhere, kernel_side
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("bilinear_3D", reads=())
def bilinear_3d(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    """The kernel of trilinear interpolation, everywhere; for Deconvolutions of volumes.

    It is what bilinear_upsampling is for images, on 5 axes (yulequan/3D-Caffe, branch 3D-Caffe,
    include/caffe/filler.hpp).
    """
    ramp = _ramp(kernel_side("bilinear_3D", shape, axes=5))
    kernel = np.outer(ramp, ramp) * ramp[:, None, None]
    return everywhere(kernel.astype(dtype), f"trilinear kernel {len(ramp)}x{len(ramp)}x{len(ramp)}")


@filler("bilinear_upsampling", reads=())
def bilinear_upsampling(
    spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]
) -> Whole:
    """The kernel of bilinear interpolation with the center that forks before 2018 give it.

    With f = ceil(k / 2) and c = (2 f - 1 - f % 2) / (2 f), all in float32, the value at (y, x) is
    (1 - |y / f - c|) (1 - |x / f - c|): bilinear's for k = 4, 8, 16, ... and 1, 5, 9, ..., else
    moved by half a step (weiliu89/caffe, branch fcn, include/caffe/filler.hpp).
    """
    ramp = _ramp(kernel_side("bilinear_upsampling", shape))
    return everywhere(
        np.outer(ramp, ramp).astype(dtype), f"bilinear kernel {len(ramp)}x{len(ramp)}"
    )


@filler("bilinearstatic", reads=())
def bilinear_static(
    spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]
) -> Whole:
    """The kernel of bilinear_upsampling, with the last steps in float64; of NVIDIA's Caffe.

    NVIDIA/caffe, branches caffe-0.15 to caffe-0.17, include/caffe/filler.hpp.
    """
    ramp = _ramp(kernel_side("bilinearstatic", shape), np.float64)
    return everywhere(
        np.outer(ramp, ramp).astype(dtype), f"bilinear kernel {len(ramp)}x{len(ramp)}"
    )


@filler("bicubic", reads=())
def bicubic(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    """The kernel of bicubic interpolation (a = -1/2), in every channel.

    With f = ceil(k / 4) and c = (4 f - 1 - f % 4) / (2 f), the value at (y, x) is
    h(x / f - c) h(y / f - c), where h(s) is 1.5 |s|^3 - 2.5 |s|^2 + 1 up to |s| = 1, then
    -0.5 |s|^3 + 2.5 |s|^2 - 4 |s| + 2 up to 2, then 0 (Keys 1981). From
    CMU-Perceptual-Computing-Lab/caffe_rtpose, include/caffe/filler.hpp.
    """
    side = kernel_side("bicubic", shape)
    factor = max(ceil(side / 4), 1)
    center = np.float32((4 * factor - 1 - factor % 4) / (2 * factor))
    s = np.abs(np.arange(side, dtype=np.float32) / np.float32(factor) - center).astype(np.float64)
    near = 1.5 * (s * s * s) - 2.5 * (s * s) + 1.0
    far = -0.5 * s * s * s - 5 * -0.5 * s * s + 8 * -0.5 * s - 4 * -0.5
    weight = np.where(s <= 1, near, np.where(s < 2, far, 0.0)).astype(dtype)
    return everywhere(np.outer(weight, weight), f"bicubic kernel {side}x{side}")


@filler("nearest", reads=())
def nearest(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    """1 everywhere: a Deconvolution whose stride is its kernel then repeats every pixel.

    MVIG-SJTU/RMPE and TuringKi/caffe-windows, include/caffe/filler.hpp.
    """
    side = kernel_side("nearest", shape)
    return everywhere(np.ones((side, side), dtype), f"nearest kernel {side}x{side}")


def _ramp(side: int, last: type[np.floating] = np.float32) -> Values:
    """How a value falls off from the center of a linear kernel; the difference from 1 in `last`."""
    factor = max(ceil(side / 2), 1)
    center = np.float32((2 * factor - 1 - factor % 2) / (2 * factor))
    away = np.arange(side, dtype=np.float32) / np.float32(factor) - center
    ramp: Values = last(1) - np.abs(away).astype(last)
    return ramp
