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
from fillerkit.layers.shapes import axes4, count, shown
from fillerkit.schema.forks_pb2 import LayerParameter

PlanPython = Callable[[LayerParameter, Sequence[Shape], Setting], Plan]


class _Class(NamedTuple):
    """What a class makes, and of which bottoms and tops it is the class that is meant.

    Forks have classes of the same names that make something else.
    """

    plan: PlanPython
    bottoms: tuple[str, ...] | None
    tops: tuple[str, ...]

    def is_meant(self, layer: LayerParameter) -> bool:
        """Whether a layer has the bottoms and tops of the class."""
        return self.bottoms is None or (
            _are_named(layer.bottom, self.bottoms) and _are_named(layer.top, self.tops)
        )


def _are_named(blobs: Sequence[str], parts: Sequence[str]) -> bool:
    return len(blobs) == len(parts) and all(map(operator.contains, blobs, parts))


_known: dict[tuple[str, str], list[_Class]] = {}


def _class_of(layer: LayerParameter) -> _Class | None:
    named = _known.get((layer.python_param.module, layer.python_param.layer), ())
    return next((each for each in named if each.is_meant(layer)), None)


def _is_known(layer: LayerParameter) -> bool:
    return _class_of(layer) is not None


@layer("Python", bottoms=(0, None), tops=(0, None), setting=True, code=_is_known, fixed_batch=True)
def python(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """A layer that a Python class defines.

    Built in are the layers of py-faster-rcnn and its forks (R-FCN, MNC, FPN, RRPN, R-C3D), where
    tops and bottoms are those that they have, and some of FCN, ENet, appearance-flow and
    Depth-VO-Feat. Of any other the shapes of all tops have to be given. Parameter blobs, which few
    have, can be declared.
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


def python_class(
    module: str, name: str, bottoms: Sequence[str] | None = None, tops: Sequence[str] = ()
) -> Callable[[PlanPython], PlanPython]:
    """Make a Python layer known by its module and class: the function below plans it.

    Where `bottoms` are given, only a layer is meant that has as many bottoms and as many `tops`,
    with these parts in their names, in order; "" for any name.
    """

    def register(plan: PlanPython) -> PlanPython:
        known = _Class(plan, None if bottoms is None else tuple(bottoms), tuple(tops))
        _known.setdefault((module, name), []).append(known)
        return plan

    return register


@python_class("spatial_dropout", "SpatialDropoutLayer", [""], [""])
def _spatial_dropout(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """Dropout of whole channels (ENet: ``spatial_dropout.py``)."""
    return Plan(tops=[bottoms[0]])


@python_class("pygeometry", "SE3_Generator_KITTI", [""], [""])
def _motion(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """A matrix of 4 x 4 for each 6 numbers of a motion (Depth-VO-Feat: ``pygeometry.py``)."""
    if count(bottoms[0]) % 6:
        raise LayerError(f"needs 6 numbers an item, not {shown(bottoms[0])}")
    return Plan(tops=[(bottoms[0][0], 1, 4, 4)])


@python_class("python_layers", "Meshgrid", [], [""])
def _meshgrid(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """The coordinates of each place (appearance-flow: ``python_layers.py``)."""
    return Plan(tops=[_images(layer, 2)])


@python_class("python_layers", "MeanVals", [], [""])
def _mean_values(layer: LayerParameter, bottoms: Sequence[Shape], setting: Setting) -> Plan:
    """A mean colour at each place (appearance-flow: ``python_layers.py``)."""
    return Plan(tops=[_images(layer, 3)])


def _images(layer: LayerParameter, channels: int) -> Shape:
    batch, height, width = (param_number(layer, name) for name in ("batch", "height", "width"))
    return (batch, channels, height, width)


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
    python_class(_module, _name)(_segmentation_data)


def param_count(layer: LayerParameter, name: str, default: int) -> int:
    """How many numbers the list `name` of a param_str has; it is YAML or Python."""
    found = re.search(rf"['\"]?{name}['\"]?\s*:[^\[(]*[\[(]([^\])]*)", layer.python_param.param_str)
    return len([n for n in found[1].split(",") if n.strip()]) if found else default


def param_number(layer: LayerParameter, name: str) -> int:
    """The whole number `name` of a param_str."""
    found = re.search(rf"['\"]?{name}['\"]?\s*:\s*(\d+)", layer.python_param.param_str)
    if not found:
        raise LayerError(f"needs {name} in its param_str", field="python_param.param_str")
    return int(found[1])
