"""What a person should know of how a net starts, and of what in its text is not acted upon."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from fillerkit.errors import some
from fillerkit.layers.net_layer import At, Layer, ParamBlob, owner
from fillerkit.layers.unread_fields import added_fields, unread_fields
from fillerkit.printable import printable


def start_notes(layers: Sequence[Layer], given: Container[At] = ()) -> list[str]:
    """A line for each thing that keeps the net from learning as it stands.

    The blobs at `given`, and those that share their values, do not start as the net says.
    """
    if not layers:
        return ["there is no layer in it"]
    params = [
        (layer, param)
        for at, layer in enumerate(layers)
        for index, param in enumerate(layer.params)
        if owner(layers, (at, index)) not in given
    ]
    dead = {layer.name: None for layer, param in params if param.dead and param.given is None}
    bare = {layer.name: None for layer, param in params if _is_bare(param)}
    zeros = {layer.name: param.given.where for layer, param in params if param.dead and param.given}
    wild = [f"{layer.name}/{param.name}" for layer, param in params if not param.finite]
    found = []
    if dead:
        told = some(list(dead))
        found.append(f"all zeros, as Caffe leaves a weight without a weight_filler: {told}")
    if bare:
        found.append(f"all zeros, since no filler is stated for a blob of it: {some(list(bare))}")
    for where in dict.fromkeys(zeros.values()):
        names = [name for name, there in zeros.items() if there == where]
        found.append(f"all zeros {where}: {some(names)}")
    if wild:
        found.append(f"infinite or not a number: {some(wild)}")
    return found


def _is_bare(param: ParamBlob) -> bool:
    """Whether a person states a blob that may well be a weight, and nothing of its values."""
    stated = not param.name and len(param.shape) > 1
    return stated and param.filler is None and param.given is None


def other_notes(notes: Sequence[str], layers: Sequence[Layer]) -> list[str]:
    """Those of a net's notes that hold whatever values its blobs start from."""
    of_start = set(map(printable, start_notes(layers)))
    return [note for note in notes if note not in of_start]


def file_notes(layers: Sequence[Layer]) -> Iterator[str]:
    """A line for each blob whose values are in a file that the net names."""
    for layer in layers:
        for param in layer.params:
            if param.filler is not None and param.filler.type == "file" and param.given is None:
                yield f"{layer.name}/{param.name}: {param.distribution}"


def field_notes(layers: Sequence[Layer]) -> Iterator[str]:
    """A line for each field that some fork acts upon and fillerkit does not."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for layer in layers:
        said = [(field, f"{owner}'s Caffe reads") for field, owner in unread_fields(layer.message)]
        said += [(field, "the fork's own schema adds") for field in added_fields(layer.message)]
        for field, whose in said:
            found.setdefault((layer.type, field, whose), []).append(f"'{layer.name}'")
    for (kind, field, whose), names in found.items():
        yield (
            f"layer{'s' * (len(names) > 1)} {some(names)} ({kind}): {field}, which {whose}, is not "
            "acted upon here: shapes or values may differ"
        )
