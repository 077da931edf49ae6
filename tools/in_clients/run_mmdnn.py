"""MMdnn, whose parser says ``import caffe``: fillerkit.pycaffe answers."""

import sys

import numpy as np
from client_files import CAFFEMODEL, OUT, PROTOTXT, call, tell

command = [sys.executable, "-m", "fillerkit.pycaffe", "-m", "mmdnn.conversion._script.convertToIR"]
command += ["-f", "caffe", "-n", PROTOTXT, "-w", CAFFEMODEL, "-o", OUT / "ir"]
call(*command)
layers = np.load(OUT / "ir.npy", allow_pickle=True, encoding="bytes").item()
found = {}
for node, values in layers.items():
    # Behind the flattening that it puts before an inner product, that one has another name.
    layer = node[:-2] if node.endswith("_1") and values["weights"].ndim == 2 else node
    for index, name in enumerate(("weights", "bias")):
        if name in values:
            array = values[name]
            # It has the channels last.
            order = (3, 2, 0, 1) if array.ndim == 4 else tuple(range(array.ndim))[::-1]
            found[f"{layer}/{index}"] = array.transpose(order)
tell({}, found)
