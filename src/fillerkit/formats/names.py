"""Names in files: of blobs where a file only numbers them, and of layers where they are paths."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fillerkit.errors import FormatError

BATCH_NORM = ("mean", "variance", "scale_factor")

_BY_TYPE: Mapping[str, tuple[str, ...]] = {
    "BatchNorm": BATCH_NORM,
    "Bias": ("bias",),
    "PReLU": ("slope",),
    "Parameter": ("parameter",),
}
_WEIGHTED = (
    "Convolution",
    "ConvolutionDepthwise",
    "Deconvolution",
    "DepthwiseConvolution",
    "Embed",
    "InnerProduct",
    "Scale",
)


def blob_names(kind: str, count: int) -> tuple[str, ...]:
    """The names of the blobs of a layer of a type; empty ones where the type does not tell."""
    known = _BY_TYPE.get(kind, ("weight", "bias") if kind in _WEIGHTED else ())
    return tuple(known[index] if index < len(known) else "" for index in range(count))


def checked_name(path: Path, layer: str) -> str:
    """A layer's name, if it can be a path inside a file; unpacked, none may lead out of a folder.

    Raises
    ------
    FormatError
        It begins with a slash, or a part of it is empty, ``.`` or ``..``.
    """
    parts = layer.split("/")
    if "\0" in layer or any(part in ("", ".", "..") for part in parts):
        raise FormatError(
            f"{path}: layer name {layer!r} cannot be a path inside the file: rename the layer, or "
            "write a .caffemodel or .safetensors"
        )
    return layer
