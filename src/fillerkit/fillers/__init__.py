"""Fillers: from a ``FillerParameter`` and a shape to a distribution. One file a filler."""

from fillerkit.fillers.distributions import Constant as Constant
from fillerkit.fillers.distributions import Distribution as Distribution
from fillerkit.fillers.distributions import Gaussian as Gaussian
from fillerkit.fillers.distributions import Given as Given
from fillerkit.fillers.distributions import NotHere as NotHere
from fillerkit.fillers.distributions import Sparse as Sparse
from fillerkit.fillers.distributions import Truncated as Truncated
from fillerkit.fillers.distributions import Uniform as Uniform
from fillerkit.fillers.distributions import Whole as Whole
from fillerkit.fillers.distributions import only_value as only_value
from fillerkit.fillers.fan import fan_in as fan_in
from fillerkit.fillers.fan import fan_out as fan_out
from fillerkit.fillers.registry import Filler as Filler
from fillerkit.fillers.registry import distribution as distribution
from fillerkit.fillers.registry import filler as filler
from fillerkit.fillers.registry import filler_types as filler_types
