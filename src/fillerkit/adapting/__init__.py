"""Starts that look at data: what fillers made, scaled by what a batch shows."""

from fillerkit.adapting.adapt import adapt as adapt
from fillerkit.adapting.result import Adapted as Adapted
from fillerkit.adapting.result import AdaptedLayer as AdaptedLayer
