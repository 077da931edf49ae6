"""The records of an LMDB, read from its file without the LMDB library.

The library maps the file, and a damaged one ends the whole program with a bus error, not with an
exception; the way to a record is short. The layout is LMDB 0.9's on 64-bit little-endian
machines, which Caffe's databases have: pages of one size, of which the first two (``MDB_meta``)
describe the last two transactions, and a tree of pages whose leaves hold the records in the order
of their keys.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fillerkit.errors import LayerError
from fillerkit.regular_file import open_regular

_MAGIC, _VERSION = 0xBEEFC0DE, 1
_NO_PAGE = 2**64 - 1
_MAX_PAGE_SIZE = 0x10000
_MAX_DEPTH = 32
_BRANCH, _LEAF = 0x01, 0x02
_BIG_DATA, _INNER_DATABASE = 0x01, 0x02 | 0x04

_PAGE = struct.Struct("<8x2xHHxx")
"""A page's head: its kind, and where the list of its nodes ends."""

_NODE = struct.Struct("<HHHH")
"""A node's head: two halves of a number, flags, the key's length."""

_META = struct.Struct("<16xII16xI44x40xQ8xQ")
"""Magic number and version, the page size, the tree's root, the transaction's number."""


@dataclass(frozen=True)
class _Meta:
    """What the file says of itself as of one transaction."""

    magic: int
    version: int
    page_size: int
    root: int
    transaction: int


class _Damaged(Exception):
    """What is wrong with the file."""


def values(folder: Path) -> Generator[bytes, None, None]:
    """The values of all keys, in the order of the keys' bytes, each read when it is asked for.

    Nothing is locked or written. A program that writes meanwhile may be a transaction ahead.
    """
    try:
        with open_regular(folder / "data.mdb") as file:
            yield from _Records(file, _newest(file)).values()
            return
    except OSError as error:
        why = error.strerror or str(error)
    except _Damaged as damage:
        why = str(damage)
    except (struct.error, OverflowError):
        why = "data.mdb is damaged"
    raise LayerError(
        f"its source '{folder}' cannot be read as an LMDB: {why}", field="data_param.source"
    )


def _newest(file: BinaryIO) -> _Meta:
    head = file.read(2 * _MAX_PAGE_SIZE)
    if len(head) < _META.size:
        raise _Damaged(f"data.mdb is cut off after {len(head)} bytes")
    first = _Meta(*_META.unpack_from(head))
    if (first.magic, first.version) != (_MAGIC, _VERSION):
        raise _Damaged("data.mdb does not begin as LMDB's do")
    if len(head) < 2 * first.page_size:
        raise _Damaged(f"data.mdb is cut off after {len(head)} bytes")
    second = _Meta(*_META.unpack_from(head, first.page_size))
    return max(first, second, key=lambda meta: meta.transaction)


@dataclass
class _Records:
    """The way through the tree, from its root to its leaves, from the left to the right."""

    file: BinaryIO
    meta: _Meta
    passed: int = 0
    """How many records were read, for messages."""

    def values(self) -> Generator[bytes, None, None]:
        """The values of all leaves. Every page has a node, so each step comes near the next."""
        if self.meta.root != _NO_PAGE:
            yield from self._below(self.meta.root, depth=1)

    def _below(self, number: int, depth: int) -> Generator[bytes, None, None]:
        page = self._read(number * self.meta.page_size, self.meta.page_size)
        kind, end_of_list = _PAGE.unpack_from(page)
        if depth > _MAX_DEPTH or end_of_list <= _PAGE.size or not kind & (_LEAF | _BRANCH):
            raise _Damaged(f"the way to {self._which()} leads to a page that is none")
        for at in range(_PAGE.size, end_of_list, 2):
            node = page[struct.unpack_from("<H", page, at)[0] :]
            if kind & _LEAF:
                yield self._value(node)
                self.passed += 1
            else:
                low, middle, high, _ = _NODE.unpack_from(node)
                yield from self._below(low | middle << 16 | high << 32, depth + 1)

    def _value(self, node: bytes) -> bytes:
        """The value in a leaf's node, or in the pages of its own that the node leads to."""
        low, high, flags, key = _NODE.unpack_from(node)
        size, data = low | high << 16, node[_NODE.size + key :]
        if flags & _INNER_DATABASE:
            key_of = "its first key" if not self.passed else f"the key of {self._which()}"
            raise _Damaged(f"{key_of} leads to a database inside it, not to a record")
        if flags & _BIG_DATA:
            (number,) = struct.unpack_from("<Q", data)
            return self._read(number * self.meta.page_size + _PAGE.size, size)
        if len(data) < size:
            raise _Damaged(f"{self._which()} goes past its page")
        return data[:size]

    def _read(self, start: int, size: int) -> bytes:
        end = self.file.seek(0, os.SEEK_END)
        if start + size > end:
            raise _Damaged(f"data.mdb is cut off after {end} bytes, before {self._which()} ends")
        self.file.seek(start)
        return self.file.read(size)

    def _which(self) -> str:
        return f"its record {self.passed + 1}" if self.passed else "its first record"
