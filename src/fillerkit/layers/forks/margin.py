"""Inner products and scores with a margin, for faces."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import canonical_axis, count, equal_batch, positive
from fillerkit.layers.traits import rows
from fillerkit.schema.forks_pb2 import (
    FillerParameter,
    InnerDistanceParameter,
    LargeMarginInnerProductParameter,
    LayerParameter,
    MarginInnerProductParameter,
)

_Product = InnerDistanceParameter | LargeMarginInnerProductParameter | MarginInnerProductParameter


def _classes(layer: LayerParameter, bottoms: Sequence[Shape]) -> int:
    large = layer.HasField("largemargin_inner_product_param")
    p = layer.largemargin_inner_product_param if large else layer.margin_inner_product_param
    return p.num_output


@layer(
    "LargeMarginInnerProduct",
    bottoms=(2, 3),
    tops=(1, 2),
    blobs=("weight",),
    sums=rows,
    activates=True,
    whole={1: _classes},
)
def largemargin_inner_product(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Scores whose own class has to win by a margin: L-Softmax (LargeMargin_Softmax_Loss).

    Bottoms: features, labels and, in happynear's, the weight. A second top is the lambda.
    """
    equal_batch(bottoms)
    message = "largemargin_inner_product_param"
    return _product(bottoms[0], layer.largemargin_inner_product_param, message, bottoms[2:])


@layer(
    "MarginInnerProduct",
    bottoms=2,
    tops=(1, 2),
    blobs=("weight",),
    sums=rows,
    activates=True,
    whole={1: _classes},
)
def margin_inner_product(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Scores with a margin between angles: A-Softmax (SphereFace). A second top is the lambda."""
    equal_batch(bottoms)
    return _product(bottoms[0], layer.margin_inner_product_param, "margin_inner_product_param")


@layer("InnerDistance", bottoms=(1, 3), blobs=("weight", "bias"), weights=())
def inner_distance(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The distance to each row of the weight, with a bias (happynear).

    Bottoms 1 and 2 are a weight and a bias from elsewhere.
    """
    p = layer.inner_distance_param
    plan = _product(bottoms[0], p, "inner_distance_param", bottoms[1:2])
    if not plan.params:
        return plan
    rows, columns = plan.params[0].shape
    weight = (columns, rows) if p.transpose else (rows, columns)
    params = [Param("weight", weight, p.weight_filler)]
    if p.bias_term:
        params.append(Param("bias", (rows,), p.bias_filler))
    return Plan(tops=plan.tops[:1], params=params)


@layer("LabelSpecificAdd", bottoms=2, tops=(1, 2))
def label_specific_add(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Adds to the score of an item's own class, and what it adds (happynear)."""
    return Plan(tops=[bottoms[0], (1,)])


@layer("GlobalLSEMargin", bottoms=(2, 3), tops=(1, 2), blobs=("scale", "margin"), weights=())
def global_lse_margin(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Scores with a margin that it finds itself, and 5 numbers about it (happynear).

    Its scale is filled by ``scale_param``, and starts as 30 unless that says otherwise; it is
    learned unless bottom 2 gives norms. Source: ``global_lse_margin_layer.cpp``.
    """
    p = layer.scale_param
    scale = Param(
        "scale",
        (1,),
        p.filler if p.HasField("filler") else FillerParameter(value=30),
        rates=None if layer.param else (float(len(bottoms) == 2), 0.0),
    )
    margin = Param("margin", (1,), learned=False)
    return Plan(tops=[bottoms[0], (5,)], params=[scale, margin])


@layer("LabelSpecificRescale", bottoms=2, tops=(1, 2))
def label_specific_rescale(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Multiplies the score of an item's own class, or the others (happynear)."""
    return Plan(tops=[bottoms[0], (1,)])


def _product(shape: Shape, p: _Product, message: str, weights: Sequence[Shape] = ()) -> Plan:
    """What multiplies the axes from axis on with one weight, a row an output."""
    axis = canonical_axis(p.axis, shape, f"{message}.axis")
    if weights and not weights[0]:
        raise LayerError("its weight from elsewhere must not be a scalar")
    rows = weights[0][0] if weights else positive(p.num_output, f"{message}.num_output")
    weight = Param("weight", (rows, count(shape[axis:])), p.weight_filler)
    return Plan(tops=[(*shape[:axis], rows), (1,)], params=[] if weights else [weight])
