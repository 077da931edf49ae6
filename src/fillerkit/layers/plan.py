"""What a layer type answers: its tops' shapes, its parameter blobs, the draws it makes besides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fillerkit.layers.dialects import of_layer
from fillerkit.schema.forks_pb2 import FillerParameter, LayerParameter

Shape = tuple[int, ...]


@dataclass(frozen=True)
class Param:
    """One parameter blob of a layer, before anything fills it.

    Parameters
    ----------
    name
        What the blob is to its layer: ``weight``, ``bias``, ``mean``, ...
    shape
        () for a single value, as Caffe has it.
    filler
        Which values it starts with; None means zeros that no filler writes.
    learned
        Whether a solver changes it unless the prototxt says otherwise.
    rates
        lr_mult and decay_mult that the layer gives it itself, whatever the prototxt says.
    """

    name: str
    shape: Shape
    filler: FillerParameter | None = None
    learned: bool = True
    rates: tuple[float, float] | None = None


@dataclass(frozen=True)
class Setting:
    """What a layer's plan may depend on besides the prototxt: what the net's reader says of it.

    Parameters
    ----------
    shapes
        Shapes of blobs, by name.
    dialect
        The fork whose layers are meant where one name means several, or "".
    said
        Whether a person named the dialect; else the net's text told it.
    params
        Parameter blobs that a person states, by layer name.
    fork
        Whether the net's layers, its schema or its dialect tell that Caffe 1.0 is not meant.
    """

    shapes: Mapping[str, Shape] = field(default_factory=dict)
    dialect: str = ""
    said: bool = False
    params: Mapping[str, Sequence[Param]] = field(default_factory=dict)
    fork: bool = False

    def dialect_for(self, layer: LayerParameter, default: str, *others: str) -> str:
        """The dialect said outright, else the layer's own, else the net's, else `default`.

        Only `default` and `others` say anything of this type of layer.
        """
        if self.said and self.dialect in (default, *others):
            return self.dialect
        net = self.dialect if self.dialect in others else default
        return of_layer(layer) or net


@dataclass(frozen=True)
class Plan:
    """The answer of a layer type to its parameters and its bottoms' shapes.

    Parameters
    ----------
    tops
        The shapes of the tops that the type makes. A layer may list fewer of them.
    params
        The parameter blobs in Caffe's order, which is the order of filling.
    forgotten
        Blobs that are filled after `params`, in order, and thrown away: copies of a layer's
        parameters that Caffe fills before it lets them share.
    draws
        32-bit draws that the layer takes from the net's engine when it is set up, for something
        that is not a weight.
    notes
        What the person who reads the net should be told.
    assumed
        Tops by name whose shape stands in no file that is here, and whose it is:
        ``{"data": "py-faster-rcnn's default"}``.
    """

    tops: Sequence[Shape]
    params: Sequence[Param] = field(default=())
    forgotten: Sequence[Param] = field(default=())
    draws: int = 0
    notes: Sequence[str] = field(default=())
    assumed: Mapping[str, str] = field(default_factory=dict)
