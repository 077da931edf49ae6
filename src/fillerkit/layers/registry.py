"""The layer types that are known, and the decorators that make one known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from fillerkit.errors import UsageError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.registry import Registry, first_line
from fillerkit.schema.forks_pb2 import LayerParameter

Counts = int | tuple[int, int | None]
PlanLayer = Callable[..., Plan]
PlanSource = Callable[[LayerParameter, Mapping[str, Shape]], Plan]


class LayerType(NamedTuple):
    """A layer type: what it may be connected to, and the function that plans it.

    Attributes
    ----------
    name : str
    bottoms, tops : (int, int or None)
        The least and the most; None for no limit.
    plan : callable
        ``(LayerParameter, shapes of the bottoms) -> Plan``, with a `Setting` as third argument
        where `setting`; of a source ``(LayerParameter, shapes that the caller gives) -> Plan``.
    source : bool
        Whether this is a data layer.
    outside : bool
        Whether its tops' shapes are in files besides the prototxt.
    same : bool
        Whether every bottom has a top of its own.
    loss : bool
        Whether missing tops are made up, and the first top weighs 1 in the net's loss.
    in_place : bool
        Whether a top may be the layer's own bottom.
    setting : bool
        Whether the plan depends on what the caller says besides the prototxt.
    code : callable or None
        For a type whose layers are defined by code that is not run: whether this one's is known,
        so that nothing need be said of it.
    """

    name: str
    bottoms: tuple[int, int | None]
    tops: tuple[int, int | None]
    plan: Callable[..., Plan]
    source: bool = False
    outside: bool = False
    same: bool = False
    loss: bool = False
    in_place: bool = True
    setting: bool = False
    code: Callable[[LayerParameter], bool] | None = None

    @property
    def summary(self) -> str:
        """The first line of the plan function's docstring."""
        return first_line(self.plan)


layer_types: Registry[LayerType] = Registry(
    "layer type", "fillerkit.layers", on_demand="fillerkit.layers.forks"
)


def layer(
    name: str,
    *,
    bottoms: Counts = 1,
    tops: Counts = 1,
    same: bool = False,
    loss: bool = False,
    in_place: bool = True,
    setting: bool = False,
    code: Callable[[LayerParameter], bool] | None = None,
) -> Callable[[PlanLayer], PlanLayer]:
    """Make a layer type known: the function below plans it.

    Parameters
    ----------
    name
        The type as a prototxt writes it. A name of Caffe's or of another of yours may not be taken
        again; one of a fork's may.
    bottoms, tops
        How many: a number, or (least, most) with None for no limit.
    same
        As many tops as bottoms.
    loss
        Tops that the prototxt leaves out are made up, as Caffe does for losses.
    in_place
        Whether a top may be the bottom itself.
    setting
        Whether the function takes a third argument, the `Setting`: shapes that the caller gives,
        and a dialect.
    code
        For a type whose layers run code of their own: whether a layer's code is known. Of one that
        is not, the caller says the tops' shapes, and may declare parameter blobs.

    The function gets the ``LayerParameter`` message, with every field that Caffe or a known fork
    has (``layer.scale_param.filler``), and the shapes of the bottoms; it answers with a `Plan`, and
    raises `LayerError` for what makes no sense. An installed package registers its layer types by
    an entry point of group ``fillerkit.layers`` that names the module.

    Examples
    --------
    >>> import fillerkit as fk
    >>> @fk.layer("ScaledSum", bottoms=2)
    ... def scaled_sum(layer, bottoms):
    ...     "Adds its bottoms, each channel of the second scaled by a learned factor."
    ...     weight = fk.Param("weight", (bottoms[0][1],), layer.scale_param.filler)
    ...     return fk.Plan(tops=[bottoms[0]], params=[weight])
    """
    if not isinstance(name, str) or not name:
        raise UsageError('a layer type needs a name: @fillerkit.layer("Name")')

    def register(plan: PlanLayer) -> PlanLayer:
        _add(
            LayerType(
                name,
                _span(bottoms),
                _span(tops),
                plan,
                same=same,
                loss=loss,
                in_place=in_place,
                setting=setting,
                code=code,
            )
        )
        return plan

    return register


def source(name: str, *, tops: Counts, outside: bool = False) -> Callable[[PlanSource], PlanSource]:
    """Make a data layer known: the function below plans it from the shapes a caller gives.

    With `outside`, its source is looked into first, where it exists.
    """

    def register(plan: PlanSource) -> PlanSource:
        _add(LayerType(name, (0, 0), _span(tops), plan, source=True, outside=outside))
        return plan

    return register


def _add(new: LayerType) -> None:
    layer_types.add(new.name, new)


def _span(counts: Counts) -> tuple[int, int | None]:
    return (counts, counts) if isinstance(counts, int) else counts
