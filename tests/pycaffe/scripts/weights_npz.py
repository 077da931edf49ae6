#!/usr/bin/env python
"""Weights out of a caffemodel into an npz, and back.

  weights_npz.py dump deploy.prototxt net.caffemodel net.npz
  weights_npz.py load deploy.prototxt net.npz net.caffemodel
"""
import sys
import numpy as np
import caffe


def dump(proto, model, npz):
    net = caffe.Net(proto, caffe.TEST, weights=model)
    arrays = {}
    for layer in net.params:
        for i, blob in enumerate(net.params[layer]):
            arrays['%s:%d' % (layer, i)] = blob.data
    np.savez(npz, **arrays)
    print('%d arrays, %d values' % (len(arrays), sum(a.size for a in arrays.values())))


def load(proto, npz, model):
    net = caffe.Net(proto, caffe.TEST)
    arrays = np.load(npz)
    for key in arrays.files:
        layer, i = key.rsplit(':', 1)
        net.params[layer][int(i)].data[...] = arrays[key]
    net.save(model)


if __name__ == '__main__':
    if len(sys.argv) != 5 or sys.argv[1] not in ('dump', 'load'):
        sys.exit(__doc__)
    {'dump': dump, 'load': load}[sys.argv[1]](*sys.argv[2:])
