# Draw the filters of a layer, side by side, into a picture.
import os
import sys

import numpy as np
from PIL import Image

this_dir = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(this_dir, '..', '..', 'python'))
import caffe


def tile(data, padsize=1, padval=1.0):
    """n pictures, height x width (x 3), in a square of squares."""
    data = (data - data.min()) / (data.max() - data.min())
    n = int(np.ceil(np.sqrt(data.shape[0])))
    height, width = data.shape[1] + padsize, data.shape[2] + padsize
    grid = np.full((n * height, n * width) + data.shape[3:], padval)
    for i, one in enumerate(data):
        y, x = i // n * height, i % n * width
        grid[y:y + height - padsize, x:x + width - padsize] = one
    return grid


def main(proto, weights, layer, out):
    caffe.set_mode_cpu()
    net = caffe.Net(proto, weights, caffe.TEST)
    print([(k, v[0].data.shape) for k, v in net.params.items()])
    filters = net.params[layer][0].data
    if filters.shape[1] == 3:
        grid = tile(filters.transpose(0, 2, 3, 1))
    else:
        grid = tile(filters.reshape((-1,) + filters.shape[2:]))
    picture = Image.fromarray((grid * 255).astype(np.uint8))
    picture = picture.resize((picture.width * 4, picture.height * 4), Image.NEAREST)
    picture.save(out)


if __name__ == '__main__':
    main(*sys.argv[1:])
