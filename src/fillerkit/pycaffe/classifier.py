"""A net that says which class an image is of."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

import numpy as np

from fillerkit.pycaffe.net import Net
from fillerkit.python_layers.blob import Floats

_CROPS = 10
"""What oversampling makes of an image: four corners and the centre, and all of them mirrored."""


class Classifier(Net):
    """A net of phase TEST with one image as its input, and what prepares the images.

    Parameters
    ----------
    model_file, pretrained_file
        The prototxt and the weights.
    image_dims
        Height and width that images are scaled to before they are cropped; the net's own input
        unless given.
    mean, input_scale, raw_scale, channel_swap
        As of `fillerkit.pycaffe.io.Transformer`.
    """

    def __init__(
        self,
        model_file: str | os.PathLike[str],
        pretrained_file: str | os.PathLike[str],
        image_dims: Sequence[int] | None = None,
        mean: Any = None,
        input_scale: float | None = None,
        raw_scale: float | None = None,
        channel_swap: Sequence[int] | None = None,
    ) -> None:
        super().__init__(model_file, 1, weights=pretrained_file)
        self.transformer = transformer_of(self, mean, input_scale, raw_scale, channel_swap)
        self.crop_dims = np.array(self.blobs[self.inputs[0]].shape[2:])
        self.image_dims = self.crop_dims if image_dims is None else image_dims

    def predict(self, inputs: Sequence[Any], oversample: bool = True) -> Floats:
        """The probabilities of the classes for each image.

        Parameters
        ----------
        inputs
            Images, height x width x channels.
        oversample
            Take the mean over ten crops of each image; else the centre alone.

        Returns
        -------
        ndarray
            Images x classes.
        """
        from fillerkit.pycaffe import io

        if not len(inputs) or any(np.ndim(image) != 3 for image in inputs):
            raise IndexError("predict takes a list of images, each height x width x channels")
        size = tuple(int(length) for length in self.image_dims)
        images = np.stack([io.resize_image(image, size) for image in inputs]).astype(np.float32)
        if oversample:
            images = io.oversample(list(images), self.crop_dims.tolist())
        else:
            top, left = (np.array(size) - self.crop_dims) // 2
            height, width = self.crop_dims
            images = images[:, top : top + height, left : left + width]
        name = self.inputs[0]
        batch = np.stack([self.transformer.preprocess(name, image) for image in images])
        given: dict[str, Any] = {name: batch}
        predictions = self.forward_all(**given)[self.outputs[0]]
        if oversample:
            predictions = predictions.reshape(len(predictions) // _CROPS, _CROPS, -1).mean(1)
        return predictions


def transformer_of(
    net: Net,
    mean: Any,
    input_scale: float | None,
    raw_scale: float | None,
    channel_swap: Sequence[int] | None,
) -> Any:
    """What prepares an image, height x width x channels, for a net's first input."""
    from fillerkit.pycaffe import io

    name = net.inputs[0]
    transformer = io.Transformer({name: tuple(net.blobs[name].shape)})
    transformer.set_transpose(name, (2, 0, 1))
    if mean is not None:
        transformer.set_mean(name, mean)
    if input_scale is not None:
        transformer.set_input_scale(name, input_scale)
    if raw_scale is not None:
        transformer.set_raw_scale(name, raw_scale)
    if channel_swap is not None:
        transformer.set_channel_swap(name, channel_swap)
    return transformer
