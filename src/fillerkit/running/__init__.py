"""A net that runs: a `Net` and its `Blobs` as a ``torch.nn.Module``, with Caffe's own semantics.

Needs PyTorch (``pip install 'fillerkit[torch]'``). `fillerkit.torch.module` is this package's
`module`.
"""

# ruff: noqa: F401  (a layer type is known once its module is imported)

from fillerkit.running import _needed
from fillerkit.running import accuracy as _accuracy
from fillerkit.running import argmax as _argmax
from fillerkit.running import batch_norm as _batch_norm
from fillerkit.running import batch_reindex as _batch_reindex
from fillerkit.running import concat as _concat
from fillerkit.running import convolution as _convolution
from fillerkit.running import crop as _crop
from fillerkit.running import dropout as _dropout
from fillerkit.running import dummy_data as _dummy_data
from fillerkit.running import eltwise as _eltwise
from fillerkit.running import embed as _embed
from fillerkit.running import filter as _filter
from fillerkit.running import im2col as _im2col
from fillerkit.running import inner_product as _inner_product
from fillerkit.running import losses as _losses
from fillerkit.running import lrn as _lrn
from fillerkit.running import lstm_unit as _lstm_unit
from fillerkit.running import mvn as _mvn
from fillerkit.running import neuron as _neuron
from fillerkit.running import parameter as _parameter
from fillerkit.running import pooling as _pooling
from fillerkit.running import prelu as _prelu
from fillerkit.running import recurrent as _recurrent
from fillerkit.running import reduction as _reduction
from fillerkit.running import reshape as _reshape
from fillerkit.running import scale as _scale
from fillerkit.running import slice as _slice
from fillerkit.running import softmax as _softmax
from fillerkit.running import softmax_losses as _softmax_losses
from fillerkit.running import split as _split
from fillerkit.running import spp as _spp
from fillerkit.running import tile as _tile
from fillerkit.running.build import module as module
from fillerkit.running.build import refusal as refusal
from fillerkit.running.layer_module import LayerModule as LayerModule
from fillerkit.running.net_module import NetModule as NetModule
from fillerkit.running.net_module import Outputs as Outputs
from fillerkit.running.net_module import Step as Step
from fillerkit.running.registry import Operation as Operation
from fillerkit.running.registry import operations as operations
from fillerkit.running.registry import runs as runs
