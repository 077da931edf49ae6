"""NumPy's ``.npz``, laid out so that it can be mapped into memory.

The file is an uncompressed zip archive that plain `numpy.load` reads. A blob is the member
``<layer>/<index>.npy``, hence the key ``<layer>/<index>``; a shared blob is stored once, by its
owner. The bytes of every array begin at a multiple of 64 in the file (an extra field of the
member's header pads it). Two things stand where code that walks the keys does not see them: a
member's comment holds the blob's name and who shares it, the archive's comment where the values
come from; both are JSON. No time, user or machine is recorded: the same blobs make the same bytes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_STORED, ZipFile, ZipInfo

import numpy as np
from numpy.lib import format as npy

from fillerkit.encoding import reading as reading_of
from fillerkit.errors import FormatError
from fillerkit.formats.background import BackgroundWriter
from fillerkit.formats.checksum import crc32
from fillerkit.formats.damage import reading
from fillerkit.formats.entry import Content, Entry
from fillerkit.formats.mapped import check_file, mapped, view
from fillerkit.formats.names import checked_name
from fillerkit.formats.notes import Found, about, as_json, gathered, parsed, with_names
from fillerkit.formats.stored import Array, Said, Stored
from fillerkit.formats.whole_file import whole_file

_Header = tuple[tuple[int, ...], bool, np.dtype]  # shape, whether in Fortran's order, type

ALIGNMENT = 64
_LOCAL_HEADER = 30  # bytes before the name, in a zip archive
_PADDING_ID = 0xD935  # the extra field that Android's zipalign uses for the same purpose
_IS_UTF8, _DOS = 0x800, "cp437"  # how a zip archive says what a name is in
_END = 22  # bytes of a zip archive's last record, before the comment
_LIMIT = 65535  # bytes of a name or a comment, in a zip archive
_TRIES = 8  # to parse a header; that threads meet in one is rare
_MOST = 1100  # times its size that a file can hold: deflate's limit is 1032


def write(path: Path, content: Content) -> None:
    """Write blobs as they come, each no larger in memory than its pieces."""
    comment = _comment(path, as_json(content.origin), "where the values come from")
    with whole_file(path, content.nbytes) as file:
        with BackgroundWriter(file) as writer:
            members = [_write_member(path, writer, entry) for entry in content.entries]
        end = file.tell()
        for member in members:
            # Only now is the checksum known that a member's header starts with.
            file.seek(member.header_offset)
            file.write(member.FileHeader())
        file.seek(end)
        with ZipFile(file, "w") as archive:
            archive.comment = comment
            archive.filelist.extend(members)


def read(path: Path, said: Said) -> Stored:
    """Map a file into memory; only what is looked at is read."""
    check_file(path)
    with reading(path, "an .npz of blobs"), ZipFile(path) as archive:
        data = mapped(path)
        _check_end(data)
        raw = [_raw_name(member) for member in archive.infolist()]
        names = reading_of(str(path), filter(None, raw), said.encoding)
        for member, name in zip(archive.infolist(), raw, strict=True):
            if name is not None:
                member.filename = name.decode(names.encoding)
        found = gathered(_found(archive, data), _note(archive.comment))
        return with_names(found, names)


def _raw_name(member: ZipInfo) -> bytes | None:
    """The bytes of a name that does not say it is UTF-8, as NumPy wrote them under Python 2.

    The library reads it as if it came from DOS.
    """
    if member.flag_bits & _IS_UTF8 or member.filename.isascii():
        return None
    return member.filename.encode(_DOS)


def _write_member(path: Path, writer: BackgroundWriter, entry: Entry) -> ZipInfo:
    """Write one blob as an ``.npy``, behind a header whose checksum is still to be put in."""
    name = f"{checked_name(path, entry.layer)}/{entry.index}.npy"
    if len(name.encode()) > _LIMIT:
        raise FormatError(f"{path}: a layer name of {len(entry.layer):,} characters is too long")
    npy_header = _npy_header(entry)
    member = ZipInfo(name)
    member.create_system = 3  # the same bytes on every system
    member.external_attr = 0o644 << 16
    member.comment = _comment(path, as_json(about(entry)), f"who shares '{name}'")
    member.CRC = 0
    member.header_offset = writer.position
    member.file_size = member.compress_size = len(npy_header) + entry.nbytes
    member.extra = _padding(0)
    member.extra = _padding(-(writer.position + len(member.FileHeader())) % ALIGNMENT)
    writer.write(member.FileHeader())
    writer.write(npy_header)
    checksum = crc32(npy_header, 0)
    for piece in entry.pieces:
        checksum = crc32(piece, checksum)
        writer.write(piece)
    member.CRC = checksum
    return member


def _npy_header(entry: Entry) -> bytes:
    header = BytesIO()
    npy.write_array_header_1_0(
        header,
        {
            "descr": npy.dtype_to_descr(entry.dtype.newbyteorder("<")),
            "fortran_order": False,
            "shape": entry.shape,
        },
    )
    return header.getvalue()


def _padding(size: int) -> bytes:
    """An extra field that nobody reads, `size` bytes larger than the smallest one."""
    return struct.pack("<HH", _PADDING_ID, size) + bytes(size)


def _comment(path: Path, text: str, what: str) -> bytes:
    if len(text) > _LIMIT:
        raise FormatError(
            f"{path}: an .npz has room for {_LIMIT:,} bytes about {what}, which takes "
            f"{len(text):,}: write .safetensors"
        )
    return text.encode()


def _check_end(data: memoryview) -> None:
    """Refuse an archive whose comment is cut, which the library passes over."""
    tail = bytes(data[-_END - _LIMIT :])
    end = tail.rfind(b"PK\5\6") + _END
    (length,) = struct.unpack_from("<H", tail, end - 2)
    if end + length > len(tail):
        raise ValueError("its end is cut")


def _found(archive: ZipFile, data: memoryview) -> Iterator[Found]:
    """Every member as a blob. No more is unpacked than so large a file can hold.

    Members that lie one over another would unpack to any size.
    """
    members = archive.infolist()
    unpacked = sum(each.file_size for each in members if each.compress_type != ZIP_STORED)
    if unpacked > _MOST * len(data):
        raise ValueError(f"it says it unpacks to {unpacked:,} bytes, which {len(data):,} cannot")
    for member in members:
        layer, _, index = member.filename.removesuffix(".npy").rpartition("/")
        if not layer or not index.isdecimal():
            raise ValueError(f"its key '{member.filename}' is not <layer>/<index>")
        yield layer, int(index), _note(member.comment), _array(archive, member, data)


def _array(archive: ZipFile, member: ZipInfo, data: memoryview) -> Array:
    """One member: a view into the mapped file where it is stored, a copy where compressed."""
    if member.compress_type != ZIP_STORED:
        with archive.open(member) as file:
            body, begin = memoryview(file.read()), 0
    else:
        name_length, extra_length = struct.unpack_from("<HH", data, member.header_offset + 26)
        body, begin = data, member.header_offset + _LOCAL_HEADER + name_length + extra_length
    end = begin + (member.file_size if body is data else len(body))
    stream = BytesIO(body[begin : min(end, begin + (1 << 16))])
    shape, fortran, dtype = _npy_header_of(stream)
    begin += stream.tell()
    if not fortran:
        return view(body, begin, end, dtype, shape, f"'{member.filename}'")
    return view(body, begin, end, dtype, shape[::-1], f"'{member.filename}'").T


def _npy_header_of(stream: BytesIO) -> _Header:
    """What an ``.npy`` starts with; the stream goes on to its values.

    NumPy has Python parse it. Python 3.11 keeps the depth of all threads' parsing in one number:
    where threads take turns in the middle of it, a right text is refused (CPython's gh-106905).
    """
    for _ in range(_TRIES):
        with suppress(SystemError):
            return _parsed_npy_header(stream)
        stream.seek(0)
    return _parsed_npy_header(stream)


def _parsed_npy_header(stream: BytesIO) -> _Header:
    version = npy.read_magic(stream)
    header = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
    return header(stream)


def _note(comment: bytes) -> dict[str, object]:
    """What a comment says; nothing where it is not ours. One of ours that is cut is damage."""
    return parsed(comment) if comment.startswith(b"{") else {}
