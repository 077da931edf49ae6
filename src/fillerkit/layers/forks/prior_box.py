"""PriorBox: the default boxes of SSD."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import legacy_shape
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("PriorBox", bottoms=2, fixed_batch=True)
def prior_box(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The boxes that detections start from, and their variances (SSD).

    The top is 1 x 2 x (4 boxes): at every place of bottom 0 one box for each min_size and aspect
    ratio (1, those given and, with flip, their inverses, each once), and one for each max_size;
    twice as many with denser_prior_boxes (TextBoxes++: ``prior_box_layer.cpp``).
    """
    p = layer.prior_box_param
    _, _, height, width = legacy_shape(bottoms[0])
    if not p.min_size:
        raise LayerError("needs at least one min_size", field="prior_box_param")
    if p.max_size and len(p.max_size) != len(p.min_size):
        raise LayerError(
            f"needs a max_size for each min_size, or none: {len(p.max_size)} for {len(p.min_size)}",
            field="prior_box_param.max_size",
        )
    ratios = [1.0]
    for ratio in p.aspect_ratio:
        if not any(abs(ratio - known) < 1e-6 for known in ratios):
            ratios += [ratio, 1 / ratio] if p.flip else [ratio]
    boxes = (len(ratios) * len(p.min_size) + len(p.max_size)) * (1 + p.denser_prior_boxes)
    return Plan(tops=[(1, 2, 4 * boxes * height * width)])


@layer("PriorBoxClustered", bottoms=2, fixed_batch=True)
def prior_box_clustered(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The boxes that detections start from, of given widths and heights.

    The top is 1 x 2 x (4 boxes), one box at every place of bottom 0 for each width. Source:
    ``prior_box_clustered_layer.cpp`` of training_toolbox_caffe.
    """
    p = layer.prior_box_param
    _, _, height, width = legacy_shape(bottoms[0])
    if not p.width:
        raise LayerError("needs at least one width", field="prior_box_param")
    if p.height and len(p.height) != len(p.width):
        raise LayerError(
            f"needs a height for each width: {len(p.height)} for {len(p.width)}",
            field="prior_box_param.height",
        )
    return Plan(tops=[(1, 2, 4 * len(p.width) * height * width)])
