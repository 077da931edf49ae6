"""ImageData: the images of a list, shuffled anew each time that it begins again."""

from __future__ import annotations

from collections.abc import Generator, Iterator, MutableSequence
from itertools import islice
from typing import Any

from fillerkit.errors import LayerError
from fillerkit.layers.shapes import positive
from fillerkit.random.draws import numbers
from fillerkit.reading.seeds import Seeds
from fillerkit.reading.stack import Batch, stack
from fillerkit.reading.transform import Transformer
from fillerkit.schema.forks_pb2 import LayerParameter
from fillerkit.sources.example import Example
from fillerkit.sources.image_list import example, read_list


def batches(layer: LayerParameter, seeds: Seeds) -> Generator[Batch, None, None]:
    """Batch after batch, without end."""
    size = positive(layer.image_data_param.batch_size, "image_data_param.batch_size")
    transformer = Transformer(layer, seeds.transformer)
    images = _images(layer, seeds)
    while True:
        yield stack(layer, islice(images, size), size, transformer)


def _images(layer: LayerParameter, seeds: Seeds) -> Generator[Example, None, None]:
    """The images in order; ``rand_skip`` passes over some of the first round alone."""
    p, listed = layer.image_data_param, read_list(layer)
    draws = numbers(seeds.order)
    begin = seeds.skipped % p.rand_skip if p.rand_skip else 0
    if begin >= len(listed):
        raise LayerError(
            f"rand_skip passes over {begin} images, and its source '{p.source}' lists "
            f"{len(listed)}",
            field="image_data_param.rand_skip",
        )
    while True:
        if p.shuffle:
            shuffle(listed, draws)
        for image in listed[begin:]:
            yield example(layer, image)
        begin = 0


def shuffle(items: MutableSequence[Any], draws: Iterator[int]) -> None:
    """Shuffle in place, from the last to the second, with Boost's ``uniform_int``.

    An index from 0 to `last` is a draw divided by the size of a bucket, of which there are as many
    as indices; a draw past the last bucket is dropped.
    """
    for last in range(len(items) - 1, 0, -1):
        bucket = 2**32 // (last + 1)
        while (other := next(draws) // bucket) > last:
            pass
        items[last], items[other] = items[other], items[last]
