"""fillerkit: the initial weights of a Caffe network from its prototxt, without Caffe.

>>> import fillerkit as fk
>>> net = fk.load_net('''
...   layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 4 } } }
...   layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
...           inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
... ''')
>>> blobs = net.fill(seed=1701)
>>> blobs["ip"].weight.shape
(3, 4)

This module is the whole public API.
"""

from fillerkit.blobs import Blobs as Blobs
from fillerkit.blobs import LayerBlobs as LayerBlobs
from fillerkit.build import load_net as load_net
from fillerkit.checks import Finding as Finding
from fillerkit.checks import Report as Report
from fillerkit.checks import check as check
from fillerkit.checks import warnings as warnings
from fillerkit.dialects import DIALECTS as DIALECTS
from fillerkit.errors import FillerError as FillerError
from fillerkit.errors import FillerkitError as FillerkitError
from fillerkit.errors import FormatError as FormatError
from fillerkit.errors import LayerError as LayerError
from fillerkit.errors import PrototxtError as PrototxtError
from fillerkit.errors import ShapeNeeded as ShapeNeeded
from fillerkit.errors import UsageError as UsageError
from fillerkit.fillers import Constant as Constant
from fillerkit.fillers import Distribution as Distribution
from fillerkit.fillers import Gaussian as Gaussian
from fillerkit.fillers import Sparse as Sparse
from fillerkit.fillers import Uniform as Uniform
from fillerkit.fillers import Whole as Whole
from fillerkit.fillers import fan_in as fan_in
from fillerkit.fillers import fan_out as fan_out
from fillerkit.fillers import filler as filler
from fillerkit.fillers import fillers as fillers
from fillerkit.formats import load as load
from fillerkit.layers import Param as Param
from fillerkit.layers import Plan as Plan
from fillerkit.layers import layer as layer
from fillerkit.layers import layer_types as layer_types
from fillerkit.layers.plan import Setting as Setting
from fillerkit.net import Layer as Layer
from fillerkit.net import Net as Net
from fillerkit.net import ParamBlob as ParamBlob
from fillerkit.prototxt import upgrade_text as upgrade_text
from fillerkit.version import __version__ as __version__

__all__ = [
    "DIALECTS",
    "Blobs",
    "Constant",
    "Distribution",
    "FillerError",
    "FillerkitError",
    "Finding",
    "FormatError",
    "Gaussian",
    "Layer",
    "LayerBlobs",
    "LayerError",
    "Net",
    "Param",
    "ParamBlob",
    "Plan",
    "PrototxtError",
    "Report",
    "Setting",
    "ShapeNeeded",
    "Sparse",
    "Uniform",
    "UsageError",
    "Whole",
    "check",
    "fan_in",
    "fan_out",
    "filler",
    "fillers",
    "layer",
    "layer_types",
    "load",
    "load_net",
    "upgrade_text",
    "warnings",
]
