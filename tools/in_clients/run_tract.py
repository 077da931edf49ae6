"""tract, on our ONNX. It names outputs by nodes of its own; their order is the file's."""

import onnx
import tract
from client_files import ONNX, inputs, tell

net = tract.onnx().load(ONNX).into_model()
given = [inputs()[net.input_name(index)] for index in range(net.input_count())]
made = net.into_runnable().run(given)
names = [output.name for output in onnx.load(ONNX).graph.output]
tell(dict(zip(names, (tensor.to_numpy() for tensor in made))))
