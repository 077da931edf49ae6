"""A PyTorch state dict (``.pt``, ``.pth``), with the names of `fillerkit.torch.state_dict`.

Only tensors are read, never code that a pickle might run.
"""

from __future__ import annotations

import os
import warnings
import zipfile
from itertools import accumulate
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from fillerkit.errors import FormatError
from fillerkit.formats.damage import one_line, reading
from fillerkit.formats.entry import Content, Entry
from fillerkit.formats.mapped import check_file
from fillerkit.formats.state_dict import from_tensors, to_state
from fillerkit.formats.stored import Said, Stored
from fillerkit.formats.unfinished import nameless, reserve
from fillerkit.formats.whole_file import whole_file
from fillerkit.libraries import library


def write(path: Path, content: Content) -> None:
    """Write the state dict; its values lie in a file beside, not in memory, until it is whole."""
    torch = library("torch", ".pt", "torch")
    with whole_file(path) as file, nameless(path.resolve()) as scratch:
        # A multiple of 8 each, so that no double lies across.
        ends = list(accumulate(-(-entry.nbytes // 8) * 8 for entry in content.entries))
        space = _room(scratch, max([*ends[-1:], 8]))
        owned = {}
        for entry, end in zip(content.entries, ends, strict=True):
            begin = end + -entry.nbytes // 8 * 8
            values = space[begin : begin + entry.nbytes].view(entry.dtype)
            _fill(values, entry)
            owned[entry.layer, entry.index] = entry.name, np.asarray(values).reshape(entry.shape)
        aliases = {(entry.layer, entry.index): entry.aliases for entry in content.entries}
        state = to_state(Stored(owned, aliases, content.origin, model=content.model))
        try:
            from_tensors(state)
        except ValueError as error:
            raise FormatError(f"{path}: could not be read back: {error}") from None
        try:
            torch.save(state, file)
        except RuntimeError as error:  # what the library makes of an error of the file's
            cause = _cause(error)
            if not isinstance(cause, Exception):
                raise cause from None  # Ctrl-C, or a signal
            raise FormatError(f"{path}: cannot be written: {one_line(cause)}") from None


def read(path: Path, said: Said) -> Stored:
    """Read a state dict, mapped into memory where it can be: not of PyTorch before 1.6.

    Its names are Unicode: there is no other encoding.
    """
    torch = library("torch", ".pt", "torch")
    check_file(path)
    with reading(path, "a state dict"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what is odd in a file that is then refused, or read
        packed = zipfile.is_zipfile(path)
        if packed:
            _check_archive(path)
        state = _loaded(torch, path, packed)
        if not isinstance(state, dict) or not all(torch.is_tensor(v) for v in state.values()):
            raise FormatError(f"{path}: is not a state dict of tensors")
        size = path.stat().st_size
        for name, tensor in state.items():
            _check_tensor(torch, str(name), tensor, size)
        return _frozen(from_tensors(state))


def _loaded(torch: Any, path: Path, packed: bool) -> Any:
    """What PyTorch's reader of tensors reads; its own words are advice on how to run the file."""
    try:
        return torch.load(os.fspath(path), map_location="cpu", weights_only=True, mmap=packed)
    except MemoryError:
        raise
    except Exception as error:
        kind = type(error).__name__
        raise ValueError(f"PyTorch's reader of tensors alone refuses it ({kind})") from None


def _check_archive(path: Path) -> None:
    """PyTorch packs nothing in its archives; what is packed could be of any size."""
    with zipfile.ZipFile(path) as archive:
        for member in archive.infolist():
            if member.compress_type != zipfile.ZIP_STORED:
                raise ValueError(f"its member '{member.filename}' is compressed")


def _check_tensor(torch: Any, name: str, tensor: Any, size: int) -> None:
    """A tensor may show the same values over and over, and so be of any size."""
    if tensor.layout != torch.strided or tensor.device.type != "cpu" or tensor.is_quantized:
        raise ValueError(f"'{name}' is no plain tensor")
    if tensor.numel() * tensor.element_size() > size:
        raise ValueError(
            f"'{name}' says it is {tensor.numel():,} values, which {size:,} bytes are not"
        )


def _frozen(stored: Stored) -> Stored:
    for _, array in stored.owned.values():
        array.flags.writeable = False
    return stored


def _room(file: BinaryIO, size: int) -> np.memmap[Any, np.dtype[np.uint8]]:
    """A file as memory. Its room is taken at once: a disk that is full is told of only then."""
    reserve(file, size)
    return np.memmap(file, np.uint8, "r+", shape=(size,))


def _cause(error: BaseException) -> BaseException:
    """The error behind an error, where there is one."""
    while behind := error.__cause__ or error.__context__:
        error = behind
    return error


def _fill(values: np.ndarray, entry: Entry) -> None:
    at = 0
    for chunk in entry.chunks:
        values[at : at + chunk.size] = chunk
        at += chunk.size
