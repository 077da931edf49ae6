"""A fork's own ``caffe.proto``: its fields, enums and messages beside all that is known already."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

from google.protobuf import descriptor_pool
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    FileDescriptorSet,
)
from google.protobuf.message import Message

from fillerkit.errors import Keyword, PrototxtError
from fillerkit.libraries import library
from fillerkit.regular_file import is_file
from fillerkit.schema import EACH, OURS, caffe_pb2, forks_pb2
from fillerkit.schema.lazy import added, message_class

_FREE = 200_000
_REPEATED = FieldDescriptorProto.LABEL_REPEATED
_MESSAGE = FieldDescriptorProto.TYPE_MESSAGE
_NAME = "fillerkit/schema/with_fork.proto"


class ForkSchema:
    """Caffe's messages with those of a fork, by name: ``schema.NetParameter()``.

    Fields that the fork has have its numbers, so that its files of bytes are read and written by
    them; what is Caffe 1.0's stays as it is. Where the fork gives a field that other forks have
    too another type or default, the fork's holds. A field that Caffe has once and the fork for
    each axis is both: the values of one that is given several times are in ``NAME_each``.

    Parameters
    ----------
    serialized
        All of them, as `with_fork` makes them.
    """

    def __init__(self, serialized: bytes) -> None:
        self._pool = descriptor_pool.DescriptorPool()
        self._package = added(self._pool, serialized).package

    def __getattr__(self, name: str) -> Any:
        return self.by_name(f"{self._package}.{name}")

    def by_name(self, full_name: str) -> Any:
        """A message's class, by its name with the package."""
        return message_class(self._pool.FindMessageTypeByName(full_name))


def fork_schema(path: str) -> ForkSchema:
    """The schema of a file, compiled; once unless the file changes.

    Raises
    ------
    PrototxtError
        The file is not there, or is no schema of Caffe's.
    UsageError
        The compiler is not installed.
    """
    if not is_file(path):
        raise PrototxtError(f"{path}: there is no such file")
    state = Path(path).stat()
    return _of(path, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=4)
def _of(path: str, changed: int, size: int) -> ForkSchema:
    described = compiled(Path(path))
    if not any(message.name == "LayerParameter" for message in described.message_type):
        raise PrototxtError(f"{path}: is no caffe.proto: it has no message LayerParameter")
    try:
        return joined(with_fork(described))
    except TypeError as error:
        raise PrototxtError(f"{path}: cannot be joined with Caffe's schema: {error}") from None


def with_fork(file: FileDescriptorProto) -> bytes:
    """Caffe's schema with that of a fork, which is as ``protoc`` describes it."""
    merged = FileDescriptorProto()
    forks_pb2.DESCRIPTOR.CopyToProto(merged)
    merged.name = _NAME
    _Merge(merged, file).all()
    return merged.SerializeToString()


@lru_cache(8)
def joined(serialized: bytes) -> ForkSchema:
    """The schema of `with_fork`: one for the same bytes, so that its messages are of one class."""
    return ForkSchema(serialized)


def fork_of(message: Message) -> bytes:
    """The schema of `with_fork` that a message is of; nothing for one of ours."""
    file = message.DESCRIPTOR.file
    return file.serialized_pb if file.name == _NAME else b""


def compiled(file: Path) -> FileDescriptorProto:
    """A ``.proto`` as protoc describes it.

    Raises
    ------
    PrototxtError
        The file cannot be compiled.
    UsageError
        The compiler is not installed.
    """
    library("grpc_tools", "a fork's caffe.proto", "proto")
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder, "set")
        command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{file.parent}"]
        done = subprocess.run(
            [*command, f"--descriptor_set_out={made}", file.name],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if "warning" not in line]
            # What protoc's libraries log comes before the lines about the file, which newer ones
            # name with its folder.
            wanted = re.compile(rf"(?:^|[/\\]){re.escape(file.name)}:(?=\d)")
            found = ((wanted.search(line), line) for line in lines)
            of_file = [f"{file.name}:{line[match.end() :]}" for match, line in found if match]
            said = next(iter(of_file or lines), "")
            raise PrototxtError(
                f"{file}: cannot be compiled: {said.strip()} Mend a copy of the file at that line "
                "and column, or do without it where the net needs few of its fields: ",
                Keyword("allow_unknown_fields", True),
            )
        return FileDescriptorSet.FromString(made.read_bytes()).file[-1]


class _Merge:
    """Puts what a fork has into Caffe's schema."""

    def __init__(self, into: FileDescriptorProto, fork: FileDescriptorProto) -> None:
        self._into = into
        self._fork = fork
        self._theirs, self._ours = f".{fork.package}.", f".{into.package}."
        self._became: dict[str, str] = {}
        """Messages and enums of the fork that stand here under another name."""

    def all(self) -> None:
        old = [field.name for field in self._v1().field]
        self._names_of_one_field()
        self._inside(self._into, self._fork, self._theirs)
        self._in_layers_of_today(old)

    def _in_layers_of_today(self, before: Collection[str]) -> None:
        """Give layers of today the fields of a fork that is older than they are."""
        today = self._found(f"{self._ours}LayerParameter")
        assert today is not None
        names, taken = (
            {field.name for field in today.field},
            {field.number for field in today.field},
        )
        for field in self._v1().field:
            if field.name not in names.union(before):
                taken.add(max({_FREE, *taken}) + 1)
                self._write(today.field.add(), field, field.name, max(taken))

    def _v1(self) -> DescriptorProto:
        v1 = self._found(f"{self._ours}V1LayerParameter")
        assert v1 is not None
        return v1

    def _names_of_one_field(self) -> None:
        """Where a field of one name has a message of another name, the two are one message.

        So what Caffe called LayerConnection and LayerParameter in its first year are V1's and V0's.
        """
        known = {message.name: message for message in self._into.message_type}
        theirs = {f"{self._theirs}{message.name}": message for message in self._fork.message_type}
        pairs = [(known[each.name], each) for each in theirs.values() if each.name in known]
        for ours, message in pairs:  # grows
            fields = {field.name: field for field in ours.field}
            for field in message.field:
                there = fields.get(field.name)
                if there is None or not field.type == there.type == _MESSAGE:
                    continue
                same = there.type_name.replace(self._ours, self._theirs, 1) == field.type_name
                if same or field.type_name in self._became:
                    continue
                self._became[field.type_name] = there.type_name
                here = self._found(there.type_name)
                if here is not None and field.type_name in theirs:
                    pairs.append((here, theirs[field.type_name]))

    def _inside(self, ours: Any, theirs: Any, path: str) -> None:
        """The messages and enums of a file or a message, each into that of its name."""
        nested = "message_type" if isinstance(theirs, FileDescriptorProto) else "nested_type"
        messages = {message.name: message for message in getattr(ours, nested)}
        enums = {enum.name: enum for enum in ours.enum_type}
        siblings = {value.name for enum in ours.enum_type for value in enum.value}
        for enum in theirs.enum_type:
            into = enums.get(enum.name)
            if into is None and siblings.isdisjoint(value.name for value in enum.value):
                into = ours.enum_type.add(name=enum.name)
            elif into is None:  # its values are another enum's here: it gets a scope of its own
                scope = getattr(ours, nested).add(name=f"{enum.name}OfTheFork")
                into = scope.enum_type.add(name=enum.name)
                self._became[path + enum.name] = f"{self._here(path)}{scope.name}.{enum.name}"
            self._enum(into, enum, _values_of_caffe(path + enum.name, self._theirs))
        for message in getattr(theirs, nested):
            full = path + message.name
            known = self._found(self._became[full]) if full in self._became else None
            known = known or messages.get(message.name)
            self._message(known or getattr(ours, nested).add(name=message.name), message, full)

    def _found(self, name: str) -> DescriptorProto | None:
        """A message here by its full name; None where an enum has it."""
        first, *inner = name.removeprefix(self._ours).split(".")
        here = next((each for each in self._into.message_type if each.name == first), None)
        for part in inner:
            nested = here.nested_type if here is not None else ()
            here = next((each for each in nested if each.name == part), None)
        return here

    def _enum(
        self, ours: EnumDescriptorProto, theirs: EnumDescriptorProto, caffes: Collection[str]
    ) -> None:
        """The fork's values have its numbers; those of other forks that stand there move away."""
        known = {value.name: value for value in ours.value}
        for value in theirs.value:
            if value.name in caffes:
                continue
            for there in ours.value:
                if there.number == value.number and there.name not in (value.name, *caffes):
                    there.number = max(_FREE, *(each.number for each in ours.value)) + 1
            taken = {each.number for each in ours.value if each.name != value.name}
            number = value.number if value.number not in taken else max({_FREE, *taken}) + 1
            (known.get(value.name) or ours.value.add(name=value.name)).number = number

    def _message(self, ours: DescriptorProto, theirs: DescriptorProto, path: str) -> None:
        self._inside(ours, theirs, f"{path}.")
        fields = {field.name: field for field in ours.field}
        taken = {field.number for field in ours.field}
        for field in theirs.field:
            there = fields.get(field.name)
            name = field.name
            if there is not None and _more_often(field, there):
                name, there = name + EACH, fields.get(name + EACH)
            elif there is not None and there.number < OURS:  # Caffe's own
                continue
            number = field.number if field.number not in taken else max({_FREE, *taken}) + 1
            taken.add(number)
            if there is not None and _more_often(there, field):  # which takes one value too
                there.number = number
            else:
                self._write(ours.field.add() if there is None else there, field, name, number)

    def _write(
        self, into: FieldDescriptorProto, field: FieldDescriptorProto, name: str, number: int
    ) -> None:
        into.CopyFrom(field)
        into.name, into.number = name, number
        into.ClearField("oneof_index")
        into.json_name = into.name  # the usual ones may meet: pad_w and padW
        if field.type_name:
            into.type_name = self._here(field.type_name)

    def _here(self, name: str) -> str:
        """The full name, here, of a message or an enum of the fork, or of what is in one."""
        outer, inner = name, ""
        while outer.strip("."):
            if outer in self._became:
                return self._became[outer] + inner
            outer, _, last = outer.rpartition(".")
            inner = f".{last}{inner}"
        return name.replace(self._theirs, self._ours, 1)


def _more_often(one: FieldDescriptorProto, other: FieldDescriptorProto) -> bool:
    """Whether a field is repeated, and another is the same but once."""
    return one.type == other.type and one.label == _REPEATED != other.label


def _values_of_caffe(name: str, package: str) -> set[str]:
    """The names of the values of an enum that Caffe 1.0 has."""
    pool = caffe_pb2.DESCRIPTOR.pool
    try:
        enum = pool.FindEnumTypeByName(name.replace(package, f"{caffe_pb2.DESCRIPTOR.package}.", 1))
    except KeyError:
        return set()
    return set(enum.values_by_name)
