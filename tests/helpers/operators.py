"""Operators of Caffe as converters' own tests ask for them, each a net of one layer.

The ideas (which types, with which fields and shapes) are those of TVM's tests of single operators,
and what converters ask besides. Run with a Python whose ``caffe`` is the real one, this file prints
what ``tests/pycaffe/operators/expected.jsonl`` holds: it needs NumPy alone, and Python 3.8.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

_LABELLED = ("Accuracy", "HingeLoss", "MultinomialLogisticLoss", "SoftmaxWithLoss")
FOLDER = Path(__file__).parents[1] / "pycaffe" / "operators"


def cases() -> list[str]:
    """The rows of the table: a type, its bottoms' shapes, what the layer says, the row's end.

    An end of 2 is a second top; one of - is a layer that only runs forward.
    """
    return (FOLDER / "table.txt").read_text().splitlines()


def net_of(case: str) -> str:
    """A row's net."""
    kind, shapes, said, end = _parts(case)
    return _net(kind, shapes, said, 2 if end == "2" else 1)


def measured(caffe: Any, case: str) -> dict[str, Any]:
    """What Caffe's Python interface gives for a row: the weights, the tops and the gradients."""
    kind, shapes, said, end = _parts(case)
    tops = 2 if end == "2" else 1
    text = _net(kind, shapes, said, tops)
    with tempfile.NamedTemporaryFile("w", suffix=".prototxt") as file:
        file.write(text)
        file.flush()
        caffe.set_random_seed(7)
        net = caffe.Net(file.name, caffe.TEST)
    params = net.params.get("x", [])
    weights = hashlib.sha1(b"".join(blob.data.tobytes() for blob in params))
    found: dict[str, Any] = {"weights": weights.hexdigest()}
    _give(net, kind, len(shapes))
    net.forward()
    for index in range(tops):
        found[f"t{index}"] = _told(net.blobs[f"t{index}"].data)
        diff = net.blobs[f"t{index}"].diff
        diff[...] = _values(diff.shape, index + 5)
    if end == "-":
        return found
    net.backward()
    for index in range(1 if kind in _LABELLED else len(shapes)):
        found[f"b{index}.diff"] = _told(net.blobs[f"b{index}"].diff)
    for index, blob in enumerate(params if kind != "BatchNorm" else []):
        found[f"x{index}.diff"] = _told(blob.diff)
    return found


def _give(net: Any, kind: str, bottoms: int) -> None:
    """Fill the bottoms, with whole numbers where they are classes; give a BatchNorm statistics."""
    for index in range(bottoms):
        bottom = net.blobs[f"b{index}"].data
        values = _values(bottom.shape, index)
        if kind == "Embed" or (kind in _LABELLED and index):
            values = np.floor(values * 8) % 3
        elif kind == "MultinomialLogisticLoss":
            values = np.abs(values) / 4 + 0.1
        bottom[...] = values
    if kind == "BatchNorm":
        mean, variance, factor = net.params["x"]
        mean.data[...] = _values(mean.data.shape, 1) / 4
        variance.data[...] = _values(variance.data.shape) ** 2 + 1
        factor.data[...] = 2


def _parts(case: str) -> tuple[str, list[str], str, str]:
    kind, shapes, *rest = case.split(" ")
    end = rest.pop() if rest and not rest[-1].endswith("}") else ""
    return kind, shapes.split(","), " ".join(rest), end


def _net(kind: str, shapes: list[str], said: str, tops: int) -> str:
    lines = ["force_backward: true"]
    for index, shape in enumerate(shapes):
        dims = " ".join(f"dim: {length}" for length in shape.split("x"))
        lines.append(
            f'layer {{ name: "b{index}" type: "Input" top: "b{index}"'
            f" input_param {{ shape {{ {dims} }} }} }}"
        )
    wires = [f'bottom: "b{index}"' for index in range(len(shapes))]
    wires += [f'top: "t{index}"' for index in range(tops)]
    lines.append(f'layer {{ name: "x" type: "{kind}" {" ".join(wires)} {said} }}')
    return "\n".join(lines)


def _values(shape: Any, which: int = 0) -> Any:
    """Numbers between -2 and 2 that float32 holds exactly, another order for each `which`."""
    count = int(np.prod(shape))
    numbers = (np.arange(count) * 7919 + 1237 * which) % 1009
    return ((numbers - 504) / 256).astype(np.float32).reshape(shape)


def _told(array: Any) -> dict[str, Any]:
    """A blob in a few numbers: its shape, some values all over it, and how large they all are."""
    flat = array.reshape(-1).astype(np.float64)
    some = flat[:: max(1, flat.size // 12)][:12]
    return {
        "shape": list(array.shape),
        "some": [float(f"{value:.7g}") for value in some],
        "size": float(f"{np.abs(flat).sum():.7g}"),
    }


if __name__ == "__main__":
    import caffe  # type: ignore[import-not-found]

    for case in cases():
        sys.stdout.write(json.dumps({"case": case, **measured(caffe, case)}) + "\n")
