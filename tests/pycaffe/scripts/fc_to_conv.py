# Cast the inner products of a net into convolutions, and run the result on a larger image.
import sys
sys.path.insert(0, '/opt/caffe/python')
import numpy as np
import caffe

net = caffe.Net(sys.argv[1], sys.argv[2], caffe.TEST)
net_full_conv = caffe.Net(sys.argv[3], sys.argv[2], caffe.TEST)

params = ['ip1', 'ip2']
params_full_conv = ['ip1-conv', 'ip2-conv']

# name -> (weights, biases)
fc_params = {pr: (net.params[pr][0].data, net.params[pr][1].data) for pr in params}
conv_params = {pr: (net_full_conv.params[pr][0].data, net_full_conv.params[pr][1].data)
               for pr in params_full_conv}

for pr, pr_conv in zip(params, params_full_conv):
    conv_params[pr_conv][0].flat = fc_params[pr][0].flat  # row-major on both sides
    conv_params[pr_conv][1][...] = fc_params[pr][1]
    print('{} {} -> {} {}'.format(pr, fc_params[pr][0].shape, pr_conv, conv_params[pr_conv][0].shape))

net_full_conv.save(sys.argv[4])

# the classifier's answer for the image, and the full convolution's at the same place
image = np.random.RandomState(0).rand(*net.blobs['data'].data.shape).astype(np.float32)
net.blobs['data'].data[...] = image
want = net.forward()['ip2']
net_full_conv.blobs['data'].reshape(*image.shape)
net_full_conv.reshape()
net_full_conv.blobs['data'].data[...] = image
got = net_full_conv.forward()['ip2-conv']
print('they differ by', abs(got.reshape(want.shape) - want).max())
n, c, h, w = image.shape
net_full_conv.blobs['data'].reshape(1, c, 2 * h, 2 * w)
print('a larger image gives', net_full_conv.forward()['ip2-conv'].shape)
