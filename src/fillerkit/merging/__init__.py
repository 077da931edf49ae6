"""BatchNorm, Scale and their kind folded into the layers before them."""

from fillerkit.merging.merge import Merged as Merged
from fillerkit.merging.merge import merge_bn as merge_bn
