"""Data: the records of a database, from the first again after the last."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import closing
from itertools import islice

from fillerkit.errors import LayerError
from fillerkit.layers.shapes import positive
from fillerkit.reading.seeds import Seeds
from fillerkit.reading.stack import Batch, stack
from fillerkit.reading.transform import Transformer
from fillerkit.schema.forks_pb2 import LayerParameter
from fillerkit.sources.database import examples
from fillerkit.sources.example import Example


def batches(layer: LayerParameter, seeds: Seeds) -> Generator[Batch, None, None]:
    """Batch after batch, without end. ``rand_skip`` is not heeded: Caffe 1.0 does not."""
    size = positive(layer.data_param.batch_size, "data_param.batch_size")
    transformer = Transformer(layer, seeds.transformer)
    with closing(_again_and_again(layer)) as records:
        while True:
            yield stack(layer, islice(records, size), size, transformer)


def _again_and_again(layer: LayerParameter) -> Generator[Example, None, None]:
    while True:
        passed = False
        with closing(examples(layer)) as records:
            for record in records:
                passed = True
                yield record
        if not passed:
            raise LayerError(
                f"its source '{layer.data_param.source}' holds no records",
                field="data_param.source",
            )
