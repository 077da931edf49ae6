"""What docs/surgery.md says, run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import fillerkit as fk

from .conftest import Run

PAGE = (Path(__file__).parents[2] / "docs" / "surgery.md").read_text()
COMMANDS = [
    line
    for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.strip().splitlines()
]
NET = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 3, 6, 6] } } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
        convolution_param { num_output: 2 kernel_size: 3 } }
layer { name: "bn1" type: "BatchNorm" bottom: "conv1" top: "conv1" }
layer { name: "fc8" type: "InnerProduct" bottom: "conv1" top: "fc8"
        inner_product_param { num_output: 2 } }
"""


@pytest.fixture
def files(folder: Path) -> Path:
    (folder / "deploy.prototxt").write_text(NET)
    for name in ("net", "old", "rgb", "flow"):
        fk.load_net(NET).save(f"{name}.caffemodel", seed=1)
    return folder


def test_there_are_commands_on_the_page() -> None:
    assert len(COMMANDS) == 4


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_does_what_it_says(line: str, run: Run, files: Path) -> None:
    if line.split()[1] == "transfer" and ".h5" in line:
        pytest.importorskip("h5py", reason="h5py is not installed")
    program, *words = shlex.split(line)
    assert program == "fillerkit"
    done = run(*words)
    assert (done.returncode, "error" in done.stderr) == (0, False)


def test_the_lines_in_python_do_the_same(files: Path) -> None:
    for line in re.findall(r"`((?:merged = )?fk\..*?)`", PAGE):
        exec(line, {"fk": fk})
    assert list(fk.load("new.caffemodel")) == ["left/conv1", "bn1", "fc8"]
