"""MNN: its converter and its runtime."""

import _tools
import MNN
import numpy as np
from client_files import CAFFEMODEL, OUT, PROTOTXT, inputs, tell, wanted

WINOGRAD_MEMORY_LEVEL = 3
LAYOUT = MNN.Halide_Type_Float, MNN.Tensor_DimensionType_Caffe

model = OUT / "net.mnn"
command = ["mnnconvert", "-f", "CAFFE", "--bizCode", "clients"]
command += ["--prototxt", PROTOTXT, "--modelFile", CAFFEMODEL, "--MNNModel", model]
# What the command mnnconvert calls. The command itself runs `pip install` of a package that sends
# logs to MNN's makers, in whatever Python comes first on the PATH.
_tools.mnnconvert([str(word) for word in command])
net = MNN.Interpreter(str(model))
# Winograd's products of large tiles lose two digits in deep nets.
net.setSessionHint(WINOGRAD_MEMORY_LEVEL, 0)
session = net.createSession({"backend": "CPU", "precision": "high"})
for name, array in inputs().items():
    given = MNN.Tensor(array.shape, LAYOUT[0], np.ascontiguousarray(array), LAYOUT[1])
    net.getSessionInput(session, name).copyFrom(given)
net.runSession(session)
outputs = {}
for name, made in net.getSessionOutputAll(session).items():
    shape = made.getShape()
    kept = MNN.Tensor(shape, LAYOUT[0], np.zeros(shape, np.float32), LAYOUT[1])
    made.copyToHostTensor(kept)
    outputs[name] = np.array(kept.getData(), np.float32).reshape(shape)
tell({name: array for name, array in outputs.items() if name in wanted()}, files=[model])
