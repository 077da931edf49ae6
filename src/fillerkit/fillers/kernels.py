"""What fillers without draws share: the shapes that they take, and values at their places."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fillerkit.errors import FillerError
from fillerkit.fillers.distributions import Constant, Gaussian, Sparse, Values, Whole

ZERO = Constant(0.0)


def shown(shape: Sequence[int]) -> str:
    """A shape as a message writes it."""
    return "x".join(map(str, shape)) or "a single value"


def kernel_side(name: str, shape: tuple[int, ...], axes: int = 4) -> int:
    """The length of a kernel that is equally long on every axis; FillerError for other blobs."""
    if len(shape) != axes or len(set(shape[2:])) > 1:
        form = "square" if axes == 4 else "cubic"
        raise FillerError(
            f"{name} fills blobs of {axes} axes with a {form} kernel, not {shown(shape)}"
        )
    return shape[-1]


def everywhere(kernel: Values, words: str) -> Whole:
    """One kernel, for every output and every input the same."""

    def repeat_kernel(values: Values) -> None:
        if kernel.size:
            values.reshape(-1, kernel.size)[...] = kernel.ravel()

    exact = kernel.astype(np.float64) if kernel.size else np.zeros(1)
    with np.errstate(invalid="ignore"):  # of infinite values, which check warns of
        mean, std = float(exact.mean()), float(exact.std())
    return Whole(ZERO, repeat_kernel, mean, std, words)


def placed(
    index: NDArray[np.intp],
    held: ArrayLike,
    count: int,
    words: str,
    base: Constant | Gaussian | Sparse = ZERO,
) -> Whole:
    """The values `held` at the flat places `index` of a blob of `count`, those of `base` elsewhere.

    Its mean and std are those of the blob: what is held is fixed.
    """
    exact = np.broadcast_to(np.asarray(held, np.float64), index.shape)

    def place(values: Values) -> None:
        values[index] = exact

    total, rest = max(count, 1), 1 - index.size / max(count, 1)
    with np.errstate(invalid="ignore"):  # of infinite values, which check warns of
        mean = rest * base.mean + float(exact.sum()) / total
        square = float(((exact - mean) ** 2).sum()) / total
    square += rest * ((base.mean - mean) ** 2 + base.std**2)
    return Whole(base, place, mean, sqrt(square), words)
