from __future__ import print_function
from caffe import layers as L, params as P, to_proto
from caffe.proto import caffe_pb2
import caffe


def bn_relu_conv(bottom, ks, nout, stride, pad, dropout):
    batch_norm = L.BatchNorm(bottom, in_place=False, param=[dict(lr_mult=0, decay_mult=0)] * 3)
    scale = L.Scale(batch_norm, bias_term=True, in_place=True, filler=dict(value=1),
                    bias_filler=dict(value=0))
    relu = L.ReLU(scale, in_place=True)
    conv = L.Convolution(relu, kernel_size=ks, stride=stride, num_output=nout, pad=pad,
                         bias_term=False, weight_filler=dict(type='msra'))
    if dropout > 0:
        conv = L.Dropout(conv, dropout_ratio=dropout)
    return conv


def add_layer(bottom, num_filter, dropout):
    conv = bn_relu_conv(bottom, ks=3, nout=num_filter, stride=1, pad=1, dropout=dropout)
    return L.Concat(bottom, conv, axis=1)


def transition(bottom, num_filter, dropout):
    conv = bn_relu_conv(bottom, ks=1, nout=num_filter, stride=1, pad=0, dropout=dropout)
    return L.Pooling(conv, pool=P.Pooling.AVE, kernel_size=2, stride=2)


def densenet(batch_size, depth=13, first_output=16, growth_rate=12, dropout=0.2):
    data, label = L.Input(ntop=2, shape=[dict(dim=[batch_size, 3, 32, 32]), dict(dim=[batch_size])])
    nchannels = first_output
    model = L.Convolution(data, kernel_size=3, stride=1, num_output=nchannels, pad=1,
                          bias_term=False, weight_filler=dict(type='msra'),
                          bias_filler=dict(type='constant'))
    n = (depth - 4) // 3
    for block in range(3):
        for _ in range(n):
            model = add_layer(model, growth_rate, dropout)
            nchannels += growth_rate
        if block < 2:
            model = transition(model, nchannels, dropout)
    model = L.BatchNorm(model, in_place=False, param=[dict(lr_mult=0, decay_mult=0)] * 3)
    model = L.Scale(model, bias_term=True, in_place=True, filler=dict(value=1),
                    bias_filler=dict(value=0))
    model = L.ReLU(model, in_place=True)
    model = L.Pooling(model, pool=P.Pooling.AVE, global_pooling=True)
    model = L.InnerProduct(model, num_output=10, bias_term=True, weight_filler=dict(type='xavier'),
                           bias_filler=dict(type='constant'))
    loss = L.SoftmaxWithLoss(model, label)
    accuracy = L.Accuracy(model, label)
    return to_proto(loss, accuracy)


def make_net():
    with open('train_densenet.prototxt', 'w') as f:
        print(str(densenet(4)), file=f)
    with open('test_densenet.prototxt', 'w') as f:
        print(str(densenet(2, dropout=0)), file=f)


def make_solver():
    s = caffe_pb2.SolverParameter()
    s.random_seed = 0xCAFFE
    s.train_net = 'train_densenet.prototxt'
    s.test_net.append('test_densenet.prototxt')
    s.test_interval = 800
    s.test_iter.append(200)
    s.max_iter = 230000
    s.type = 'Nesterov'
    s.display = 1
    s.base_lr = 0.1
    s.momentum = 0.9
    s.weight_decay = 1e-4
    s.lr_policy = 'multistep'
    s.gamma = 0.1
    s.stepvalue.extend([115000, 172500])
    s.solver_mode = caffe_pb2.SolverParameter.GPU
    with open('solver.prototxt', 'w') as f:
        f.write(str(s))


if __name__ == '__main__':
    make_net()
    make_solver()
    solver = caffe.get_solver('solver.prototxt')
    print(type(solver).__name__, sum(p[0].count for p in solver.net.params.values()))
    solver.net.save('densenet_init.caffemodel')
