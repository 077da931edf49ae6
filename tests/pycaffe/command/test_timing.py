"""``caffe time``: a forward and a backward time for each layer."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from toy_solver import write_toy

from fillerkit.pycaffe.command.timing import time_layers
from fillerkit.pycaffe.training.log import LEVEL

pytest.importorskip("torch", reason="PyTorch is not installed")


@pytest.mark.parametrize(
    ("phase", "more"), [("TRAIN", []), ("TEST", ["ip_ip_0_split", "accuracy"])]
)
def test_every_layer_has_its_times(
    phase: str,
    more: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_toy(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(LEVEL, "0")
    time_layers("net.prototxt", phase, 3)
    said = capsys.readouterr().err
    timed = re.findall(r"\] +(\S+)\t(forward|backward): [\d.e-]+ ms\.", said)
    names = {name for name, _ in timed}
    assert {"data", "label", "ip", "loss", *more} <= names
    assert len(timed) == 2 * len(names)
    assert len(re.findall(r"Iteration: \d forward-backward time: [\d.]+ ms\.", said)) == 3
    assert re.search(r"Average Forward-Backward: [\d.]+ ms\.", said)
