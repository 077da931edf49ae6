"""What becomes of an image before it is in a batch: crop, mirror, mean and scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fillerkit.errors import LayerError
from fillerkit.layers.shapes import shown
from fillerkit.random.draws import numbers
from fillerkit.schema.forks_pb2 import TRAIN, LayerParameter
from fillerkit.sources.example import Example
from fillerkit.sources.found import cropped
from fillerkit.sources.mean_file import read_mean

Values = NDArray[np.float32]


class Transformer:
    """The transformer of one layer, with the engine of its crops and mirrors."""

    def __init__(self, layer: LayerParameter, seed: int) -> None:
        self._layer = layer
        self._draws = numbers(seed)
        self._mean: Values | None = None
        self._channels = 0

    def __call__(self, example: Example) -> Values:
        """Its values, (channels, height, width), as the net takes them."""
        transform, shape = self._layer.transform_param, example.values.shape
        channels, high, wide = cropped(self._layer, shape, example.where)
        mirrored = transform.mirror and self._below(2)
        down, along = self._corner(shape[1] - high, shape[2] - wide)
        rows, columns = slice(down, down + high), slice(along, along + wide)
        values = example.values[:, rows, columns].astype(np.float32)
        mean = self._mean_of(example, channels)
        with np.errstate(all="ignore"):  # what is no number or infinite is no news, as in C
            if mean is not None:
                values -= mean if mean.shape[1:] == (1, 1) else mean[:, rows, columns]
            values *= np.float32(transform.scale)
        return values[:, :, ::-1] if mirrored else values

    def _corner(self, high: int, wide: int) -> tuple[int, int]:
        """Where a crop begins that leaves so many rows and columns: anywhere while training."""
        if not self._layer.transform_param.crop_size:
            return 0, 0
        if self._layer.phase == TRAIN:
            return self._below(high + 1), self._below(wide + 1)
        return high // 2, wide // 2

    def _below(self, count: int) -> int:
        return next(self._draws) % count

    def _mean_of(self, example: Example, channels: int) -> Values | None:
        """The mean, read for the first image and for one of another number of channels."""
        if channels != self._channels:
            self._mean = read_mean(self._layer, channels, example.where)
            self._channels = channels
        shape, mean = example.values.shape, self._mean
        of_a_file = self._layer.transform_param.HasField("mean_file")
        if of_a_file and mean is not None and mean.shape != shape:
            raise LayerError(
                f"its mean_file is {shown(mean.shape)}, but {example.where} is {shown(shape)} "
                "(channels x height x width)",
                field="transform_param.mean_file",
            )
        return mean
