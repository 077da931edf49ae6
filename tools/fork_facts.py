"""Print what a fork's ``caffe.proto`` adds to Caffe 1.0, as ``proto/forks/FORK.json`` holds it.

    python tools/fork_facts.py PATH/TO/caffe.proto > proto/forks/FORK.json

Give the fork a line in ``FORKS`` of ``make_forks.py`` too, then run ``make proto``. A field that
Caffe 1.0 has is left out, also where the fork declares it otherwise: the text of the one is read as
the text of the other. Needs what the extra ``proto`` installs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import make_forks
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
)

from fillerkit import FillerkitError
from fillerkit.prototxt.fork_schema import compiled

CAFFE = make_forks.ROOT / "proto" / "caffe.proto"
_NAMED = {FieldDescriptorProto.TYPE_MESSAGE, FieldDescriptorProto.TYPE_ENUM}


def messages_of(holder: Any, within: str = "") -> Iterator[tuple[str, DescriptorProto]]:
    """Every message, a nested one as ``Outer.Inner``."""
    inner = holder.message_type if isinstance(holder, FileDescriptorProto) else holder.nested_type
    for message in inner:
        name = within + message.name
        yield name, message
        yield from messages_of(message, f"{name}.")


def enums_of(file: FileDescriptorProto) -> Iterator[tuple[str, EnumDescriptorProto]]:
    """Every enum, a nested one as ``Message.Enum``."""
    yield from ((enum.name, enum) for enum in file.enum_type)
    for name, message in messages_of(file):
        yield from ((f"{name}.{enum.name}", enum) for enum in message.enum_type)


def fact(field: FieldDescriptorProto, package: str) -> dict[str, Any]:
    """What the facts say of one field."""
    label = FieldDescriptorProto.Label.Name(field.label).removeprefix("LABEL_").lower()
    kind = FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
    if field.type in _NAMED:
        kind = field.type_name.removeprefix(f".{package}." if package else ".")
    said: dict[str, Any] = {"label": label, "type": kind}
    if field.HasField("default_value"):
        said["default"] = field.default_value
    if field.options.packed:
        said["packed"] = True
    return said


def facts(proto: Path) -> dict[str, Any]:
    """What the schema adds to Caffe 1.0."""
    caffe = make_forks.read_caffe(CAFFE.read_text(encoding="utf-8"))
    fork = compiled(proto)
    messages = {
        name: {
            field.name: fact(field, fork.package)
            for field in message.field
            if field.name not in caffe.messages.get(name, {})
        }
        for name, message in messages_of(fork)
    }
    enums = {
        name: {
            value.name: value.number
            for value in enum.value
            if value.name not in caffe.enums.get(name, {})
        }
        for name, enum in enums_of(fork)
    }
    return {
        "messages": {
            name: fields
            for name, fields in messages.items()
            if fields or name not in caffe.messages
        },
        "enums": {name: values for name, values in enums.items() if values},
    }


if __name__ == "__main__":
    try:
        print(json.dumps(facts(Path(sys.argv[1])), indent=1))
    except FillerkitError as error:
        sys.exit(str(error))
