"""InnerProduct: the fully connected layer."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import canonical_axis, count, positive
from fillerkit.schema.forks_pb2 import LayerParameter


def _products(layer: LayerParameter, weight: Shape) -> tuple[float, int]:
    """A unit adds up a product for each input."""
    units, inputs = weight[::-1] if layer.inner_product_param.transpose else weight
    return inputs, units


@layer("InnerProduct", blobs=("weight", "bias"), sums=_products)
def inner_product(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Multiplies with a matrix and adds a bias.

    The weight is num_output x inputs, or inputs x num_output with ``transpose``.
    """
    p, shape = layer.inner_product_param, bottoms[0]
    rows = positive(p.num_output, "inner_product_param.num_output")
    axis = canonical_axis(p.axis, shape, "inner_product_param.axis")
    columns = count(shape[axis:])
    weight = (columns, rows) if p.transpose else (rows, columns)
    params = [Param("weight", weight, p.weight_filler)]
    if p.bias_term:
        params.append(Param("bias", (rows,), p.bias_filler))
    return Plan(tops=[(*shape[:axis], rows)], params=params)
