"""Caffe 1.0 itself: the pycaffe of the wheel kendryte-caffe, which holds its library."""

import caffe
from client_files import CAFFEMODEL, PROTOTXT, inputs, tell, wanted

net = caffe.Net(str(PROTOTXT), str(CAFFEMODEL), caffe.TEST)
for name, array in inputs().items():
    net.blobs[name].data[...] = array
net.forward()
outputs = {blob: net.blobs[blob].data for blob in wanted()}
weights = {
    f"{layer}/{index}": blob.data
    for layer, blobs in net.params.items()
    for index, blob in enumerate(blobs)
}
tell(outputs, weights)
