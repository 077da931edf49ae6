"""A folder of ``.safetensors``: shards with whole blobs, and an index that says what is where.

The names are those of Hugging Face: ``model-00001-of-00004.safetensors``, and beside the shards
``model.safetensors.index.json`` with ``metadata`` and ``weight_map``, which has the shard of every
key. In ours ``metadata`` has an ``origin``, as each shard has: so shards of two runs are not taken
for one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from fillerkit.errors import FormatError, some
from fillerkit.formats import safetensors
from fillerkit.formats.damage import reading
from fillerkit.formats.mapped import check_file
from fillerkit.formats.notes import parsed
from fillerkit.formats.stored import Said, Stored
from fillerkit.regular_file import is_folder, is_there

INDEX = "model.safetensors.index.json"


def read(path: Path, said: Said) -> Stored:
    """Map the shards of a folder, or of an index, into memory; only what is looked at is read."""
    folder = is_folder(path)
    index = path / INDEX if folder else path
    if folder and not is_there(index):
        raise FormatError(
            f"{path}: is a folder without {INDEX}: no folder of shards, or one whose writing did "
            "not come to its end"
        )
    check_file(index)
    with reading(index, "an index of shards"):
        metadata, keys = _index(index)
        files = {name: _in_folder(index, name) for name in sorted(set(keys.values()))}
    found = {name: safetensors.tensors(file) for name, file in files.items()}
    with reading(index, "an index of shards"):
        _check_keys(index, keys, found)
        if all(file.are_blobs for file in found.values()):
            _check_one_run(index, metadata, found)
        return safetensors.stored([*found.values()])


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    """What of an origin is not as another has it: ``seed 6 instead of 5``; "" for one run."""
    first = ("seed", "stream", "dtype", "boost", "net", "sha256")
    names = [*first, *sorted({*one, *other}.difference(first))]
    pairs = ((name, _text(one, name), _text(other, name)) for name in names)
    words = [
        f"{name} {_short(mine)} instead of {_short(wanted)}"
        for name, mine, wanted in pairs
        if mine != wanted
    ]
    return some(words)


def _text(origin: Mapping[str, Any], name: str) -> str:
    """A value as JSON has it: what was never in a file may have tuples for lists."""
    value = origin.get(name, "none")
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40]}..."


def _index(index: Path) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """The metadata and, by key, the name of the file that has its tensor."""
    text = parsed(index.read_bytes())
    metadata, keys = text.get("metadata", {}), text.get("weight_map")
    if not isinstance(keys, dict):
        raise ValueError("it has no 'weight_map' of keys and files")
    if not isinstance(metadata, dict) or not isinstance(metadata.get("origin", {}), dict):
        raise ValueError("its 'metadata' makes no sense")
    if not keys:
        raise ValueError("its 'weight_map' is empty")
    for key, name in keys.items():
        if not isinstance(name, str):
            raise ValueError(f"the file of '{key}' is {json.dumps(name)[:80]}, which is no name")
    return metadata, keys


def _in_folder(index: Path, name: str) -> Path:
    """The path of a file that an index names, if it lies in the folder of the index."""
    file = index.parent / name
    plain = name == PurePosixPath(name).name == PureWindowsPath(name).name
    if not plain or file.resolve().parent != index.parent.resolve():
        raise FormatError(
            f"{index}: names '{name}', which leads out of its folder; only files in it are read"
        )
    return file


def _check_keys(
    index: Path, keys: Mapping[str, str], found: Mapping[str, safetensors.Tensors]
) -> None:
    """Each key of the index is in the file that it names, and no file has another."""
    for key, name in keys.items():
        if key not in found[name].keys:
            raise FormatError(f"{index.parent / name}: has no '{key}', which {index.name} says")
    for name, file in found.items():
        for key in file.keys:
            if keys.get(key) != name:
                raise FormatError(
                    f"{index.parent / name}: has '{key}', of which {index.name} does not say so"
                )


def _check_one_run(
    index: Path, metadata: Mapping[str, Any], found: Mapping[str, safetensors.Tensors]
) -> None:
    first = next(iter(found))
    said = metadata.get("origin")
    wanted = found[first].origin if said is None else said
    other = f"'{first}'" if said is None else index.name
    for name, file in found.items():
        differ = differences(file.origin, wanted)
        if differ:
            raise FormatError(
                f"{index.parent / name}: is of another run than {other} tells: {differ}"
            )
