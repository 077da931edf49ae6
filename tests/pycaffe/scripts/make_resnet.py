"""Write the prototxt of a residual net for CIFAR-10 (He et al. 2015), and its first weights."""
import argparse

import caffe
from caffe import layers as L
from caffe import params as P


def conv_bn(net, name, bottom, num_output, kernel_size=3, stride=1, pad=1, relu=True):
    net[name] = L.Convolution(bottom, num_output=num_output, kernel_size=kernel_size,
                              stride=stride, pad=pad, bias_term=False,
                              param=dict(lr_mult=1, decay_mult=1),
                              weight_filler=dict(type='msra'))
    net['bn_' + name] = L.BatchNorm(net[name], in_place=True)
    net['scale_' + name] = L.Scale(net['bn_' + name], in_place=True,
                                   scale_param=dict(bias_term=True))
    if relu:
        net[name + '_relu'] = L.ReLU(net['scale_' + name], in_place=True)
        return net[name + '_relu']
    return net['scale_' + name]


def block(net, name, bottom, num_output, stride):
    branch = conv_bn(net, name + '_branch2a', bottom, num_output, stride=stride)
    branch = conv_bn(net, name + '_branch2b', branch, num_output, relu=False)
    if stride > 1 or name.startswith('res1_0'):
        bottom = conv_bn(net, name + '_branch1', bottom, num_output, 1, stride, 0, relu=False)
    net[name] = L.Eltwise(bottom, branch, operation=P.Eltwise.SUM)
    net[name + '_relu'] = L.ReLU(net[name], in_place=True)
    return net[name + '_relu']


def resnet(n, phase):
    net = caffe.NetSpec()
    batch = 128 if phase == 'train' else 100
    net.data = L.Input(input_param=dict(shape=dict(dim=[batch, 3, 32, 32])))
    if phase == 'train':
        net.label = L.Input(input_param=dict(shape=dict(dim=[batch])))
    top = conv_bn(net, 'conv1', net.data, 16)
    for stage in range(3):
        for unit in range(n):
            stride = 2 if stage and not unit else 1
            top = block(net, 'res%d_%d' % (stage + 1, unit), top, 16 << stage, stride)
    net.pool = L.Pooling(top, pooling_param=dict(pool=P.Pooling.AVE, global_pooling=True))
    net.fc = L.InnerProduct(net.pool, num_output=10, weight_filler=dict(type='msra'))
    if phase == 'train':
        net.loss = L.SoftmaxWithLoss(net.fc, net.label)
    else:
        net.prob = L.Softmax(net.fc)
    return net.to_proto()


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('-n', type=int, default=3, help='blocks a stage: 6n + 2 layers')
    parser.add_argument('--seed', type=int, default=1)
    args = parser.parse_args()
    for phase in ('train', 'deploy'):
        proto = resnet(args.n, phase)
        proto.name = 'ResNet%d' % (6 * args.n + 2)
        with open('resnet_%s.prototxt' % phase, 'w') as f:
            f.write('# made by make_resnet.py\n' + str(proto))
    caffe.set_mode_cpu()
    caffe.set_random_seed(args.seed)
    net = caffe.Net('resnet_train.prototxt', caffe.TRAIN)
    print('%s: %d layers with weights' % (
        proto.name, sum(l.type in ('Convolution', 'InnerProduct') for l in net.layers)))
    net.save('resnet_init.caffemodel')
    deploy = caffe.Net('resnet_deploy.prototxt', 'resnet_init.caffemodel', caffe.TEST)
    print(deploy.outputs, deploy.blobs['prob'].data.shape)
