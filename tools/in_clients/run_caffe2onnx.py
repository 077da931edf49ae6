"""caffe2onnx, and its file in onnxruntime."""

import sys

import onnxruntime
from client_files import CAFFEMODEL, OUT, PROTOTXT, call, inputs, tell, wanted

model = OUT / "net.onnx"
command = [sys.executable, "-m", "caffe2onnx.convert", "--prototxt", PROTOTXT]
call(*command, "--caffemodel", CAFFEMODEL, "--onnx", model)
net = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
made = net.run(None, dict(zip((given.name for given in net.get_inputs()), inputs().values())))
tell(dict(zip(wanted(), made)), files=[model])
