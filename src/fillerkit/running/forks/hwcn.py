"""Pad, as brocolli-caffe has it; that of the FPGA's Caffe does not run."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional

from fillerkit.layers.net_layer import Layer
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs

_MODES = ("constant", "replicate", "reflect")


def _refused(layer: Layer) -> str:
    p = layer.message.pad_param
    pads = [p.pad_u, p.pad_d, p.pad_l, p.pad_r]
    if min(pads) < 0 <= max(pads):
        return "pads more on one side and less on another, which its fork does not do right"
    if any(p.HasField(name) for name in ("pad", "pad_val", "pad_to", "axis")):
        return "only brocolli-caffe's Pad has a forward pass here"
    return ""


@runs("Pad", refuse=_refused)
def padded(layer: LayerModule, x: Tensor, *others: Tensor) -> list[Tensor]:
    """Rows and columns more, of a value or of what is there, or fewer (brocolli-caffe)."""
    p = layer.message.pad_param
    pads = [p.pad_l, p.pad_r, p.pad_u, p.pad_d]
    mode = _MODES[0] if min(pads) < 0 else _MODES[p.pad_type]
    value = {"value": p.pad_value} if mode == _MODES[0] else {}
    return [functional.pad(bottom, pads, mode, **value) for bottom in (x, *others)]
