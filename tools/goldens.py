"""Holding what fillerkit makes of a net against what Caffe, or a fork, made of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

import fillerkit as fk

# Caffe inserts these; they make no draws and need not be in our nets.
_INSERTED_SPLIT = re.compile(r"_split(_\d+)?$")


def differences(
    net: fk.Net, blobs: fk.Blobs, golden: Mapping[str, Any], *, types: bool = True
) -> list[str]:
    """Say, layer by layer, what differs: names, types, tops' shapes, blobs' shapes and bytes.

    Parameters
    ----------
    net, blobs
        Ours.
    golden
        ``{"layers": [{"name", "type", "tops": [[name, shape]], "blobs": [{"shape", "sha1"}]}]}``.
        A type that is Input in the golden stands for any data layer.
    types
        Whether types count; in a fork's golden they may be those of a class it derives from.
    """
    wanted = [layer for layer in golden["layers"] if not _inserted(layer)]
    layers = list(net.layers)
    if layers and _stands_for_inputs(layers[0]) and wanted[0]["type"] != "Input":
        del layers[0]  # forks older than the Input layer have none for a net's inputs
    if [layer.name for layer in layers] != [layer["name"] for layer in wanted]:
        return [f"layers: {[layer.name for layer in layers]}"]
    found = []
    for ours, theirs in zip(layers, wanted, strict=True):
        if types and ours.type != theirs["type"] and theirs["type"] != "Input":
            found.append(f"{ours.name}: type {ours.type}, not {theirs['type']}")
        tops = [[name, list(shape)] for name, shape in ours.tops]
        if tops != theirs["tops"]:
            found.append(f"{ours.name}: tops {tops}, not {theirs['tops']}")
        arrays = list(blobs[ours.key]) if ours.params else []
        if len(arrays) != len(theirs["blobs"]):
            found.append(f"{ours.name}: {len(arrays)} blobs, not {len(theirs['blobs'])}")
            continue
        for index, (array, blob) in enumerate(zip(arrays, theirs["blobs"], strict=True)):
            if list(array.shape) != blob["shape"]:
                found.append(f"{ours.name}/{index}: {array.shape}, not {blob['shape']}")
            elif sha1(array) != blob["sha1"]:
                head = array.reshape(-1)[:4].tolist()
                found.append(f"{ours.name}/{index}: begins {head}, not {blob['head']}")
    return found


def sha1(array: np.ndarray[Any, Any]) -> str:
    """The digest of an array's values as little-endian bytes in C order."""
    little = array.astype(array.dtype.newbyteorder("<"), copy=False)
    return hashlib.sha1(np.ascontiguousarray(little).data).hexdigest()


def _stands_for_inputs(layer: fk.Layer) -> bool:
    return layer.type == "Input" and layer.name == "input"


def _inserted(layer: Mapping[str, Any]) -> bool:
    return layer["type"] == "Split" and bool(_INSERTED_SPLIT.search(layer["name"]))
