"""A net's parameters: written to weight files, copied from them, and shared with other nets."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from pathlib import Path

import fillerkit as fk
from fillerkit.pycaffe.names import few
from fillerkit.pycaffe.net_state import NetState
from fillerkit.pycaffe.weight_files import OUR_FORMATS, layers_of
from fillerkit.python_layers.blob import BlobVec, shown
from fillerkit.python_layers.say import say_once


def save_weights(state: NetState, path: str | os.PathLike[str], format: str) -> None:
    """Write a weight file, and say which weights nothing filled and no script wrote to."""
    zeros = [
        layer.name
        for layer, blobs in zip(state.net.layers, state.params, strict=True)
        for param, blob in zip(layer.params, blobs, strict=False)
        if param.dead and param.owner is None and not blob.data.any()
    ]
    if zeros:
        say_once(
            f"{os.fspath(path)}: weights that are all zeros, as Caffe leaves them without a "
            f"weight_filler: {few(zeros)}"
        )
    if format == "caffemodel" and Path(path).suffix.lower() in OUR_FORMATS:
        say_once(f"{os.fspath(path)}: is a .caffemodel, as net.save has it in Caffe")
    with warnings.catch_warnings():
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = lambda message, *_, **__: say_once(str(message))
        state.as_blobs().save(path, format)


def copy_weights(state: NetState, path: str | os.PathLike[str], format: str) -> None:
    """Copy a file's layers over the net's of the same names, and say which only one has."""
    source = fk.load(path, format)
    for note in source.notes:
        say_once(note)
    there, ours = layers_of(source, path), _first_of_each_name(state)
    left = [name for name, arrays in there.items() if arrays and name not in ours]
    missing = [name for name, blobs in ours.items() if blobs and name not in there]
    # In the file's order: of layers that share a blob, the last one's values stay.
    for name, arrays in there.items():
        if name in ours:
            blobs = ours[name]
            check_fits(name, blobs, [list(array.shape) for array in arrays], os.fspath(path))
            for blob, array in zip(blobs, arrays, strict=True):
                blob.data[...] = array.reshape(blob.data.shape)
    for what, names in (("not in the net", left), ("not in it, so as they were", missing)):
        if names:
            say_once(f"{os.fspath(path)}: layers {what}: {few(names)}")


def share_weights(state: NetState, other: NetState) -> None:
    """Have the values of another net's layers of the same names, in the same memory."""
    theirs = _first_of_each_name(other)
    for name, blobs in state.by_name():
        if name in theirs:
            check_fits(name, blobs, [blob.shape for blob in theirs[name]], "the other net")
            for blob, source in zip(blobs, theirs[name], strict=True):
                blob.share(source, diff=False)


def _first_of_each_name(state: NetState) -> dict[str, BlobVec]:
    found: dict[str, BlobVec] = {}
    for name, blobs in state.by_name():
        found.setdefault(name, blobs)
    return found


def check_fits(name: str, blobs: BlobVec, shapes: Sequence[Sequence[int]], file: str) -> None:
    """Refuse a layer that does not fit; shapes of four axes may lead with ones."""
    if len(blobs) != len(shapes):
        raise fk.FormatError(
            f"{file}: layer '{name}' has {len(shapes)} parameter blobs there, and {len(blobs)} in "
            "the net; give the layer another name to learn it anew"
        )
    for index, (blob, shape) in enumerate(zip(blobs, shapes, strict=True)):
        ours, theirs = tuple(blob.shape), tuple(shape)
        if ours != theirs and (len(theirs) != 4 or theirs != (1,) * (4 - len(ours)) + ours):
            raise fk.FormatError(
                f"{file}: layer '{name}': its blob {index} is {shown(theirs)} there, "
                f"{shown(ours)} in the net; give the layer another name to learn it anew"
            )
