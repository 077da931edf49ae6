"""The layer types that run, and the decorator that makes one run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from torch import Tensor

from fillerkit.layers.net_layer import Layer
from fillerkit.layers.plan import Shape
from fillerkit.layers.registry import layer_types
from fillerkit.registry import Registry, first_line

if TYPE_CHECKING:
    from google.protobuf.message import Message

Tops = Tensor | Sequence[Tensor]
Run = Callable[..., Tops]
Refuse = Callable[[Layer], str]


class Operation(NamedTuple):
    """How a layer type runs.

    Attributes
    ----------
    name : str
        The type as a prototxt writes it.
    run : callable
        ``(LayerModule, *bottoms) -> top or tops``.
    without : tuple of str
        Fields of forks, as paths inside the layer, that do not run: one that is given another value
        than its default makes the layer one that cannot be run.
    refuse : callable or None
        ``(Layer) -> str``: why a layer cannot be run, "" where it can.
    plan : callable or None
        ``(LayerModule, shape) -> anything``: what follows from the shape of bottom 0, in which the
        first axis stands for any. `LayerModule.planned` has it; it is made anew of another shape.
    untraced : str, or callable
        Why PyTorch cannot trace or export a layer, "" where it can; or ``(Layer) -> str``.
    """

    name: str
    run: Run
    without: tuple[str, ...] = ()
    refuse: Refuse | None = None
    plan: Callable[[Any, Shape], Any] | None = None
    untraced: Refuse | str = ""

    @property
    def summary(self) -> str:
        """The first line of the function's docstring."""
        return first_line(self.run)

    def refusal(self, layer: Layer) -> str:
        """Why this layer cannot be run, or ""."""
        given = [path for path in self.without if _differs(layer.message, path)]
        if given:
            return f"its {' and '.join(given)}"
        known = layer_types.get(self.name)
        most = known.bottoms[1] if known else None
        if most is not None and len(layer.bottoms) > most:
            return f"its bottom {most}, which only forks take"
        return self.refuse(layer) if self.refuse else ""

    def why_untraced(self, layer: Layer) -> str:
        """Why PyTorch cannot trace this layer, or ""."""
        return self.untraced if isinstance(self.untraced, str) else self.untraced(layer)


operations: Registry[Operation] = Registry(
    "running layer type", "fillerkit.running", on_demand="fillerkit.running.forks"
)


def runs(
    name: str,
    *,
    without: tuple[str, ...] = (),
    refuse: Refuse | None = None,
    plan: Callable[[Any, Shape], Any] | None = None,
    untraced: Refuse | str = "",
) -> Callable[[Run], Run]:
    """Make a layer type run: the function below is its forward pass.

    The function gets the `LayerModule`, with the layer's message as plain values, its blobs in
    Caffe's shapes and whether it trains, and the bottoms; it answers with the top, or all tops.
    What it does with PyTorch's own functions has its backward pass by itself, and is exported. An
    installed package registers its own by an entry point of group ``fillerkit.running`` that names
    the module.

    Parameters
    ----------
    name
        The type as a prototxt writes it.
    without, refuse, plan, untraced
        As in `Operation`.
    """

    def register(run: Run) -> Run:
        operations.add(name, Operation(name, run, without, refuse, plan, untraced), run.__module__)
        return run

    return register


def _differs(message: Message, path: str) -> bool:
    """Whether a field is given and is not its default."""
    inner: Any = message
    *outer, name = path.split(".")
    for part in outer:
        if not inner.HasField(part):
            return False
        inner = getattr(inner, part)
    field = inner.DESCRIPTOR.fields_by_name[name]
    value = getattr(inner, name)
    if field.message_type is not None or isinstance(field.default_value, list):
        return any(known.name == name for known, _ in inner.ListFields())
    return bool(inner.HasField(name) and value != field.default_value)
