"""What layer types ask of shapes, with Caffe's rules and our messages."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from google.protobuf.message import Message

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Shape

MAX_COUNT = 2**31 - 1
MAX_AXES = 32


def shown(shape: Sequence[int]) -> str:
    """A shape as a person writes it: ``64x1x28x28``; ``scalar`` for no axes."""
    return "x".join(map(str, shape)) or "scalar"


def count(shape: Sequence[int]) -> int:
    """The number of elements; 1 for a scalar."""
    return prod(shape)


def canonical_axis(axis: int, shape: Shape, field: str) -> int:
    """`axis` counted from the front; negative ones count from the end (-1 is the last)."""
    if not -len(shape) <= axis < len(shape):
        raise LayerError(
            f"{field.rpartition('.')[2]} {axis} is out of range for its bottom, {shown(shape)}, "
            f"with {len(shape)} axes",
            field=field,
        )
    return axis % len(shape)


def positive(value: int, field: str) -> int:
    """`value`, which has to be 1 or more."""
    if value <= 0:
        name = field.rpartition(".")[2]
        raise LayerError(f"needs {name} to be 1 or more; it is {value}", field=field)
    return value


def checked(shape: Sequence[int], what: str) -> Shape:
    """`shape`, if Caffe can have a blob of it: no negative axis, at most 2^31 - 1 elements.

    Caffe counts elements in 32 bits and tests them axis by axis, so a shape that holds a 0 passes
    from there on.
    """
    if len(shape) > MAX_AXES:
        raise LayerError(f"{what} has {len(shape)} axes; Caffe allows {MAX_AXES}")
    total = 1
    for length in shape:
        if length < 0:
            raise LayerError(f"{what} has a negative axis: {shown(shape)}")
        if total and length > MAX_COUNT // total:
            raise LayerError(
                f"{what} is {shown(shape)}: more than the 2147483647 elements a Caffe blob can have"
            )
        total *= length
    return tuple(shape)


def equal_shapes(bottoms: Sequence[Shape]) -> None:
    """All bottoms have to have the first one's shape."""
    for index, shape in enumerate(bottoms):
        if shape != bottoms[0]:
            raise LayerError(
                "its bottoms must have one shape: "
                f"bottom 0 is {shown(bottoms[0])}, bottom {index} is {shown(shape)}"
            )


def equal_batch(bottoms: Sequence[Shape]) -> None:
    """A loss's two bottoms need axis 0 to be there and to be alike."""
    first, second = bottoms[:2]
    if not first or not second or first[0] != second[0]:
        raise LayerError(
            "prediction and label must have the same first axis: "
            f"bottom 0 is {shown(first)}, bottom 1 is {shown(second)}"
        )


def same_blob(ours: Sequence[int], theirs: Sequence[int]) -> bool:
    """Whether a stored blob of shape `theirs` is one of shape `ours`.

    Files of before 2015 give every blob four axes: missing ones lead, with a length of 1, so
    1x1x1x64 is 64, and 1x3x1x1 is not 3x1x1x1. Source: Caffe 1.0's ``Blob::ShapeEquals``.
    """
    ours, theirs = tuple(ours), tuple(theirs)
    return ours == theirs or (len(theirs) == 4 and theirs == (1,) * (4 - len(ours)) + ours)


def legacy_shape(shape: Shape) -> Shape:
    """`shape` as (num, channels, height, width), missing ones 1: Caffe's accessors of old."""
    if len(shape) > 4:
        raise LayerError(f"needs a bottom of at most 4 axes, not {shown(shape)}")
    return (*shape, *(1,) * (4 - len(shape)))


def axes4(shape: Shape) -> Shape:
    """`shape`, which has to be (num, channels, height, width)."""
    if len(shape) != 4:
        raise LayerError(
            f"needs a bottom of 4 axes (num x channels x height x width), not {shown(shape)}"
        )
    return shape


def axes5(shape: Shape) -> Shape:
    """`shape`, which has to be (num, channels, length, height, width)."""
    if len(shape) != 5:
        raise LayerError(
            "needs a bottom of 5 axes (num x channels x length x height x width), "
            f"not {shown(shape)}"
        )
    return shape


def height_and_width(p: Message, name: str, message: str) -> tuple[int, int]:
    """``name_h`` and ``name_w``, or ``name`` for both, of a message that has each of them once.

    A kernel's ``name`` is kernel_size, and it has to be there.
    """
    whole = "kernel_size" if name == "kernel" else name
    sides = [p.HasField(f"{name}_h"), p.HasField(f"{name}_w")]
    if any(sides) and (p.HasField(whole) or not all(sides)):
        raise LayerError(f"needs {whole}, or {name}_h and {name}_w, and not both", field=message)
    lengths = (getattr(p, f"{name}_h"), getattr(p, f"{name}_w")) if all(sides) else None
    height, width = lengths or (getattr(p, whole),) * 2
    if name != "pad":
        positive(height, f"{message}.{whole}")
        positive(width, f"{message}.{whole}")
    return height, width
