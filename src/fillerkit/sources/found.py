"""What is found in a source, and the rule from an image's shape to a top's."""

from __future__ import annotations

from dataclasses import dataclass

from fillerkit.errors import LayerError
from fillerkit.layers import Shape
from fillerkit.layers.data import crop_of
from fillerkit.layers.shapes import shown
from fillerkit.schema.forks_pb2 import LayerParameter
from fillerkit.sources.mean_file import check_mean


@dataclass(frozen=True)
class Found:
    """The shapes of a data layer's tops, and where they are from.

    Parameters
    ----------
    shapes
        By top, the whole shape, the batch included.
    note
        One line for the user: ``data: 64x1x28x28, from the first record of mnist_train_lmdb``.
    """

    shapes: dict[str, Shape]
    note: str


def found_images(layer: LayerParameter, batch: int, image: Shape, where: str) -> Found:
    """A batch of images like this one, and a label for each.

    Parameters
    ----------
    image
        (channels, height, width), before the transformer crops it.
    where
        What the image is, for messages: ``the first record of mnist_train_lmdb``.
    """
    shape = (batch, *cropped(layer, image, where))
    warning = check_mean(layer, image[0], where)
    return Found(
        dict(zip(layer.top, (shape, (batch,)), strict=False)),
        f"{layer.top[0]}: {shown(shape)}, from {where}{warning}",
    )


def cropped(layer: LayerParameter, image: Shape, where: str) -> Shape:
    """The image's shape after its crop: any, or none, but no larger than the image."""
    channels, height, width = image
    high, wide = crop_of(layer) or (height, width)
    if high > height or wide > width:
        raise LayerError(
            f"cannot crop {high}x{wide} out of {where}, which is {height}x{width} "
            f"(height x width): give a crop_size of {min(height, width)} or less",
            field="transform_param.crop_size",
        )
    return channels, high, wide
