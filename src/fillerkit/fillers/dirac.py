"""The dirac filler."""

from __future__ import annotations

from math import prod

import numpy as np

from fillerkit.errors import FillerError
from fillerkit.fillers.distributions import Whole
from fillerkit.fillers.gain import own_gain
from fillerkit.fillers.kernels import placed, shown
from fillerkit.fillers.registry import filler
from fillerkit.schema.forks_pb2 import FillerParameter


@filler("dirac", reads=("gain", "group"))
def dirac(spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]) -> Whole:
    """Kernels that copy: gain at the center of unit i's kernel for input i, 0 elsewhere.

    A convolution of stride 1 and pad (k - 1) / 2 then passes its input on as it is, and learns
    from there how to differ, as a residual block does (Zagoruyko & Komodakis 2017). With fewer
    inputs than outputs, the outputs left over are 0. In a layer with groups, say ``group`` here
    too, or all but the first group's outputs are 0. As ``torch.nn.init.dirac_``, the center of an
    even length k being k / 2; takes no draws.
    Parameters: gain (1), group (1).
    """
    if len(shape) < 3:
        raise FillerError(
            f"dirac fills kernels, blobs of 3 axes or more, not {shown(shape)}; identity fills "
            "those of 2"
        )
    outputs, inputs, *kernel = shape
    if spec.group == 0 or outputs % spec.group:
        raise FillerError(
            f"group must divide the {outputs} outputs, which {spec.group} does not", field="group"
        )
    factor = own_gain(spec)
    channel = np.arange(outputs) % max(outputs // spec.group, 1)
    unit = np.flatnonzero(channel < inputs)
    center = np.ravel_multi_index([length // 2 for length in kernel], kernel)
    index = (unit * inputs + channel[unit]) * prod(kernel) + center
    return placed(index, factor, prod(shape), f"dirac {shown(shape)}, gain {factor:.4g}")
