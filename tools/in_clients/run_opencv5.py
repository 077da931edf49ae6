"""OpenCV 5, which reads no Caffe nets any more, on our ONNX."""

import cv2
from client_files import ONNX, inputs, tell

net = cv2.dnn.readNetFromONNX(str(ONNX))
for name, array in inputs().items():
    net.setInput(array, name)
names = net.getUnconnectedOutLayersNames()
tell(dict(zip(names, net.forward(names))))
