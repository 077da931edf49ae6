"""The layer types that are known, and the decorators that make one known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Unpack

from fillerkit.errors import UsageError, is_nearly
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.traits import Declared, Traits
from fillerkit.registry import Registry, first_line
from fillerkit.schema.forks_pb2 import LayerParameter

Counts = int | tuple[int, int | None]
PlanLayer = Callable[..., Plan]
PlanSource = Callable[[LayerParameter, Mapping[str, Shape]], Plan]


class LayerType(NamedTuple):
    """A layer type: what it may be connected to, its traits, and the function that plans it.

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
        Of a data layer: whether its tops' shapes are outside the prototxt, in the files that it
        reads.
    same : bool
        Whether a layer has the same number of tops as of bottoms, one for each.
    in_place : bool
        Whether a top may be the layer's own bottom.
    setting : bool
        Whether the plan depends on what the caller says besides the prototxt.
    code : callable or None
        Of a type whose layers run code of their own, which is not run here: whether a layer's code
        is known, so that the caller need not say what it makes. None for all other types.
    traits : Traits
        What the type declares of itself for others.
    """

    name: str
    bottoms: tuple[int, int | None]
    tops: tuple[int, int | None]
    plan: Callable[..., Plan]
    source: bool = False
    outside: bool = False
    same: bool = False
    in_place: bool = True
    setting: bool = False
    code: Callable[[LayerParameter], bool] | None = None
    traits: Traits = Traits()

    @property
    def loss(self) -> bool:
        """Whether missing tops are made up, and the first top weighs 1 in the net's loss."""
        return self.traits.loss

    @property
    def summary(self) -> str:
        """The first line of the plan function's docstring."""
        return first_line(self.plan)


layer_types: Registry[LayerType] = Registry(
    "layer type",
    "fillerkit.layers",
    package="fillerkit.layers",
    shared={
        "convolution": "Deconvolution DepthwiseConvolution",
        "data": "DummyData HDF5Data ImageData Input MemoryData WindowData",
        "losses": "ContrastiveLoss EuclideanLoss HingeLoss MultinomialLogisticLoss "
        "SigmoidCrossEntropyLoss",
        "neuron": "AbsVal BNLL Clip Dropout ELU Exp Log Power ReLU Sigmoid Swish TanH Threshold",
        "recurrent": "LSTM RNN",
        "scale": "Bias",
        "softmax": "InfogainLoss SoftmaxWithLoss",
        "split": "Silence",
    },
    on_demand="fillerkit.layers.forks",
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
    **traits: Unpack[Declared],
) -> Callable[[PlanLayer], PlanLayer]:
    """Make a layer type known: the function below plans it.

    The function gets the ``LayerParameter`` message, with every field that Caffe or a known fork
    has (``layer.scale_param.filler``), and the shapes of the bottoms; it answers with a `Plan`, and
    raises `LayerError` for what makes no sense. An installed package registers its layer types by
    an entry point of group ``fillerkit.layers`` that names the module.

    Parameters
    ----------
    name
        The type as a prototxt writes it. A name of Caffe's or of another of yours may not be taken
        again; one of a fork's may.
    bottoms, tops
        How many: a number, or (least, most) with None for no limit.
    same
        As many tops as bottoms, one for each.
    loss
        Tops that the prototxt leaves out are made up, as Caffe does for losses, and the first
        counts 1 in the net's loss. Bottoms but the first take labels, unless `whole` is given.
    in_place
        Whether a top may be the bottom itself.
    setting
        Whether the function takes a third argument, the `Setting`: shapes that the caller gives,
        and a dialect.
    code
        For a type whose layers run code of their own: whether a layer's code is known. Of one that
        is not, the caller says the tops' shapes, and may declare parameter blobs.
    **traits
        What others are to know of the type, below. All may be left out.

    Other Parameters
    ----------------
    blobs : tuple of str, or callable
        The names of its parameter blobs, in order: a tuple, of which a layer may have fewer, or
        ``(layer, number of blobs) -> tuple``. They name the blobs of a ``.caffemodel``.
    weights : collection of str
        Which of those are weights, through which the signal passes: no signal passes one of zeros.
        ``("weight",)`` unless said. A blob of one axis is none.
    statistics : collection of str
        Which of those are statistics of what goes through (BatchNorm's mean and variance): they
        move with the data and are not learned.
    sums : callable
        That a unit adds up its inputs, each times a weight: ``(layer, shape of a weight) -> (how
        many products a unit adds up, how many units take the same inputs)``.
    activates : bool
        Its values go through a nonlinearity one by one (Sigmoid); of a layer that `sums`: what it
        has added up does (LSTM).
    rectifies : bool, or callable
        Half of the values of a symmetric signal become 0, or nearly (ReLU, and PReLU as it starts):
        True, or ``layer -> bool``.
    normalises : bool
        Its tops have a strength of their own, whatever the bottom's is (BatchNorm).
    passes : bool
        The strength of the signal stays as it is, or nearly (Pooling).
    moves : bool
        Values stay as they are and go to other places or tops (Concat, Reshape).
    drops : bool
        It sets values to 0 at random, whatever they are (Dropout).
    reads_out : bool
        It only looks at a net's outputs, or turns them into shares, where no other layer follows
        (Accuracy, Softmax).
    both_sides : bool
        Of a loss: bottom 1 gets a gradient as bottom 0 does (EuclideanLoss).
    whole : mapping of int to int, or to callable
        Which bottoms take whole numbers from 0 on, and the number that they stay below, or
        ``(layer, shapes of the bottoms) -> number``: ``{1: 10}``.
    marks : int
        Which bottom takes 0 where a sequence begins and 1 where it goes on (LSTM).
    regions : int
        Which bottom takes regions of an image: an item's number, and the corners of a box in
        pixels, which a ``spatial_scale`` in its text makes those of bottom 0 (ROIPooling).
    fixed_batch : bool
        The number of its items stands in its own text or is not the batch (Reshape, ROIPooling).

    Examples
    --------
    >>> import fillerkit as fk
    >>> @fk.layer("ScaledSum", bottoms=2, blobs=("weight",))
    ... def scaled_sum(layer, bottoms):
    ...     "Adds its bottoms, each channel of the second scaled by a learned factor."
    ...     weight = fk.Param("weight", (bottoms[0][1],), layer.scale_param.filler)
    ...     return fk.Plan(tops=[bottoms[0]], params=[weight])
    """
    if not isinstance(name, str) or not name:
        raise UsageError('a layer type needs a name: @fillerkit.layer("Name")')
    declared = Traits(loss=loss, **traits)

    def register(plan: PlanLayer) -> PlanLayer:
        _add(
            LayerType(
                name,
                _span(bottoms),
                _span(tops),
                plan,
                same=same,
                in_place=in_place,
                setting=setting,
                code=code,
                traits=declared,
            )
        )
        return plan

    return register


def source(
    name: str, *, tops: Counts, outside: bool = False, **traits: Unpack[Declared]
) -> Callable[[PlanSource], PlanSource]:
    """Make a data layer known: the function below plans it from the shapes a caller gives.

    With `outside`, its source is looked into first, where it exists. `traits` are as for `layer`.
    """

    def register(plan: PlanSource) -> PlanSource:
        known = LayerType(name, (0, 0), _span(tops), plan, source=True, outside=outside)
        _add(known._replace(traits=Traits(**traits)))
        return plan

    return register


def traits_of(name: str) -> Traits:
    """The traits of the layer type of that name; of one that is not known, those of none."""
    known = layer_types.get(name) if name else None
    return Traits() if known is None else known.traits


def caffe_lacks(name: str) -> bool:
    """Whether Caffe 1.0 has no layer type of that name; a type of one's own is not held to it."""
    known = layer_types.get(name)
    if known is None or name in _ELSEWHERE:
        return name != "Python"
    return known.plan.__module__.startswith("fillerkit.layers.forks.")


# Not in the room that their Caffe tells: a fork's beside its like, and Caffe's among the forks'.
_ELSEWHERE = ("DepthwiseConvolution", "Python")


def is_slip(name: str) -> bool:
    """Whether a type is a known one but for a letter or two: ``Convolutoin``, ``Relu``."""
    return layer_types.get(name) is None and is_nearly(name, layer_types.names(), 0.9)


def is_unknown_type(name: str) -> bool:
    """Whether a type is neither known here nor a slip of one that is."""
    return layer_types.get(name) is None and not is_slip(name)


def _add(new: LayerType) -> None:
    layer_types.add(new.name, new, new.plan.__module__)


def _span(counts: Counts) -> tuple[int, int | None]:
    return (counts, counts) if isinstance(counts, int) else counts
