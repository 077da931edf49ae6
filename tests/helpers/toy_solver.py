"""A net that makes its own data, and a solver of it: files for whole commands."""

from __future__ import annotations

from pathlib import Path

TOY = """name: "toy"
layer { name: "data" type: "DummyData" top: "data"
        dummy_data_param { shape { dim: [8, 4] } data_filler { type: "uniform" } } }
layer { name: "label" type: "DummyData" top: "label"
        dummy_data_param { shape { dim: 8 } data_filler { value: 1 } } }
layer { name: "extra" type: "Silence" bottom: "data" include { phase: TRAIN min_level: 1 } }
layer { name: "staged" type: "Silence" bottom: "data" include { phase: TRAIN stage: "s" } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
        inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
layer { name: "accuracy" type: "Accuracy" bottom: "ip" bottom: "label" top: "accuracy"
        include { phase: TEST } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
"""
SOLVER = """net: "net.prototxt" base_lr: 0.1 lr_policy: "fixed" momentum: 0.9 max_iter: 6
display: 2 test_iter: 2 test_interval: 3 snapshot: 4 random_seed: 3
"""


def write_toy(folder: Path, lines: str = SOLVER) -> None:
    """Write ``net.prototxt`` and ``solver.prototxt``."""
    (folder / "net.prototxt").write_text(TOY)
    (folder / "solver.prototxt").write_text(lines)
