"""What the tests of pycaffe share: a net, and the types of their fixtures."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

WriteNet = Callable[[str], str]
RunScript = Callable[..., subprocess.CompletedProcess[str]]

# A blob that two layers take, a layer in place, a label, a loss.
NET = """name: "small"
layer { name: "data" type: "Input" top: "data" top: "label"
        input_param { shape { dim: [2, 3, 5, 5] } shape { dim: 2 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv"
        convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" }
                            bias_filler { type: "constant" value: 0.5 } } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "ip" type: "InnerProduct" bottom: "conv" top: "ip"
        inner_product_param { num_output: 3 weight_filler { type: "gaussian" std: 0.1 } } }
layer { name: "accuracy" type: "Accuracy" bottom: "ip" bottom: "label" top: "accuracy"
        include { phase: TEST } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
"""
