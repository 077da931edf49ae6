#!/usr/bin/env python
"""Fold every BatchNorm, and the Scale behind it, into the convolution before them.

usage: merge_bn.py train.prototxt train.caffemodel merged.prototxt merged.caffemodel
Writes the last two.
"""
from __future__ import print_function
import os
os.environ['GLOG_minloglevel'] = '2'
import sys
import numpy as np
import google.protobuf.text_format as txtf
import caffe
from caffe.proto import caffe_pb2


def read_net(path):
    net = caffe_pb2.NetParameter()
    with open(path) as f:
        txtf.Merge(f.read(), net)
    return net


def find(layers, bottom, kind):
    for layer in layers:
        if layer.type == kind and layer.bottom[0] == bottom:
            return layer
    return None


def plan(net):
    """[(convolution, batch norm, scale or None)], by layer."""
    found = []
    for i, conv in enumerate(net.layer):
        if conv.type != 'Convolution':
            continue
        bn = find(net.layer[i + 1:], conv.top[0], 'BatchNorm')
        if bn is not None:
            found.append((conv, bn, find(net.layer[i + 1:], bn.top[0], 'Scale')))
    return found


def merged_net(net, merges):
    gone = set()
    out = caffe_pb2.NetParameter()
    out.CopyFrom(net)
    rename = {}
    for conv, bn, scale in merges:
        last = bn if scale is None else scale
        rename[last.top[0]] = conv.top[0]
        gone.update(l.name for l in (bn, scale) if l is not None)
    kept = [l for l in out.layer if l.name not in gone]
    for layer in kept:
        layer.bottom[:] = [rename.get(b, b) for b in layer.bottom]
        layer.top[:] = [rename.get(t, t) for t in layer.top]
        if layer.name in [conv.name for conv, _, _ in merges]:
            layer.convolution_param.bias_term = True
    result = caffe_pb2.NetParameter(name=net.name + '_merged')
    result.layer.extend(kept)
    return result


def main(proto, weights, out_proto, out_weights):
    caffe.set_mode_cpu()
    net_param = read_net(proto)
    merges = plan(net_param)
    with open(out_proto, 'w') as f:
        f.write(txtf.MessageToString(merged_net(net_param, merges)))

    net = caffe.Net(proto, weights, caffe.TEST)
    out = caffe.Net(out_proto, caffe.TEST)
    for name, blobs in out.params.items():
        if type(net.params[name]) is not caffe._caffe.BlobVec:
            raise TypeError(name)
        for i in range(min(len(blobs), len(net.params[name]))):
            blobs[i].data[...] = net.params[name][i].data

    for conv, bn, scale in merges:
        mean, var, factor = [b.data for b in net.params[bn.name]]
        norm = 0 if factor[0] == 0 else 1.0 / factor[0]
        mean, std = mean * norm, np.sqrt(var * norm + bn.batch_norm_param.eps)
        gain, shift = 1, 0
        if scale is not None:
            gain = net.params[scale.name][0].data
            if scale.scale_param.bias_term:
                shift = net.params[scale.name][1].data
        weight, bias = out.params[conv.name]
        weight.data[...] *= (gain / std).reshape(-1, 1, 1, 1)
        bias.data[...] = (bias.data - mean) * gain / std + shift
        print('merged', bn.name, scale.name if scale is not None else '-', 'into', conv.name)
    out.save(out_weights)

    # the two have to say the same of anything
    x = np.random.RandomState(3).randn(*net.blobs['data'].data.shape)
    a = net.forward(data=x)
    b = out.forward(data=x)
    for (_, before), (_, after) in zip(sorted(a.items()), sorted(b.items())):
        print('largest difference %.1e' % np.abs(before - after).max())


if __name__ == '__main__':
    if len(sys.argv) != 5:
        print(__doc__)
        sys.exit(-1)
    main(*sys.argv[1:])
