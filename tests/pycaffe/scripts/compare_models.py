#!/usr/bin/env python3
# -*- coding: utf-8 -*-
# Which layers of two caffemodels of one net differ, and by how much. Exit code 1 if any does.
import argparse
import sys

import numpy as np
import caffe
from caffe.proto import caffe_pb2


def layers_of(path):
    """Names of the layers with blobs, from the file alone."""
    net = caffe_pb2.NetParameter()
    with open(path, 'rb') as f:
        net.ParseFromString(f.read())
    return [layer.name for layer in net.layer if len(layer.blobs)]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('proto')
    parser.add_argument('first')
    parser.add_argument('second')
    parser.add_argument('--tolerance', type=float, default=0)
    args = parser.parse_args()

    caffe.init_log()
    nets = [caffe.Net(args.proto, caffe.TEST, weights=w) for w in (args.first, args.second)]
    only = set(layers_of(args.first)) ^ set(layers_of(args.second))
    for name in sorted(only):
        print('%-12s in one file only' % name)
    differ = len(only)
    for name in nets[0].params:
        for i, (a, b) in enumerate(zip(nets[0].params[name], nets[1].params[name])):
            gap = np.abs(a.data - b.data)
            if gap.max() > args.tolerance:
                differ += 1
                print('%-12s %d: %d of %d values, by up to %g' % (
                    name, i, (gap > args.tolerance).sum(), a.count, gap.max()))
    print('%d differences' % differ)
    return 1 if differ else 0


if __name__ == '__main__':
    sys.exit(main())
