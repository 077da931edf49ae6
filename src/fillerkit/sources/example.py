"""One example of a source: an image and its label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Example:
    """An image as it is stored, before the transformer.

    Attributes
    ----------
    values : ndarray of uint8 or float32
        (channels, height, width), blue first.
    label : int
    where : str
        What it is, for messages: ``record 3 of mnist_train_lmdb``.
    """

    values: NDArray[np.uint8] | NDArray[np.float32]
    label: int
    where: str
