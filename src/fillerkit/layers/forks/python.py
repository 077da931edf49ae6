"""Python layers: what they make is in code, which is not run; the well-known ones are built in."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

from fillerkit.errors import Keyword, LayerError, ShapeNeeded
from fillerkit.layers.data import IMAGES, likely_lengths
from fillerkit.layers.plan import Plan, Setting, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import axes4
from fillerkit.schema.forks_pb2 import LayerParameter

PlanPython = Callable[[LayerParameter, Sequence[Shape], Setting], Plan]


class _Class(NamedTuple):
    """What a class makes, and of which tops and bottoms it is the class that is meant.

    Many forks of py-faster-rcnn have classes of the same names that make something else.
    """

    plan: PlanPython
    bottoms: int = 0
    tops: tuple[tuple[str, ...], ...] = ()
    """Parts of the names of the tops, in order, one tuple a form; "" for any name."""

    def is_meant(self, layer: LayerParameter) -> bool:
        """Whether a layer has the bottoms and tops of the class."""
        return not self.tops or (
            len(layer.bottom) == self.bottoms
            and any(
                len(form) == len(layer.top) and all(map(operator.contains, layer.top, form))
                for form in self.tops
            )
        )


_known: dict[tuple[str, str], _Class] = {}


def _class_of(layer: LayerParameter) -> _Class | None:
    known = _known.get((layer.python_param.module, layer.python_param.layer))
    return known if known is not None and known.is_meant(layer) else None


def _is_known(layer: LayerParameter) -> bool:
    return _class_of(layer) is not None


@layer("Python", bottoms=(0, None), tops=(0, None), setting=True, code=_is_known, fixed_batch=True)
def python(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """A layer that a Python class defines.

    Built in are the layers of py-faster-rcnn (and R-FCN), where tops and bottoms are those that it
    has, and FCN's data layers. Of any other the shapes of all tops have to be given. Parameter
    blobs, which few have, can be declared.
    """
    params = setting.params.get(layer.name, ())
    if all(top in setting.shapes for top in layer.top) and (layer.top or not _is_known(layer)):
        return Plan(tops=[setting.shapes[top] for top in layer.top], params=params)
    p = layer.python_param
    known = _class_of(layer)
    if known is None:
        raise ShapeNeeded(
            f"is Python's {p.module}.{p.layer}, whose code is not run (",
            Keyword("python_layers"),
            " runs it)",
            shapes={
                top: likely_lengths(top, layer) for top in layer.top if top not in setting.shapes
            },
        )
    planned = known.plan(layer, bottoms, setting)
    tops = [
        setting.shapes.get(top, shape) for top, shape in zip(layer.top, planned.tops, strict=False)
    ]
    return replace(planned, tops=tops, params=params)


def _python(
    module: str, name: str, bottoms: int = 0, tops: tuple[tuple[str, ...], ...] = ()
) -> Callable[[PlanPython], PlanPython]:
    """Make a Python layer known by its module and class, with the fields of `_Class`."""

    def register(plan: PlanPython) -> PlanPython:
        _known[module, name] = _Class(plan, bottoms, tops)
        return plan

    return register


_TARGETS = ("rois", "label", "bbox_target", "inside_weight", "outside_weight")


@_python("rpn.anchor_target_layer", "AnchorTargetLayer", 4, (("",) * 4,))
def _anchor_target(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """Labels and targets for every anchor at every place of bottom 0 (py-faster-rcnn)."""
    _, _, height, width = axes4(bottoms[0])
    anchors = _count(layer, "ratios", 3) * _count(layer, "scales", 3)
    targets = (1, 4 * anchors, height, width)
    return Plan(tops=[(1, 1, anchors * height, width), targets, targets, targets])


@_python("rpn.proposal_layer", "ProposalLayer", 3, (("",), ("", "")))
def _proposal(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """Regions, and their scores; one until the forward pass (py-faster-rcnn)."""
    return Plan(tops=[(1, 5), (1, 1, 1, 1)])


@_python("rpn.proposal_target_layer", "ProposalTargetLayer", 2, (_TARGETS,))
def _proposal_target(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """Regions with labels and targets; one until the forward pass (R-FCN's, with 4 axes each)."""
    targets = (1, 4 * _number(layer, "num_classes"), 1, 1)
    return Plan(tops=[(1, 5, 1, 1), (1, 1, 1, 1), targets, targets, targets])


@_python("roi_data_layer.layer", "RoIDataLayer", 0, (("", "im_info", "gt_boxes"), ("", *_TARGETS)))
def _roi_data(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """Images with regions, or with boxes for a region proposal network (py-faster-rcnn).

    The size of its images is in the configuration of py-faster-rcnn, by default 600 x 1000.
    """
    top = layer.top[0]
    data = setting.shapes.get(top, (1, 3, 600, 1000))
    assumed = {} if top in setting.shapes else {top: "py-faster-rcnn's default"}
    if "im_info" in layer.top[1]:
        return Plan(tops=[data, (1, 3), (1, 4)], assumed=assumed)
    targets = (1, 4 * _number(layer, "num_classes"), 1, 1)
    regions = [(1, 5, 1, 1), (1, 1, 1, 1), targets, targets, targets]
    return Plan(tops=[data, *regions], assumed=assumed)


def _segmentation_data(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """An image, and its labels by pixel (FCN)."""
    first, labels = layer.top[0], ("label", "sem", "geo")
    missing = [top for top in layer.top if top not in setting.shapes and top not in labels]
    if missing:
        p = layer.python_param
        raise ShapeNeeded(
            f"is Python's {p.module}.{p.layer}, which reads its shapes from images",
            shapes=dict.fromkeys(missing, (1, *IMAGES[1:])),
        )
    _, _, height, width = axes4(setting.shapes[first])
    return Plan(tops=[setting.shapes.get(top, (1, 1, height, width)) for top in layer.top])


for _module, _name in (
    ("voc_layers", "VOCSegDataLayer"),
    ("voc_layers", "SBDDSegDataLayer"),
    ("layers", "VOCSegDataLayer"),
    ("layers", "SBDDSegDataLayer"),
    ("nyud_layers", "NYUDSegDataLayer"),
    ("siftflow_layers", "SIFTFlowSegDataLayer"),
    ("pascalcontext_layers", "PASCALContextSegDataLayer"),
):
    _python(_module, _name)(_segmentation_data)


def _count(layer: LayerParameter, name: str, default: int) -> int:
    """How many numbers the list `name` of a param_str has; it is YAML or Python."""
    found = re.search(rf"['\"]?{name}['\"]?\s*:[^\[(]*[\[(]([^\])]*)", layer.python_param.param_str)
    return len([n for n in found[1].split(",") if n.strip()]) if found else default


def _number(layer: LayerParameter, name: str) -> int:
    found = re.search(rf"['\"]?{name}['\"]?\s*:\s*(\d+)", layer.python_param.param_str)
    if not found:
        raise LayerError(f"needs {name} in its param_str", field="python_param.param_str")
    return int(found[1])
