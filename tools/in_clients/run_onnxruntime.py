"""ONNX Runtime, on our ONNX."""

import onnxruntime
from client_files import ONNX, inputs, tell

net = onnxruntime.InferenceSession(str(ONNX), providers=["CPUExecutionProvider"])
names = [output.name for output in net.get_outputs()]
tell(dict(zip(names, net.run(names, inputs()))), files=[ONNX])
