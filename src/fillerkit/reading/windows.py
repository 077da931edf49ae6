"""WindowData: windows of images, chosen at random, so many of the background in each batch."""

from __future__ import annotations

from collections.abc import Generator
from functools import partial
from io import BytesIO
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from fillerkit.errors import LayerError
from fillerkit.layers.shapes import positive
from fillerkit.random.draws import numbers
from fillerkit.reading.seeds import Seeds
from fillerkit.reading.stack import Batch
from fillerkit.reading.warp import Place, place
from fillerkit.schema.forks_pb2 import LayerParameter
from fillerkit.sources.mean_file import read_mean
from fillerkit.sources.paths import opened
from fillerkit.sources.picture import read_pixels
from fillerkit.sources.resize import resize
from fillerkit.sources.windows import Listed, Window, read_images, windows_of

_FIELD = "window_data_param.source"


def batches(layer: LayerParameter, seeds: Seeds) -> Generator[Batch, None, None]:
    """Batch after batch, without end."""
    sampler = _Sampler(layer, seeds)
    while True:
        yield sampler.batch()


class _Sampler:
    """The windows of a file, the engine that chooses among them, and images that are kept."""

    def __init__(self, layer: LayerParameter, seeds: Seeds) -> None:
        p = layer.window_data_param
        self._layer = layer
        self._size = positive(p.batch_size, "window_data_param.batch_size")
        self._draws = numbers(seeds.order)
        self._images = read_images(p.source)
        self._background, self._objects = self._sorted()
        self._channels = self._images[-1].channels
        self._mean = read_mean(layer, self._channels, f"the window file {p.source}")
        self._kept: dict[str, bytes] = {}

    def _sorted(self) -> tuple[list[Window], list[Window]]:
        """The windows of the background, whose label is 0, and those of objects."""
        p = self._layer.window_data_param
        background, objects = [], []
        for window in chain.from_iterable(map(partial(windows_of, p.source), self._images)):
            if window.overlap >= p.fg_threshold:
                objects.append(window)
            elif window.overlap < p.bg_threshold:
                background.append(window._replace(label=0))
        for what, windows in (("background", background), ("objects", objects)):
            if not windows:
                raise LayerError(
                    f"its source '{p.source}' has no windows of {what}: fg_threshold is "
                    f"{p.fg_threshold:g}, bg_threshold {p.bg_threshold:g}",
                    field=_FIELD,
                )
        return background, objects

    def batch(self) -> Batch:
        """The next batch: first windows of the background, then of objects."""
        size, crop = self._size, self._layer.transform_param.crop_size
        images = np.zeros((size, self._channels, crop, crop), np.float32)
        labels = np.zeros((size,), np.float32)
        fraction = np.float32(self._layer.window_data_param.fg_fraction)
        objects = int(np.float32(size) * fraction)
        for at in range(size):
            windows = self._background if at < size - objects else self._objects
            window = windows[next(self._draws) % len(windows)]
            mirrored = bool(self._layer.transform_param.mirror and next(self._draws) % 2)
            self._fill(images[at], window, mirrored)
            labels[at] = window.label
        return dict(zip(self._layer.top, (images, labels), strict=True))

    def _fill(self, out: NDArray[np.float32], window: Window, mirrored: bool) -> None:
        """Put one window into a batch: warped, less the mean, times the scale."""
        p, where = self._layer.window_data_param, self._where(window)
        pixels = self._pixels(window, where)
        if len(pixels) != len(out):
            raise LayerError(
                f"{where} has {len(pixels)} channels, but its source says {len(out)}", field=_FIELD
            )
        at: Place = place(window, pixels.shape[1:], out.shape[-1], p, mirrored, where)
        warped = resize(pixels[:, at.rows, at.columns], at.height, at.width)
        values = (warped[:, :, ::-1] if mirrored else warped).astype(np.float32)
        rows, columns = slice(at.top, at.top + at.height), slice(at.left, at.left + at.width)
        if self._mean is not None:
            values -= self._mean_at(rows, columns, out.shape[-1])
        # Caffe 1.0 does not heed transform_param's scale here, only the layer's own old field.
        out[:, rows, columns] = values * np.float32(p.scale)

    def _mean_at(self, rows: slice, columns: slice, crop: int) -> NDArray[np.float32]:
        """The middle of a mean file, or one value a channel."""
        mean = self._mean
        assert mean is not None
        if not self._layer.transform_param.HasField("mean_file"):
            return mean
        high, wide = mean.shape[1:]
        if len(mean) != self._channels or min(high, wide) < crop or high < wide:
            raise LayerError(
                f"its mean_file is {len(mean)}x{high}x{wide} (channels x height x width): windows "
                f"need {self._channels} channels and {crop}x{crop} or more",
                field="transform_param.mean_file",
            )
        off = (wide - crop) // 2
        return mean[:, rows.start + off : rows.stop + off, columns.start + off : columns.stop + off]

    def _image(self, window: Window) -> Listed:
        """The image of a window: Caffe takes what is at that place of the file."""
        if not 0 <= window.image < len(self._images):
            raise LayerError(
                f"its source '{self._layer.window_data_param.source}' has a window in image "
                f"{window.image}, but lists {len(self._images)}, counted from 0",
                field=_FIELD,
            )
        return self._images[window.image]

    def _where(self, window: Window) -> str:
        p = self._layer.window_data_param
        return f"{p.root_folder}{self._image(window).path}, image {window.image} of {p.source}"

    def _pixels(self, window: Window, where: str) -> NDArray[np.uint8]:
        p = self._layer.window_data_param
        path = p.root_folder + self._image(window).path
        data = self._kept.get(path)
        if data is None:
            with opened(path, where, _FIELD) as file:
                data = file.read()
        if p.cache_images:
            self._kept[path] = data
        return read_pixels(self._layer, BytesIO(data), where, _FIELD, 3)
