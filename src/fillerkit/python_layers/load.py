"""Reading a net whose Python layers run to say their own shapes."""

from __future__ import annotations

import os
import sys
from typing import Any

from fillerkit.errors import FillerkitError, LayerError
from fillerkit.nets.load import load_net
from fillerkit.nets.net import Net
from fillerkit.python_layers.instances import PythonLayers


def load_net_running_layers(path_or_text: str | os.PathLike[str], **asked: Any) -> Net:
    """Read a net as `fillerkit.load_net` does, and run its Python layers for shapes and blobs.

    This imports the modules that the prototxt names, from the working directory or where Python
    looks, and runs their classes' ``setup`` and ``reshape``.

    Raises
    ------
    LayerError
        A module cannot be imported, or its class fails.
    """
    sys.path.insert(0, "")
    try:
        return load_net(path_or_text, python_layers=PythonLayers().plan, **asked)
    except FillerkitError:
        raise
    except Exception as error:
        why = "; ".join([str(error), *getattr(error, "__notes__", ())])
        raise LayerError(f"a Python layer failed: {type(error).__name__}: {why}") from error
    finally:
        sys.path.remove("")
