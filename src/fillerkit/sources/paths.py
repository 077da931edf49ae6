"""The paths of a prototxt: Caffe takes them as they stand, from the working directory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from fillerkit.errors import LayerError
from fillerkit.regular_file import open_regular


@contextmanager
def opened(path: str, what: str, field: str) -> Iterator[BinaryIO]:
    """Open a file to read its bytes.

    Parameters
    ----------
    what, field
        What the file is to the layer, and the parameter that leads to it, for the error.
    """
    try:
        with open_regular(path) as file:
            yield file
    except OSError as error:
        raise LayerError(f"cannot read {what}: {error.strerror or error}", field=field) from None
