"""The identity filler, of matrices and of kernels."""

from __future__ import annotations

from math import prod

import numpy as np

from fillerkit.errors import FillerError
from fillerkit.fillers.distributions import Whole
from fillerkit.fillers.gain import own_gain
from fillerkit.fillers.gaussian import gaussian
from fillerkit.fillers.kernels import ZERO, placed, shown
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter

_OF_KERNELS = ("num_groups", "value", "std", "mean", "sparse")


@filler("identity", reads=("gain", *_OF_KERNELS))
def identity(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    """A matrix with the gain on its diagonal, 0 elsewhere; of kernels, centers that pass inputs on.

    The matrix is for recurrent weights: with ReLU, a state stays as it is until it learns to
    change (Le, Jaitly & Hinton 2015). Where it is not square, inputs or units are left over; those
    units are 0. As ``torch.nn.init.eye_``; takes no draws. A ReLU passes what is positive as it
    is, so the gain does not depend on what follows. happynear/caffe-windows (square matrices) and
    C3D-v1.1 (kernels of 1x1x1) fill the same.

    A blob of 4 axes is filled as in fyu/caffe-dilation (include/caffe/filler.hpp; Yu & Koltun
    2016): outputs and inputs are split into num_groups groups, as many as inputs unless set, which
    must divide the outputs. The kernels from a group's inputs to its outputs hold, at the center
    (an even length k has k / 2), num_groups / outputs, times value if that is set. Everything else
    is 0, and takes no draws, unless std is set: then it is gaussian, with mean, std and sparse.
    Parameters: gain (1; of a matrix), num_groups, value, std, mean (0), sparse (-1).
    """
    if len(shape) == 4:
        return _of_kernels(spec, shape, dtype)
    if len(shape) != 2 and (len(shape) != 5 or prod(shape[2:]) != 1):
        raise FillerError(
            f"identity fills blobs of 2 axes or of 4, not {shown(shape)}; dirac fills kernels of "
            "any number of axes"
        )
    for field in _OF_KERNELS:
        if spec.HasField(field):
            raise FillerError(
                f"identity has {field} for blobs of 4 axes, not {shown(shape)}", field=field
            )
    factor, ones = own_gain(spec), np.arange(min(shape[:2]))
    said = f"identity {shown(shape)}, gain {factor:.4g}"
    return placed(ones * (shape[1] + 1), factor, prod(shape), said)


def _of_kernels(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    if spec.HasField("gain"):
        raise FillerError(
            f"identity has gain for matrices, not {shown(shape)}; value is for kernels",
            field="gain",
        )
    outputs, inputs, height, width = shape
    groups = spec.num_groups if spec.HasField("num_groups") else inputs
    if groups < 1 or outputs < 1 or outputs % groups:
        raise FillerError(
            f"identity's num_groups must divide the {outputs} outputs, which {groups} does not"
            + ("" if spec.HasField("num_groups") else " (unless set, it is the number of inputs)"),
            field="num_groups",
        )
    held = dtype(groups / outputs)
    if spec.HasField("value"):
        held = held * dtype(spec.value)
    each = inputs // groups
    unit = np.repeat(np.arange(outputs), each)
    channel = unit // (outputs // groups) * each + np.tile(np.arange(each), outputs)
    center = height // 2 * width + width // 2
    index = (unit * inputs + channel) * height * width + center
    base = gaussian(spec, shape, dtype) if spec.HasField("std") else ZERO
    said = f"identity {shown(shape)}, {float(held):.4g} at the centers, else {base}"
    return placed(index, held, prod(shape), said, base)
