"""What docs/extending.md says, run in a process of its own: it registers names."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGE = (Path(__file__).parents[2] / "docs" / "extending.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)

NET = """
net = fk.load_net('''
  layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [2, 5] } } }
  layer { name: "s" type: "ScaledSum" bottom: "d" bottom: "d" top: "s"
          scale_param { filler { type: "siren" } } }
''')
"""
FILLS = """
print(net.layers[1].params[0].shape, net.layers[1].params[0].distribution)
"""
RUNS = """
import fillerkit.torch
running = fillerkit.torch.module(net, net.fill(1))
print(running({"d": running.layers[1].blob(0).new_ones(2, 5)})["s"].shape)
"""


def printed_by(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr == ""
    return done.stdout


def test_the_page_makes_a_filler_and_a_layer_type_known() -> None:
    blocks = [block for block in BLOCKS if "fillerkit.torch" not in block]
    assert len(blocks) == 3
    found = printed_by("".join(blocks) + NET + FILLS)
    assert found == "(5,) uniform ±0.08165, std 0.04714\n"  # sqrt(6) / 30


def test_the_page_makes_a_layer_type_run() -> None:
    pytest.importorskip("torch")
    assert printed_by("".join(BLOCKS) + NET + RUNS) == "torch.Size([2, 5])\n"
