"""Images and labels put together into a batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

from fillerkit.errors import LayerError
from fillerkit.layers.shapes import shown
from fillerkit.schema.forks_pb2 import LayerParameter
from fillerkit.sources.example import Example

Values = NDArray[np.float32]
Batch = dict[str, Values]
"""By top."""


def stack(
    layer: LayerParameter,
    examples: Iterable[Example],
    size: int,
    transform: Callable[[Example], Values],
) -> Batch:
    """A batch of so many examples; all have to have the shape of the first."""
    images, labels = np.empty((0,), np.float32), np.empty((size,), np.float32)
    for at, example in enumerate(examples):
        values = transform(example)
        if not at:
            images = np.empty((size, *values.shape), np.float32)
        if values.shape != images.shape[1:]:
            raise LayerError(
                f"{example.where} is {shown(values.shape)} (channels x height x width), but the "
                f"first image of its batch {shown(images.shape[1:])}: give a crop_size, or a "
                "batch_size of 1",
                field="transform_param.crop_size",
            )
        images[at], labels[at] = values, example.label
    return dict(zip(layer.top, (images, labels), strict=False))
