"""The names of NVIDIA's fillers that draw once and then repeat themselves.

In a net, each blob has a filler of its own that fills it once, so ``gaussianstatic`` is
``gaussian``, with the same draws (NVIDIA/caffe, branches caffe-0.15 to caffe-0.17,
include/caffe/filler.hpp). ``bilinearstatic`` is no alias: see `fillerkit.fillers.forks.upsampling`.
"""

from __future__ import annotations

import fillerkit.fillers.gaussian
import fillerkit.fillers.msra
import fillerkit.fillers.positive_unitball
import fillerkit.fillers.uniform
import fillerkit.fillers.xavier  # noqa: F401  # registers, as those above do
from fillerkit.fillers.registry import filler, known_filler

for _name in ("gaussian", "msra", "positive_unitball", "uniform", "xavier"):
    _plain = known_filler(_name)
    filler(f"{_name}static", reads=_plain.reads)(_plain.make)
