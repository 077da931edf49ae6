"""A net that classifies windows of images."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

import numpy as np

from fillerkit.pycaffe.classifier import transformer_of
from fillerkit.pycaffe.net import Net
from fillerkit.python_layers.blob import Floats

Window = Sequence[int]
"""Top, left, bottom, right."""


class Detector(Net):
    """A net of phase TEST whose one input gets windows of images.

    Parameters
    ----------
    model_file, pretrained_file
        The prototxt and the weights.
    mean, input_scale, raw_scale, channel_swap
        As of `fillerkit.pycaffe.io.Transformer`.
    context_pad
        How many pixels of the net's input, on each side, show what is around a window, as in R-CNN.
    """

    def __init__(
        self,
        model_file: str | os.PathLike[str],
        pretrained_file: str | os.PathLike[str],
        mean: Any = None,
        input_scale: float | None = None,
        raw_scale: float | None = None,
        channel_swap: Sequence[int] | None = None,
        context_pad: int | None = None,
    ) -> None:
        super().__init__(model_file, 1, weights=pretrained_file)
        self.transformer = transformer_of(self, mean, input_scale, raw_scale, channel_swap)
        self.configure_crop(context_pad)

    def configure_crop(self, context_pad: int | None) -> None:
        """Set how much of what is around a window is shown."""
        name = self.inputs[0]
        channels, height, width = self.blobs[name].shape[1:]
        self.crop_dims = np.array((height, width, channels))
        self.context_pad = context_pad
        if self.context_pad:
            # Where there is no image, the mean is shown, which comes to zeros.
            nothing = np.zeros((channels, height, width), np.float32)
            self.crop_mean: Floats = self.transformer.deprocess(name, nothing)

    def detect_windows(
        self, images_windows: Iterable[tuple[str, Sequence[Window]]]
    ) -> list[dict[str, Any]]:
        """Classify windows of images.

        Parameters
        ----------
        images_windows
            The file of each image, with its windows: top, left, bottom, right.

        Returns
        -------
        list of dict
            ``window``, ``prediction`` and ``filename`` of every window.
        """
        from fillerkit.pycaffe import io

        name = self.inputs[0]
        asked: list[tuple[str, Window]] = []
        batch: list[Any] = []
        for file, windows in images_windows:
            image = io.load_image(file).astype(np.float32)
            for window in windows:
                asked.append((file, window))
                batch.append(self.transformer.preprocess(name, self.crop(image, window)))
        inputs: dict[str, Any] = {name: np.stack(batch)}
        predictions = self.forward_all(**inputs)[self.outputs[0]]
        return [
            {"window": window, "prediction": prediction, "filename": file}
            for (file, window), prediction in zip(asked, predictions, strict=True)
        ]

    def detect_selective_search(self, image_fnames: Sequence[str]) -> NoReturn:
        """Not here: an error; it takes MATLAB in Caffe too."""
        raise NotImplementedError(
            "detect_selective_search needs MATLAB's selective search, which is not here: find "
            "windows otherwise and give them to detect_windows"
        )

    def crop(self, im: Floats, window: Window) -> Floats:
        """A window of an image, with what is around it if `context_pad` says so."""
        top, left, bottom, right = (round(edge) for edge in window)
        if not self.context_pad:
            return im[top:bottom, left:right]
        return self._with_context(im, (top, left, bottom, right), self.context_pad)

    def _with_context(self, im: Floats, window: Window, context_pad: int) -> Floats:
        """The window with what is around it; the mean where that is outside of the image."""
        from fillerkit.pycaffe import io

        low, high = np.array(window[:2], float), np.array(window[2:], float)
        size = float(self.crop_dims[0])
        half = (high - low + 1) / 2 * size / (size - 2 * context_pad)
        centre = low + (high - low + 1) / 2
        low, high = np.round(centre - half), np.round(centre + half)
        scale = size / (high - low + 1)
        pad = np.round(np.maximum(0, -low) * scale).astype(int)
        low = np.maximum(low, 0).astype(int)
        high = np.clip(high, 0, np.array(im.shape[:2])).astype(int)
        shown = np.round((high - low + 1) * scale).astype(int)
        shown = np.minimum(shown, self.crop_dims[:2] - pad)
        part = im[low[0] : high[0], low[1] : high[1]]  # Caffe counts its last row, and leaves it
        crop = np.array(np.broadcast_to(self.crop_mean, tuple(self.crop_dims)))
        height, width = (int(length) for length in shown)
        crop[pad[0] : pad[0] + height, pad[1] : pad[1] + width] = io.resize_image(
            part, (height, width)
        )
        return crop
