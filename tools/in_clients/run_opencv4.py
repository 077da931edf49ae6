"""OpenCV 4's importer of Caffe's nets."""

import cv2
from client_files import CAFFEMODEL, PROTOTXT, inputs, tell, wanted

net = cv2.dnn.readNetFromCaffe(str(PROTOTXT), str(CAFFEMODEL))
# Fused layers leave blobs without values; Winograd's products lose a digit in deep nets.
net.enableFusion(False)
net.enableWinograd(False)
for name, array in inputs().items():
    net.setInput(array, name)
outputs = dict(zip(wanted(), net.forward(list(wanted().values()))))
weights = {}
for layer in net.getLayerNames():
    for index in range(9):
        try:
            weights[f"{layer}/{index}"] = net.getParam(layer, index)
        except cv2.error:
            break
tell(outputs, weights)
