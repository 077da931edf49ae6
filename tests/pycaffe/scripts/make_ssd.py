from __future__ import print_function
import math
import os
import sys

sys.path.insert(0, os.path.join(os.path.expanduser('~'), 'caffe-ssd', 'python'))
import caffe
from caffe import layers as L
from caffe import params as P
from caffe.proto import caffe_pb2


def ConvLayer(net, from_layer, out_layer, num_output, kernel_size, pad, stride, relu=True):
    kwargs = {
        'param': [dict(lr_mult=1, decay_mult=1), dict(lr_mult=2, decay_mult=0)],
        'weight_filler': dict(type='xavier'),
        'bias_filler': dict(type='constant', value=0),
    }
    net[out_layer] = L.Convolution(net[from_layer], num_output=num_output,
                                   kernel_size=kernel_size, pad=pad, stride=stride, **kwargs)
    if relu:
        net['{}_relu'.format(out_layer)] = L.ReLU(net[out_layer], in_place=True)
    return out_layer


def Body(net, from_layer):
    sources = []
    for stage, channels in enumerate((16, 32, 64)):
        name = ConvLayer(net, from_layer, 'conv{}_1'.format(stage + 1), channels, 3, 1, 1)
        name = ConvLayer(net, name, 'conv{}_2'.format(stage + 1), channels, 3, 1, 1)
        sources.append(name)
        from_layer = 'pool{}'.format(stage + 1)
        net[from_layer] = L.Pooling(net[name], pool=P.Pooling.MAX, kernel_size=2, stride=2)
    return sources[1:]


def MultiBoxHead(net, data_layer, num_classes, from_layers, sizes, aspect_ratios):
    loc_layers, conf_layers, prior_layers = [], [], []
    for from_layer, (min_size, max_size), ratios in zip(from_layers, sizes, aspect_ratios):
        norm = '{}_norm'.format(from_layer)
        net[norm] = L.Normalize(net[from_layer], across_spatial=False, channel_shared=False,
                                scale_filler=dict(type='constant', value=20))
        num_priors = 2 + 2 * len(ratios)
        for kind, width, kept in (('loc', 4, loc_layers), ('conf', num_classes, conf_layers)):
            name = ConvLayer(net, norm, '{}_mbox_{}'.format(norm, kind), num_priors * width,
                             3, 1, 1, relu=False)
            net[name + '_perm'] = L.Permute(net[name], order=[0, 2, 3, 1])
            net[name + '_flat'] = L.Flatten(net[name + '_perm'], axis=1)
            kept.append(net[name + '_flat'])
        name = '{}_mbox_priorbox'.format(norm)
        net[name] = L.PriorBox(net[norm], net[data_layer], min_size=min_size, max_size=max_size,
                               aspect_ratio=ratios, flip=True, clip=False,
                               variance=[0.1, 0.1, 0.2, 0.2], offset=0.5)
        prior_layers.append(net[name])
    net['mbox_loc'] = L.Concat(*loc_layers, axis=1)
    net['mbox_conf'] = L.Concat(*conf_layers, axis=1)
    net['mbox_priorbox'] = L.Concat(*prior_layers, axis=2)
    return [net['mbox_loc'], net['mbox_conf'], net['mbox_priorbox']]


num_classes = 21
size = 64
net = caffe.NetSpec()
net.data = L.Input(shape=dict(dim=[2, 3, size, size]))
net.label = L.Input(shape=dict(dim=[1, 1, 8, 8]))
sources = Body(net, 'data')
mbox_layers = MultiBoxHead(net, 'data', num_classes, sources,
                           [(size * 0.2, size * 0.45), (size * 0.45, size * 0.7)], [[2], [2, 3]])
multibox_loss_param = {
    'loc_loss_type': P.MultiBoxLoss.SMOOTH_L1,
    'conf_loss_type': P.MultiBoxLoss.SOFTMAX,
    'loc_weight': 1.0,
    'num_classes': num_classes,
    'share_location': True,
    'match_type': P.MultiBoxLoss.PER_PREDICTION,
    'overlap_threshold': 0.5,
    'use_prior_for_matching': True,
    'background_label_id': 0,
    'neg_pos_ratio': 3.,
    'neg_overlap': 0.5,
    'code_type': P.PriorBox.CENTER_SIZE,
}
mbox_layers.append(net.label)
net['mbox_loss'] = L.MultiBoxLoss(*mbox_layers, multibox_loss_param=multibox_loss_param,
                                  loss_param=dict(normalization=P.Loss.VALID),
                                  include=dict(phase=caffe_pb2.Phase.Value('TRAIN')),
                                  propagate_down=[True, True, False, False])
with open('train.prototxt', 'w') as f:
    print('name: "SSD_{}_train"'.format(size), file=f)
    print(net.to_proto(), file=f)

caffe.set_random_seed(1701)
train = caffe.Net('train.prototxt', caffe.TRAIN)
for name in ('mbox_loc', 'mbox_conf', 'mbox_priorbox'):
    print(name, train.blobs[name].data.shape)
# a background that is likely from the start keeps the first steps small
for name in train.params:
    if name.endswith('mbox_conf'):
        bias = train.params[name][1].data
        bias.reshape(-1, num_classes)[:, 0] = math.log((num_classes - 1) * 3)
train.save('ssd_init.caffemodel')
