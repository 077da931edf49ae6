"""NumPy's ``.npz``, laid out so that it can be mapped into memory.

The file is an uncompressed zip archive that plain `numpy.load` reads. A blob is the member
``<layer>/<index>.npy``, hence the key ``<layer>/<index>``; a shared blob is stored once, by its
owner. The bytes of every array begin at a multiple of 64 in the file (an extra field of the
member's header pads it). Two things stand where code that walks the keys does not see them: a
member's comment holds the blob's name and who shares it, the archive's comment where the values
come from; both are JSON. No time, user or machine is recorded: the same blobs make the same bytes.
"""

from __future__ import annotations

import json
import mmap
import struct
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, cast
from zipfile import ZIP_STORED, BadZipFile, ZipFile, ZipInfo

import numpy as np
from numpy.lib import format as npy

from fillerkit.blobs import Alias, Array, Blobs, Start
from fillerkit.errors import FormatError
from fillerkit.formats.background import BackgroundWriter
from fillerkit.formats.checksum import crc32
from fillerkit.formats.entry import Content, Entry
from fillerkit.formats.names import checked_name
from fillerkit.formats.notes import about, told
from fillerkit.formats.whole_file import whole_file

ALIGNMENT = 64
_LOCAL_HEADER = 30  # bytes before the name, in a zip archive
_PADDING_ID = 0xD935  # the extra field that Android's zipalign uses for the same purpose


def write(path: Path, content: Content) -> None:
    """Write blobs as they come, each no larger in memory than its pieces."""
    with whole_file(path) as file:
        with BackgroundWriter(file) as writer:
            members = [_write_member(path, writer, entry) for entry in content.entries]
        end = file.tell()
        for member in members:
            # Only now is the checksum known that a member's header starts with.
            file.seek(member.header_offset)
            file.write(member.FileHeader())
        file.seek(end)
        with ZipFile(file, "w") as archive:
            archive.comment = _json(content.origin)
            archive.filelist.extend(members)


def read(path: Path) -> Blobs:
    """Map a file into memory; only what is looked at is read."""
    try:
        with open(path, "rb") as file, ZipFile(file) as archive:
            return _read(path, file, archive)
    except FileNotFoundError:
        raise FormatError(f"{path}: there is no such file") from None
    except OSError as error:
        raise FormatError(f"{path}: cannot be read: {error.strerror or error}") from None
    except (BadZipFile, ValueError, struct.error, EOFError, NotImplementedError) as error:
        raise FormatError(f"{path}: is not an .npz of blobs, or is damaged: {error}") from None


def _write_member(path: Path, writer: BackgroundWriter, entry: Entry) -> ZipInfo:
    """Write one blob as an ``.npy``, behind a header whose checksum is still to be put in."""
    name = f"{checked_name(path, entry.layer)}/{entry.index}.npy"
    npy_header = _npy_header(entry)
    member = ZipInfo(name)
    member.create_system = 3  # the same bytes on every system
    member.external_attr = 0o644 << 16
    member.comment = _json(about(entry))
    member.CRC = 0
    member.header_offset = writer.position
    member.file_size = member.compress_size = len(npy_header) + entry.nbytes
    member.extra = _padding(0)
    member.extra = _padding(-(writer.position + len(member.FileHeader())) % ALIGNMENT)
    writer.write(member.FileHeader())
    writer.write(npy_header)
    checksum = crc32(npy_header, 0)
    for chunk in entry.chunks:
        piece = chunk.view(np.uint8).data
        checksum = crc32(piece, checksum)
        writer.write(piece)
    member.CRC = checksum
    return member


def _npy_header(entry: Entry) -> bytes:
    header = BytesIO()
    npy.write_array_header_1_0(
        header,
        {"descr": npy.dtype_to_descr(entry.dtype), "fortran_order": False, "shape": entry.shape},
    )
    return header.getvalue()


def _padding(size: int) -> bytes:
    """An extra field that nobody reads, `size` bytes larger than the smallest one."""
    return struct.pack("<HH", _PADDING_ID, size) + bytes(size)


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _read(path: Path, file: BinaryIO, archive: ZipFile) -> Blobs:
    mapped = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    owned: dict[tuple[str, int], tuple[str, Array]] = {}
    aliases: dict[tuple[str, int], list[Alias]] = {}
    starts: dict[tuple[str, int], Start] = {}
    for info in archive.infolist():
        key = _key(info.filename)
        name, aliases[key], start = told(_from_json(info.comment))
        owned[key] = name, _array(path, archive, info, mapped)
        if start is not None:
            starts[key] = start
    return Blobs(owned, aliases, _from_json(archive.comment), starts)


def _key(filename: str) -> tuple[str, int]:
    layer, _, index = filename.removesuffix(".npy").rpartition("/")
    if not layer or not index.isdecimal():
        raise ValueError(f"its key '{filename}' is not <layer>/<index>")
    return layer, int(index)


def _array(path: Path, archive: ZipFile, info: ZipInfo, mapped: memoryview) -> Array:
    """One member: a view into the mapped file where it is stored, a copy where compressed."""
    if info.compress_type != ZIP_STORED:
        with archive.open(info) as member:
            return _frozen(npy.read_array(member, allow_pickle=False))
    name_length, extra_length = struct.unpack_from("<HH", mapped, info.header_offset + 26)
    start = info.header_offset + _LOCAL_HEADER + name_length + extra_length
    body = mapped[start : start + info.file_size]
    stream = BytesIO(body[: 1 << 16])
    version = npy.read_magic(stream)
    reader = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    shape, fortran, dtype = reader(stream)
    if dtype.kind != "f":
        raise ValueError(f"'{info.filename}' holds {dtype}, not floats")
    count = int(np.prod(shape, dtype=object))
    array = np.frombuffer(body, dtype, count, stream.tell())
    return array.reshape(shape, order="F" if fortran else "C")


def _frozen(array: Array) -> Array:
    array.flags.writeable = False
    return array


def _from_json(comment: bytes) -> dict[str, Any]:
    """What a comment says; nothing where it is not ours. One of ours that is cut is damage."""
    if not comment.startswith(b"{"):
        return {}
    return cast("dict[str, Any]", json.loads(comment))
