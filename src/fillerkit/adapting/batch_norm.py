"""Statistics of normalisations, taken from a batch."""

from __future__ import annotations

import numpy as np

from fillerkit.adapting.measures import by_channel
from fillerkit.adapting.result import AdaptedLayer
from fillerkit.adapting.walk import Tops, Visitor
from fillerkit.adapting.work import Work
from fillerkit.running import LayerModule

NAME = "batch-norm"


def batch_norm(work: Work) -> Visitor:
    """Mean and variance of what every normalisation takes, as one batch of training leaves them.

    Caffe's BatchNorm stores sums and the factor to divide them by, 1 after one batch, and corrects
    the variance of m values with m / (m - 1). Types that have no factor store the batch's own.
    Source: Caffe 1.0's BatchNorm layer; Ioffe and Szegedy, Batch normalization (2015).
    """
    return _Statistics(work)


class _Statistics:
    """What is taken at each layer."""

    def __init__(self, work: Work) -> None:
        self.rows: list[AdaptedLayer] = []
        self.last = len(work.net.layers) - 1
        self._work = work

    def visit(self, index: int, layer: LayerModule, bottoms: Tops, tops: Tops) -> None:
        """Take the statistics of a layer's bottom; what it makes of the batch stays."""
        of = layer.layer
        names = [param.name for param in of.params]
        if not {"mean", "variance"} <= set(names) & set(of.traits.statistics):
            return
        count = bottoms[0].numel() // bottoms[0].shape[1]
        mean, variance = (each.numpy() for each in by_channel(bottoms[:1], 1))
        why = self._why_not(layer, count)
        if not why and not np.isfinite(variance).all():
            why = "what it takes is not finite"
        if why:
            self.rows.append(AdaptedLayer(NAME, of.key, of.type, False, said=why))
            return
        still = int(np.count_nonzero(variance == 0))
        has_factor = "scale_factor" in names
        found = {"mean": mean, "variance": variance, "scale_factor": np.ones(1)}
        if has_factor:
            found["variance"] = variance * (count / (count - 1))
        for position, name in enumerate(names):
            if name in found and name in of.traits.statistics:
                key = of.key, position
                array = self._work.array(key)
                array[...] = found[name].reshape(array.shape)
                self._work.rewritten(key, NAME)
        said = f"mean {mean.min():.3g} to {mean.max():.3g}, variance {variance.min():.3g} to "
        said += f"{variance.max():.3g}, of {count:,} values a channel"
        if still:
            said += f"; {still} of {len(variance)} channels do not vary"
        self.rows.append(AdaptedLayer(NAME, of.key, of.type, True, said=said))

    def _why_not(self, layer: LayerModule, count: int) -> str:
        of = layer.layer
        for position, param in enumerate(of.params):
            if param.name in of.traits.statistics:
                if param.owner is not None:
                    return (
                        f"shares its statistics with '{self._work.net.layers[param.owner[0]].key}'"
                    )
                if not self._work.filled(of, position):
                    return "copied from a file, not filled"
        if count < 2:
            return "a channel has 1 value in this batch, which has no variance: take a larger one"
        return ""
