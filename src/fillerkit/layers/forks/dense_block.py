"""DenseBlock: a whole block of a DenseNet in one layer."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.batch_norm import BLOBS
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4, positive
from fillerkit.layers.traits import rows
from fillerkit.schema.forks_pb2 import FillerParameter, LayerParameter


def _blobs(layer: LayerParameter, count: int) -> tuple[str, ...]:
    each = ("weight", "scale", "bias", "mean", "variance")
    return (*(name for name in each for _ in range(count // len(each))), "scale_factor")


@layer("DenseBlock", blobs=_blobs, statistics=BLOBS, sums=rows, activates=True)
def dense_block(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """3 x 3 convolutions, each of all channels so far (DN_CaffeScript, caffe_ocr).

    The blobs: a filter for every transition, then scales, biases, means, variances (1 at the
    start), and the factor that the last two are to be divided by.
    """
    p, message = layer.denseblock_param, "denseblock_param"
    if p.use_BC:
        raise LayerError(
            "with use_BC its fillers take turns between blobs that are not neighbours, "
            "which is not supported",
            field=f"{message}.use_BC",
        )
    for name in ("BN_Scaler_Filler", "BN_Bias_Filler"):
        if getattr(p, name).type != "constant":
            raise LayerError(f"needs a constant {name}", field=f"{message}.{name}")
    num, channels, height, width = axes4(bottoms[0])
    steps = positive(p.numTransition, f"{message}.numTransition")
    growth = positive(p.growthRate, f"{message}.growthRate")
    inputs = [channels + growth * step for step in range(steps)]
    each = [(1, count, 1, 1) for count in inputs]
    params = [
        *(Param("weight", (growth, count, 3, 3), p.Filter_Filler) for count in inputs),
        *(Param("scale", shape, p.BN_Scaler_Filler) for shape in each),
        *(Param("bias", shape, p.BN_Bias_Filler) for shape in each),
        *(Param("mean", shape, learned=False) for shape in each),
        *(Param("variance", shape, FillerParameter(value=1), learned=False) for shape in each),
        Param("scale_factor", (1,), learned=False),
    ]
    return Plan(tops=[(num, channels + growth * steps, height, width)], params=params)
