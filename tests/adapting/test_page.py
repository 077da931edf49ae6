"""docs/adapt.md is true."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

import fillerkit as fk
from fillerkit.adapting.adapt import METHODS, TOLERANCE, TRIES
from fillerkit.adapting.batch_size import BATCH, MOST
from fillerkit.cli import fillerkit as command
from fillerkit.cli.init import command as init

from .conftest import image

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "adapt.md").read_text(encoding="utf-8")


def test_the_methods_stand_in_their_order() -> None:
    table = PAGE.partition("## Methods")[2].partition("## ")[0]
    assert tuple(re.findall(r"^\| `([\w-]+)` \|", table, re.MULTILINE)) == METHODS


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"here it is {TOLERANCE} too, in {TRIES} tries" in PAGE
    assert f"items are taken, {BATCH} unless said" in PAGE
    assert f"more than {MOST / 1e10:.0f}0 billion\nmultiplications" in PAGE
    assert f"the largest pace (gradient over\n  weight) may be {1 + TOLERANCE} times" in PAGE
    options = {option.name: option.help or "" for option in init.params}
    assert f"[default: {TOLERANCE}]" in options["tolerance"]
    assert f"[default: {TRIES}]" in options["tries"]


def test_what_is_shown_for_python_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sample_nets").symlink_to(ROOT / "sample_nets")
    exec(compile(code, "adapt.md", "exec"), {})
    assert fk.load("lenet.npz").origin["adapted"]["batch"] == 64


@pytest.mark.parametrize("way", ["--adapt", "--filler '*:variance"])
def test_both_ways_out_of_a_fresh_net_in_phase_test_run(
    way: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    text = image()
    below = "data"
    for at in range(20):
        text += (
            f'layer {{ name: "c{at}" type: "Convolution" bottom: "{below}" top: "x" '
            "convolution_param { num_output: 3 kernel_size: 3 pad: 1 } }\n"
            f'layer {{ name: "bn{at}" type: "BatchNorm" bottom: "x" top: "x" }}\n'
        )
        below = "x"
    Path("deploy.prototxt").write_text(text)
    block = PAGE.partition("## A fresh net")[2].partition("```sh\n")[2].partition("```")[0]
    commands = re.findall(r"^fillerkit (.*)$", block.replace("\\\n", ""), re.MULTILINE)
    (words,) = [shlex.split(each) for each in commands if way in each]
    command.main([*words, "--seed", "1"], standalone_mode=False)
    net = fk.load_net("deploy.prototxt", phase="TEST", fillers={"*": "msra"})
    assert strength(net, fk.load("start.caffemodel")) < 1e6
    assert not strength(net, net.fill(1)) < 1e30


def strength(net: fk.Net, blobs: fk.Blobs) -> float:
    import torch

    import fillerkit.torch

    with torch.no_grad():
        outputs = fillerkit.torch.module(net, blobs)(torch.randn(4, 3, 8, 8))
    return float(outputs["x"].std())
