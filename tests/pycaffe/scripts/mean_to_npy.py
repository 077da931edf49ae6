import caffe
import numpy as np
import sys

if len(sys.argv) != 3:
    print("Usage: python mean_to_npy.py mean.binaryproto mean.npy")
    sys.exit()

blob = caffe.proto.caffe_pb2.BlobProto()
data = open(sys.argv[1], 'rb').read()
blob.ParseFromString(data)
arr = np.array(caffe.io.blobproto_to_array(blob))
out = arr[0]
print('mean image', out.shape, 'mean pixel', out.mean(1).mean(1))
np.save(sys.argv[2], out)
