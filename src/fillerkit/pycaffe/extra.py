"""Libraries that only some of pycaffe needs."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def needed(module: str) -> Any:
    """A module; its ImportError, which pycaffe raises too, says how to install it."""
    try:
        return import_module(module)
    except ImportError as error:
        error.add_note("pip install 'fillerkit[pycaffe]' brings it")
        raise
