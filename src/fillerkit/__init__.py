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

This module is the public API, with `fillerkit.messages` (Caffe's protobuf messages),
`fillerkit.torch` (PyTorch), `fillerkit.dask` (Dask), `fillerkit.onnx` (files of ONNX),
`fillerkit.python_layers` (layers that are Python classes) and `fillerkit.pycaffe` (scripts that
``import caffe``).
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING

if _TYPE_CHECKING:
    from fillerkit.adapting import Adapted as Adapted
    from fillerkit.adapting import AdaptedLayer as AdaptedLayer
    from fillerkit.adapting import adapt as adapt
    from fillerkit.blobs.blobs import Blobs as Blobs
    from fillerkit.blobs.blobs import LayerBlobs as LayerBlobs
    from fillerkit.blobs.blobs import load as load
    from fillerkit.blobs.comparing import Comparison as Comparison
    from fillerkit.blobs.comparing import Difference as Difference
    from fillerkit.blobs.comparing import ValueDifference as ValueDifference
    from fillerkit.blobs.comparing import compare as compare
    from fillerkit.blobs.statistics import BlobStatistics as BlobStatistics
    from fillerkit.blobs.statistics import Statistics as Statistics
    from fillerkit.blobs.statistics import stats as stats
    from fillerkit.checks import Finding as Finding
    from fillerkit.checks import Report as Report
    from fillerkit.checks import check as check
    from fillerkit.checks import warnings as warnings
    from fillerkit.drawing import draw as draw
    from fillerkit.errors import FillerError as FillerError
    from fillerkit.errors import FillerkitError as FillerkitError
    from fillerkit.errors import FormatError as FormatError
    from fillerkit.errors import LayerError as LayerError
    from fillerkit.errors import Line as Line
    from fillerkit.errors import Place as Place
    from fillerkit.errors import PrototxtError as PrototxtError
    from fillerkit.errors import ShapeNeeded as ShapeNeeded
    from fillerkit.errors import UnknownLayers as UnknownLayers
    from fillerkit.errors import UsageError as UsageError
    from fillerkit.errors import did_you_mean as did_you_mean
    from fillerkit.fillers import Constant as Constant
    from fillerkit.fillers import Distribution as Distribution
    from fillerkit.fillers import Gaussian as Gaussian
    from fillerkit.fillers import Sparse as Sparse
    from fillerkit.fillers import Truncated as Truncated
    from fillerkit.fillers import Uniform as Uniform
    from fillerkit.fillers import Whole as Whole
    from fillerkit.fillers import distribution as distribution
    from fillerkit.fillers import fan_in as fan_in
    from fillerkit.fillers import fan_out as fan_out
    from fillerkit.fillers import filler as filler
    from fillerkit.fillers import filler_types as filler_types
    from fillerkit.filling.draw_map import DrawMap as DrawMap
    from fillerkit.filling.gather import Gathered as Gathered
    from fillerkit.filling.gather import gather_weights as gather_weights
    from fillerkit.filling.transfer import transfer as transfer
    from fillerkit.filling.transferred import Transfer as Transfer
    from fillerkit.layers import Param as Param
    from fillerkit.layers import Plan as Plan
    from fillerkit.layers import layer as layer
    from fillerkit.layers import layer_types as layer_types
    from fillerkit.layers.dialects import DIALECTS as DIALECTS
    from fillerkit.layers.net_layer import Layer as Layer
    from fillerkit.layers.net_layer import ParamBlob as ParamBlob
    from fillerkit.layers.plan import Setting as Setting
    from fillerkit.layers.splits import with_splits as with_splits
    from fillerkit.merging import Merged as Merged
    from fillerkit.merging import merge_bn as merge_bn
    from fillerkit.nets.load import load_net as load_net
    from fillerkit.nets.load import plan_layer as plan_layer
    from fillerkit.nets.load import read_net as read_net
    from fillerkit.nets.load import read_solver as read_solver
    from fillerkit.nets.net import Net as Net
    from fillerkit.prototxt import NetText as NetText
    from fillerkit.prototxt import SolverText as SolverText
    from fillerkit.prototxt import upgrade_text as upgrade_text
    from fillerkit.random import CaffeStream as CaffeStream
    from fillerkit.random.glibc import GlibcRand as GlibcRand
    from fillerkit.reading import LayerBatches as LayerBatches
    from fillerkit.reading import batches as batches
    from fillerkit.reports import report as report
    from fillerkit.signals import LayerSignal as LayerSignal
    from fillerkit.signals import Signal as Signal
    from fillerkit.signals import signal as signal
    from fillerkit.version import __version__ as __version__

# What is where: a name's module is imported when the name is asked for, so that no program waits
# for what it does not use.
_NAMES = {
    "adapting": "adapt Adapted AdaptedLayer",
    "blobs.blobs": "Blobs LayerBlobs load",
    "blobs.comparing": "compare Comparison Difference ValueDifference",
    "blobs.statistics": "BlobStatistics Statistics stats",
    "checks": "check Finding Report warnings",
    "drawing": "draw",
    "errors": "did_you_mean FillerError FillerkitError FormatError LayerError Line Place "
    "PrototxtError ShapeNeeded UnknownLayers UsageError",
    "fillers": "Constant Distribution distribution fan_in fan_out filler filler_types Gaussian "
    "Sparse Truncated Uniform Whole",
    "filling.draw_map": "DrawMap",
    "filling.gather": "gather_weights Gathered",
    "filling.transfer": "transfer",
    "filling.transferred": "Transfer",
    "layers": "layer layer_types Param Plan",
    "layers.dialects": "DIALECTS",
    "layers.net_layer": "Layer ParamBlob",
    "layers.plan": "Setting",
    "layers.splits": "with_splits",
    "merging": "merge_bn Merged",
    "nets.load": "load_net plan_layer read_net read_solver",
    "nets.net": "Net",
    "prototxt": "NetText SolverText upgrade_text",
    "random": "CaffeStream",
    "random.glibc": "GlibcRand",
    "reading": "batches LayerBatches",
    "reports": "report",
    "signals": "LayerSignal Signal signal",
    "version": "__version__",
}
_WHERE = {name: f"fillerkit.{module}" for module, names in _NAMES.items() for name in names.split()}

__all__ = sorted(_WHERE)


if not _TYPE_CHECKING:  # a type checker is to complain of names that are not there

    def __getattr__(name: str) -> object:
        """A public name, imported now."""
        if name not in _WHERE:
            raise AttributeError(f"module 'fillerkit' has no attribute '{name}'")
        value = globals()[name] = getattr(_import_module(_WHERE[name]), name)
        return value


def __dir__() -> list[str]:
    """The public names, imported or not."""
    return sorted({*globals(), *__all__})
