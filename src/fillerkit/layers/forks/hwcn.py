"""Layers of blobs whose axes are height x width x channels x items (dicecco1/fpga_caffe)."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.convolution import convolution, gathered
from fillerkit.layers.inner_product import inner_product
from fillerkit.layers.plan import Plan, Setting, Shape
from fillerkit.layers.pooling import pooled
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, canonical_axis, count, height_and_width, positive, shown
from fillerkit.layers.traits import rows
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("CPFPConversion", bottoms=(1, None), tops=(1, None), same=True)
def cpfp_conversion(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """To the numbers of the FPGA or back (``cpfp_conversion_layer.cpp``)."""
    return Plan(tops=[bottoms[0]] * len(bottoms))


@layer("HWCN", bottoms=(1, None), tops=(1, None), same=True, moves=True)
def hwcn(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Axes to height x width x channels x items, or back; two axes change places.

    Source: ``hwcn_layer.cpp``.
    """
    shape = bottoms[0]
    if len(shape) == 2:
        return Plan(tops=[shape[::-1]] * len(bottoms))
    top = _to_hwcn(axes4(shape)) if layer.hwcn_param.convert_to else _from_hwcn(axes4(shape))
    return Plan(tops=[top] * len(bottoms))


@layer("Pad", bottoms=(1, None), tops=(1, None), same=True, setting=True)
def padded(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """One axis made longer, to pad_to or a multiple of pad_val, or shorter without pad.

    Shorter is pad_to, or the length of the axis before. In brocolli-caffe, pad_u and pad_d more
    rows and pad_l and pad_r more columns, the last two axes; fewer where they are below 0. Source:
    ``pad_layer.cpp`` of each.
    """
    if setting.dialect_for(layer, "fpga", "brocolli") == "brocolli":
        return Plan(tops=[_framed(layer, bottoms[0])] * len(bottoms))
    p, shape = layer.pad_param, list(bottoms[0])
    axis = canonical_axis(p.axis, bottoms[0], "pad_param.axis")
    if p.pad_to:
        shape[axis] = p.pad_to
    elif p.pad:
        unit = positive(p.pad_val, "pad_param.pad_val")
        shape[axis] = -(-shape[axis] // unit) * unit
    elif axis == 0:
        raise LayerError("needs pad_to, as there is no axis before axis 0", field="pad_param")
    else:
        shape[axis] = shape[axis - 1]
    return Plan(tops=[tuple(shape)] * len(bottoms))


def _framed(layer: LayerParameter, shape: Shape) -> Shape:
    """The shape with brocolli-caffe's rows and columns."""
    p = layer.pad_param
    if not 2 <= len(shape) <= 4:
        raise LayerError(f"needs a bottom of 2 to 4 axes, not {shown(shape)}")
    high = positive(shape[-2] + p.pad_u + p.pad_d, "the height it makes")
    wide = positive(shape[-1] + p.pad_l + p.pad_r, "the width it makes")
    return (*shape[:-2], high, wide)


@layer("OCLCRHWCN", blobs=("weight", "bias"), sums=gathered, activates=True)
def oclcrhwcn(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """A convolution, and with relu a ReLU, of a multiple of 16 items.

    The weight is num_output x (channels / group) x kernel, as in a Convolution; there is no
    dilation. Source: ``ocl_cr_hwcn_layer.cpp``.
    """
    shape = _from_hwcn(axes4(bottoms[0]))
    if shape[0] % 16:
        raise LayerError(f"needs a multiple of 16 items, not {shape[0]}")
    as_convolution = type(layer)()
    p = as_convolution.convolution_param
    p.CopyFrom(layer.convolution_param)
    p.axis, p.dilation[:] = 1, []
    plan = convolution(as_convolution, [shape])
    return Plan(tops=[_to_hwcn(plan.tops[0])], params=plan.params)


@layer("OCLPoolingHWCN", passes=True)
def ocl_pooling_hwcn(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The largest values of windows; one that starts in the padding is kept.

    Source: ``ocl_pooling_hwcn_layer.cpp``.
    """
    p, message = layer.pooling_param, "pooling_param"
    *lengths, channels, num = axes4(bottoms[0])
    kernel, stride, pads = (
        height_and_width(p, name, message) for name in ("kernel", "stride", "pad")
    )
    whole = [length + 2 * more for length, more in zip(lengths, pads, strict=True)]
    return Plan(tops=[(*pooled(whole, kernel, stride, (0, 0)), channels, num)])


@layer("OCLHWCNInnerProduct", blobs=("weight", "bias"), sums=rows)
def ocl_hwcn_inner_product(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """An InnerProduct whose items are the last axis (``ocl_inner_product_hwcn_layer.cpp``)."""
    if len(bottoms[0]) not in (2, 4):
        raise LayerError(f"needs a bottom of 2 or 4 axes, not {shown(bottoms[0])}")
    as_product = type(layer)()
    as_product.inner_product_param.CopyFrom(layer.inner_product_param)
    as_product.inner_product_param.axis = 1
    *inputs, num = bottoms[0]
    plan = inner_product(as_product, [(num, count(inputs))])
    return Plan(tops=[plan.tops[0][::-1]], params=plan.params)


def _to_hwcn(shape: Shape) -> Shape:
    num, channels, height, width = shape
    return height, width, channels, num


def _from_hwcn(shape: Shape) -> Shape:
    height, width, channels, num = shape
    return num, channels, height, width
