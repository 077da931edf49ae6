"""NdConvolution: a convolution whose lengths are shapes."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.convolution import convolution, gathered
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.schema.forks_pb2 import ConvolutionParameter, LayerParameter, PoolingParameter


def lengths_of(
    p: ConvolutionParameter | PoolingParameter, message: str
) -> tuple[list[int], list[int], list[int]]:
    """Kernel, stride and pad of ``kernel_shape``, ``stride_shape`` and ``pad_shape``."""
    kernel = list(p.kernel_shape.dim)
    if not kernel:
        raise LayerError("needs kernel_shape", field=message)
    stride = list(p.stride_shape.dim) or [1] * len(kernel)
    pad = list(p.pad_shape.dim) or [0] * len(kernel)
    for name, lengths in (("stride_shape", stride), ("pad_shape", pad)):
        if len(lengths) != len(kernel):
            raise LayerError(
                f"needs as many dim in {name} as in kernel_shape: {len(kernel)}, "
                f"not {len(lengths)}",
                field=f"{message}.{name}",
            )
    return kernel, stride, pad


@layer(
    "NdConvolution",
    bottoms=(1, None),
    tops=(1, None),
    same=True,
    blobs=("weight", "bias"),
    sums=gathered,
)
def nd_convolution(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Convolution by kernel_shape, stride_shape and pad_shape (video-caffe).

    kernel_size, stride, pad and dilation are not looked at. Source: ``cudnn_ndconv_layer.cpp``.
    """
    kernel, stride, pad = lengths_of(layer.convolution_param, "convolution_param")
    as_convolution = type(layer)()
    p = as_convolution.convolution_param
    p.CopyFrom(layer.convolution_param)
    for name in ("kernel_h", "kernel_w", "stride_h", "stride_w", "pad_h", "pad_w"):
        p.ClearField(name)
    p.kernel_size[:], p.stride[:], p.pad[:], p.dilation[:] = kernel, stride, pad, []
    p.axis = 1
    return convolution(as_convolution, bottoms)
