"""MMdnn, whose parser says ``import caffe``: fillerkit.pycaffe answers."""

import subprocess
import sys

import numpy as np
from client_files import CAFFEMODEL, OUT, PROTOTXT, tell

command = [sys.executable, "-m", "fillerkit.pycaffe", "-m", "mmdnn.conversion._script.convertToIR"]
command += ["-f", "caffe", "-n", PROTOTXT, "-w", CAFFEMODEL, "-o", OUT / "ir"]
subprocess.run(command, check=True)
layers = np.load(OUT / "ir.npy", allow_pickle=True, encoding="bytes").item()
found = {}
for layer, values in layers.items():
    for index, name in enumerate(("weights", "bias")):
        if name in values:
            array = values[name]
            # It has the channels last.
            order = (3, 2, 0, 1) if array.ndim == 4 else tuple(range(array.ndim))[::-1]
            found[f"{layer}/{index}"] = array.transpose(order)
tell({}, found)
