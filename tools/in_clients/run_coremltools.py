"""coremltools, whose converter of Caffe's nets runs on Linux too; its models run on a Mac only."""

import coremltools
import numpy as np
from client_files import CAFFEMODEL, PROTOTXT, tell

PARAMETERS = {
    "convolution": ("weights", "bias"),
    "innerProduct": ("weights", "bias"),
    "batchnorm": ("mean", "variance"),
    "scale": ("scale", "bias"),
}

net = coremltools.converters.caffe.convert((str(CAFFEMODEL), str(PROTOTXT))).get_spec()
found = {}
for layer in net.neuralNetwork.layers:
    kind = layer.WhichOneof("layer")
    said = getattr(layer, kind)
    if kind == "activation" and said.WhichOneof("NonlinearityType") == "PReLU":
        found[f"{layer.name}/0"] = np.array(said.PReLU.alpha.floatValue, np.float32)
    for index, field in enumerate(PARAMETERS.get(kind, ())):
        values = getattr(said, field).floatValue
        if values:
            found[f"{layer.name}/{index}"] = np.array(values, np.float32)
tell({}, found)
