"""A PyTorch state dict (``.pt``, ``.pth``), with the names of `fillerkit.torch.state_dict`.

Only tensors are read, never code that a pickle might run.
"""

from __future__ import annotations

import pickle
import tempfile
from itertools import accumulate
from pathlib import Path

import numpy as np

from fillerkit.blobs import Blobs
from fillerkit.errors import FormatError
from fillerkit.formats.entry import Content, Entry
from fillerkit.formats.library import library
from fillerkit.formats.whole_file import whole_file


def write(path: Path, content: Content) -> None:
    """Write the state dict; its values lie in a file beside, not in memory, until it is whole."""
    torch = library("torch", ".pt", "torch")
    from fillerkit.torch import state_dict

    with whole_file(path) as file, tempfile.TemporaryFile(dir=path.parent) as scratch:
        ends = list(accumulate(entry.nbytes for entry in content.entries))
        space = np.memmap(scratch, np.uint8, "r+", shape=(max([*ends[-1:], 1]),))
        owned = {}
        for entry, end in zip(content.entries, ends, strict=True):
            values = space[end - entry.nbytes : end].view(entry.dtype)
            _fill(values, entry)
            owned[entry.layer, entry.index] = entry.name, np.asarray(values).reshape(entry.shape)
        aliases = {(entry.layer, entry.index): entry.aliases for entry in content.entries}
        blobs = Blobs(owned, aliases, content.origin, model=content.model)
        torch.save(state_dict(blobs), file)


def read(path: Path) -> Blobs:
    """Read a state dict, mapped into memory where it can be."""
    torch = library("torch", ".pt", "torch")
    from fillerkit.torch import blobs

    try:
        state = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except FileNotFoundError:
        raise FormatError(f"{path}: there is no such file") from None
    except (RuntimeError, OSError, EOFError, pickle.UnpicklingError, ValueError) as error:
        why = str(error).partition("\n")[0]
        raise FormatError(f"{path}: is not a state dict, or is damaged: {why}") from None
    if not isinstance(state, dict) or not all(torch.is_tensor(v) for v in state.values()):
        raise FormatError(f"{path}: is not a state dict of tensors")
    try:
        return blobs(state)
    except ValueError as error:
        raise FormatError(f"{path}: {error}") from None


def _fill(values: np.ndarray, entry: Entry) -> None:
    at = 0
    for chunk in entry.chunks:
        values[at : at + chunk.size] = chunk
        at += chunk.size
