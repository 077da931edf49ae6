"""A model as a file, or as two: no message of protobuf's can be larger than 2 GB."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

import onnx
import onnx_ir

from fillerkit.formats.whole_file import whole_file

LIMIT = (1 << 31) - (1 << 24)
"""Bytes of parameters in one file; the rest is for all else."""

_SMALL = 1024
"""Bytes: what is smaller stays in the file, for readers look into shapes before they read more."""

_ALIGNMENT = 4096
"""Bytes: who reads the second file may want to map a parameter into memory."""


def write(model: Any, path: Path) -> tuple[Path, ...]:
    """Check a model with onnx's own checker and write it, all of it or nothing.

    Returns
    -------
    tuple of Path
        The files: `path`, and where the parameters are too large for it, ``<path>.data`` beside it.
    """
    constants = [value.const_value for value in model.graph.initializers.values()]
    if sum(tensor.nbytes for tensor in constants) <= LIMIT:
        proto = onnx_ir.to_proto(model)
        onnx.checker.check_model(proto, full_check=True)
        with whole_file(path) as file:
            file.write(proto.SerializeToString(deterministic=True))
        return (path,)
    beside = path.with_name(f"{path.name}.data")
    with ExitStack() as files:
        data, file = (files.enter_context(whole_file(each)) for each in (beside, path))
        for value in model.graph.initializers.values():
            tensor = value.const_value
            if tensor.nbytes < _SMALL:
                continue
            data.write(bytes(-data.tell() % _ALIGNMENT))
            value.const_value = onnx_ir.ExternalTensor(
                beside.name,
                data.tell(),
                tensor.nbytes,
                tensor.dtype,
                shape=tensor.shape,
                name=value.name,
                base_dir=path.parent,
            )
            data.write(tensor.tobytes())
        proto = onnx_ir.to_proto(model)
        file.write(proto.SerializeToString(deterministic=True))
    return path, beside
