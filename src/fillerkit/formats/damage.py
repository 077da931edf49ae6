"""What becomes of a damaged or hostile file: it is refused, in one line that names it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fillerkit.errors import FillerkitError, FormatError

_LONGEST = 300  # characters of a library's words that are passed on


@contextmanager
def reading(path: Path, what: str) -> Iterator[None]:
    """Turn whatever goes wrong in the block into a `FormatError`: ``x.npz: is not an .npz, ...``.

    The libraries that take files apart raise nearly everything over bytes that make no sense.
    """
    try:
        yield
    except FillerkitError:
        raise
    except PermissionError as error:
        raise FormatError(f"{path}: cannot be read: {one_line(error)}") from None
    except MemoryError:
        raise FormatError(f"{path}: says it holds more than the memory does") from None
    except Exception as error:
        raise FormatError(f"{path}: is not {what}, or is damaged: {one_line(error)}") from None


def one_line(error: Exception) -> str:
    """An error's words without line breaks, or its type where it has none."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    text = " ".join(reason.split()) or type(error).__name__
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."
