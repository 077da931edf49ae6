"""What the draws seed that a data layer makes when it is set up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fillerkit.layers.data import transformer_draws
from fillerkit.schema.forks_pb2 import LayerParameter


@dataclass(frozen=True)
class Seeds:
    """The draws of one layer by what becomes of them; 0 for those that it does not make.

    Attributes
    ----------
    order : int
        Seeds the engine that shuffles a list of images, or chooses windows.
    skipped : int
        How many images of a list are passed over at first, after ``% rand_skip``.
    transformer : int
        Seeds the engine of crops and mirrors.
    """

    order: int = 0
    skipped: int = 0
    transformer: int = 0

    @classmethod
    def of(cls, layer: LayerParameter, draws: Sequence[int]) -> Seeds:
        """The seeds among a layer's draws, which come in the order of Caffe's set-up.

        The transformer is seeded twice, and only the second seed counts. The last draw seeds the
        engine of the thread that reads ahead, which draws nothing from it.
        """
        images, transformer = layer.image_data_param, layer.transform_param
        listed = layer.type == "ImageData"
        shuffled = listed and images.shuffle
        chosen = layer.type == "WindowData" and (transformer.mirror or transformer.crop_size)
        names = [
            *["again"] * transformer_draws(layer),
            *["order"] * bool(shuffled or chosen),
            *["skipped"] * bool(listed and images.rand_skip),
            *["transformer"] * transformer_draws(layer),
        ]
        found = dict(zip(names, draws, strict=False))
        found.pop("again", None)
        return cls(**found)
