"""Libraries that only some of pycaffe needs."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def needed(module: str, package: str = "'fillerkit[pycaffe]'") -> Any:
    """A module; its ImportError, which pycaffe raises too, says what to install."""
    try:
        return import_module(module)
    except ImportError as error:
        error.add_note(f"pip install {package} brings it")
        raise
