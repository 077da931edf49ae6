"""ClassDistance: distances to the centers of classes, in units of their spread."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import count, positive
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("ClassDistance", bottoms=(1, 2), blobs=("weight", "sigma"))
def class_distance(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """How near each class is; with labels as bottom 1, their class by a margin less (L-GM-loss).

    The weight has the centers, num_output x inputs. bias_filler fills sigma: one a class, or
    without isotropic one for each of its inputs. bias_term is not looked at. Source:
    ``class_distance_layer.cpp``.
    """
    p = layer.class_distance_param
    classes = positive(p.num_output, "class_distance_param.num_output")
    centers = (classes, count(bottoms[0][1:]))
    params = [
        Param("weight", centers, p.weight_filler),
        Param("sigma", (classes,) if p.isotropic else centers, p.bias_filler),
    ]
    return Plan(tops=[(*bottoms[0][:1], classes)], params=params)
