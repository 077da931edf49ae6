"""MultiStageMeanfield: a conditional random field as a recurrent network."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4
from fillerkit.schema.forks_pb2 import FillerParameter, LayerParameter


@layer("MultiStageMeanfield", bottoms=3, blobs=("spatial", "bilateral", "compatibility"))
def multi_stage_meanfield(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Scores after some steps of mean-field inference (CRF-RNN).

    Bottoms: scores, the scores it starts with, and the images. Three blobs of 1 x 1 x C x C: two
    for kernels, and the compatibility of labels, -1 on its diagonal. The diagonals of the first two
    are in the text (branch crfrnn) or in files that the fork reads. Source:
    ``multi_stage_meanfield.cpp``.
    """
    p, channels = layer.multi_stage_meanfield_param, axes4(bottoms[0])[1]
    if p.HasField("num_iterations") and p.num_iterations <= 1:
        raise LayerError(
            f"needs num_iterations to be 2 or more; it is {p.num_iterations}",
            field="multi_stage_meanfield_param.num_iterations",
        )
    spatial, bilateral = (
        _numbers(layer, f"{name}_filter_weights_str", channels) for name in ("spatial", "bilateral")
    )
    diagonals = {"spatial": spatial, "bilateral": bilateral, "compatibility": [-1.0] * channels}
    shape = (1, 1, channels, channels)
    params = [Param(name, shape, _diagonal(held)) for name, held in diagonals.items()]
    note = "MultiStageMeanfield's first two blobs are zeros; CRF-RNN reads them from files"
    return Plan(tops=[bottoms[0]], params=params, notes=[] if spatial and bilateral else [note])


def _numbers(layer: LayerParameter, name: str, channels: int) -> list[float]:
    """The numbers that a string has, one a channel; none if it is not there."""
    text = getattr(layer.multi_stage_meanfield_param, name)
    try:
        numbers = [float(word) for word in text.split()]
    except ValueError:
        numbers = [0.0]
    if text and len(numbers) != channels:
        raise LayerError(
            f"needs {channels} numbers in {name}, one a channel",
            field=f"multi_stage_meanfield_param.{name}",
        )
    return numbers


def _diagonal(held: Sequence[float]) -> FillerParameter | None:
    """A filler of a square matrix with `held` on its diagonal; None for zeros."""
    if not held:
        return None
    gap = [0.0] * len(held)
    values = [number for value in held for number in (value, *gap)]
    return FillerParameter(type="value", values=values[: len(held) ** 2])
