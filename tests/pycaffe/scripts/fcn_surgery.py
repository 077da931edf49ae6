#!/usr/bin/env python
# Start a fully convolutional net from a classifier: its weights go over where they have a place,
# and the upsampling layer begins as bilinear interpolation.
#
#   fcn_surgery.py classifier.prototxt classifier.caffemodel fcn.prototxt fcn.caffemodel
from __future__ import division, print_function

import os
import sys

import numpy as np

caffe_root = os.environ.get('CAFFE_ROOT', '../caffe/')
sys.path.insert(0, caffe_root + 'python')
import caffe


def transplant(new_net, net, suffix=''):
    """Copy every blob of net that new_net has room for, whatever its shape."""
    for name in net.params:
        target = name + suffix
        if target not in new_net.params:
            print('leaving', name)
            continue
        for i, (ours, theirs) in enumerate(zip(new_net.params[target], net.params[name])):
            if ours.count != theirs.count:
                print('leaving', name, i, list(theirs.shape), 'for', list(ours.shape))
                continue
            if list(ours.shape) != list(theirs.shape):
                print('casting', name, i, list(theirs.shape), 'to', list(ours.shape))
            ours.data.flat = theirs.data.flat


def tent(size):
    """A size x size kernel that interpolates bilinearly."""
    factor = (size + 1) // 2
    middle = factor - 1 if size % 2 else factor - 0.5
    slope = 1 - np.abs(np.arange(size) - middle) / factor
    return np.outer(slope, slope)


def interpolate(net, names):
    for name in names:
        out, into, height, width = net.params[name][0].data.shape
        if out != into or height != width:
            raise ValueError('%s cannot interpolate: %s' % (name, (out, into, height, width)))
        net.params[name][0].data[...] = 0
        net.params[name][0].data[np.arange(out), np.arange(out), :, :] = tent(height)


if __name__ == '__main__':
    proto, weights, fcn_proto, fcn_weights = sys.argv[1:5]
    caffe.set_mode_gpu()
    caffe.set_device(0)
    base = caffe.Net(proto, weights, caffe.TEST)
    fcn = caffe.Net(fcn_proto, caffe.TRAIN)
    transplant(fcn, base)
    interpolate(fcn, [k for k in fcn.params.keys() if 'up' in k])
    fcn.save(fcn_weights)
    print('scores are', fcn.blobs['score'].data.shape)
