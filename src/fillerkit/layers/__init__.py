"""Layer types: from a layer's parameters and its bottoms' shapes to what the layer makes."""

from fillerkit.layers.plan import Param as Param
from fillerkit.layers.plan import Plan as Plan
from fillerkit.layers.plan import Shape as Shape
from fillerkit.layers.registry import LayerType as LayerType
from fillerkit.layers.registry import layer as layer
from fillerkit.layers.registry import layer_types as layer_types
from fillerkit.layers.registry import source as source
