"""Layer types: from a layer's parameters and its bottoms' shapes to what the layer makes."""

from fillerkit.layers import accuracy as _accuracy
from fillerkit.layers import batch_norm as _batch_norm
from fillerkit.layers import concat as _concat
from fillerkit.layers import convolution as _convolution
from fillerkit.layers import data as _data
from fillerkit.layers import eltwise as _eltwise
from fillerkit.layers import flatten as _flatten
from fillerkit.layers import inner_product as _inner_product
from fillerkit.layers import losses as _losses
from fillerkit.layers import lrn as _lrn
from fillerkit.layers import neuron as _neuron
from fillerkit.layers import pooling as _pooling
from fillerkit.layers import prelu as _prelu
from fillerkit.layers import reshape as _reshape
from fillerkit.layers import scale as _scale
from fillerkit.layers import slice as _slice
from fillerkit.layers import softmax as _softmax
from fillerkit.layers import split as _split
from fillerkit.layers.plan import Param as Param
from fillerkit.layers.plan import Plan as Plan
from fillerkit.layers.plan import Shape as Shape
from fillerkit.layers.registry import LayerType as LayerType
from fillerkit.layers.registry import layer as layer
from fillerkit.layers.registry import layer_type as layer_type
from fillerkit.layers.registry import layer_types as layer_types
from fillerkit.layers.registry import source as source
