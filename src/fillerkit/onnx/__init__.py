"""Nets as ONNX files, with Caffe's names.

Needs PyTorch, onnx and onnxscript (``pip install 'fillerkit[onnx]'``).
"""

from fillerkit.libraries import library

for _module in ("torch", "onnx", "onnxscript"):
    library(_module, "fillerkit.onnx", "onnx")
from fillerkit.onnx.export import Exported as Exported  # noqa: E402  (they need these)
from fillerkit.onnx.export import check_path as check_path  # noqa: E402
from fillerkit.onnx.export import export as export  # noqa: E402
