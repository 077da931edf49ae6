"""Layer types of Caffe's forks, one concept a file; each says which fork defines it."""

from fillerkit.layers.forks import bn as _bn
from fillerkit.layers.forks import box_losses as _box_losses
from fillerkit.layers.forks import center_loss as _center_loss
from fillerkit.layers.forks import channels as _channels
from fillerkit.layers.forks import data as _data
from fillerkit.layers.forks import depthwise as _depthwise
from fillerkit.layers.forks import detection as _detection
from fillerkit.layers.forks import interp as _interp
from fillerkit.layers.forks import normalize as _normalize
from fillerkit.layers.forks import permute as _permute
from fillerkit.layers.forks import prior_box as _prior_box
from fillerkit.layers.forks import python as _python
from fillerkit.layers.forks import roi_pooling as _roi_pooling
from fillerkit.layers.forks import segmentation as _segmentation
from fillerkit.layers.forks import upsample as _upsample
from fillerkit.layers.forks import yolo as _yolo
