"""MMdnn, whose parser says ``import caffe``: fillerkit.pycaffe answers. It has channels last."""

import json
import sys

import numpy as np
from client_files import CAFFEMODEL, OUT, PROTOTXT, call, tell

command = [sys.executable, "-m", "fillerkit.pycaffe", "-m", "mmdnn.conversion._script.convertToIR"]
command += ["-f", "caffe", "-n", PROTOTXT, "-w", CAFFEMODEL, "-o", OUT / "ir"]
call(*command)
layers = np.load(OUT / "ir.npy", allow_pickle=True, encoding="bytes").item()
nodes = {node["name"]: node for node in json.loads((OUT / "ir.json").read_text())["node"]}


def images(name):
    """The lengths of the images that a node takes flattened, or () of other nodes."""
    if nodes[name]["op"] != "FullyConnected":
        return ()
    before = nodes[nodes[name]["input"][0]]
    if before["op"] == "Flatten":
        before = nodes[before["input"][0]]
    shape = before["attr"]["_output_shapes"]["list"]["shape"][0]
    return tuple(int(each["size"]) for each in shape["dim"][1:])


def as_caffe(name, array):
    """The values in Caffe's order."""
    if array.ndim == 2:
        array = array.reshape(*images(name), -1)
    return array.transpose(3, 2, 0, 1) if array.ndim == 4 else array.T


arrays = [as_caffe(name, array) for name, held in layers.items() for array in held.values()
          if isinstance(array, np.ndarray)]  # fmt: skip
(OUT / "joined").write_bytes(b"".join(array.tobytes() for array in arrays))
tell({}, files=[OUT / "joined"])
