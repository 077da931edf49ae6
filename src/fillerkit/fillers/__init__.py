"""Fillers: from a ``FillerParameter`` and a shape to a distribution. One file a filler."""

from fillerkit.fillers import bilinear as _bilinear
from fillerkit.fillers import constant as _constant
from fillerkit.fillers import gaussian as _gaussian
from fillerkit.fillers import msra as _msra
from fillerkit.fillers import positive_unitball as _positive_unitball
from fillerkit.fillers import uniform as _uniform
from fillerkit.fillers import xavier as _xavier
from fillerkit.fillers.distributions import Constant as Constant
from fillerkit.fillers.distributions import Distribution as Distribution
from fillerkit.fillers.distributions import Gaussian as Gaussian
from fillerkit.fillers.distributions import Given as Given
from fillerkit.fillers.distributions import Sparse as Sparse
from fillerkit.fillers.distributions import Uniform as Uniform
from fillerkit.fillers.distributions import Whole as Whole
from fillerkit.fillers.fan import fan_in as fan_in
from fillerkit.fillers.fan import fan_out as fan_out
from fillerkit.fillers.registry import Filler as Filler
from fillerkit.fillers.registry import distribution as distribution
from fillerkit.fillers.registry import filler as filler
from fillerkit.fillers.registry import fillers as fillers
