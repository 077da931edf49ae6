"""The layer types of Caffe's forks that run; each says which fork defines it."""

# ruff: noqa: F401  (a layer type is known once its module is imported)

from fillerkit.running.forks import batch_reduction as _batch_reduction
from fillerkit.running.forks import bn as _bn
from fillerkit.running.forks import box_losses as _box_losses
from fillerkit.running.forks import center_loss as _center_loss
from fillerkit.running.forks import channels as _channels
from fillerkit.running.forks import depthwise as _depthwise
from fillerkit.running.forks import detection_output as _detection_output
from fillerkit.running.forks import flip as _flip
from fillerkit.running.forks import interp as _interp
from fillerkit.running.forks import local as _local
from fillerkit.running.forks import neuron as _neuron
from fillerkit.running.forks import normalize as _normalize
from fillerkit.running.forks import permute as _permute
from fillerkit.running.forks import prior_box as _prior_box
from fillerkit.running.forks import reorg as _reorg
from fillerkit.running.forks import roi_pooling as _roi_pooling
from fillerkit.running.forks import sequence as _sequence
from fillerkit.running.forks import upsample as _upsample
