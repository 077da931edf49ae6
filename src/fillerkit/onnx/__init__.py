"""Nets as ONNX files, with Caffe's names.

Needs PyTorch, onnx and onnxscript (``pip install 'fillerkit[onnx]'``).
"""

from fillerkit.libraries import library

FLOORS = {"torch": "2.8", "onnx": "1.23", "onnxscript": "0.7"}
"""The lowest versions that write these files, as in the extra ``onnx`` of pyproject.toml."""

for _module, _floor in FLOORS.items():
    library(_module, "fillerkit.onnx", "onnx", _floor)
from fillerkit.onnx.export import Exported as Exported  # noqa: E402  (they need these)
from fillerkit.onnx.export import check_path as check_path  # noqa: E402
from fillerkit.onnx.export import export as export  # noqa: E402
