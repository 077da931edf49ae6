"""Batches of the data that a net's data layers name, in Caffe's order and with Caffe's draws."""

from fillerkit.reading.batches import batches as batches
from fillerkit.reading.layer_batches import LayerBatches as LayerBatches
