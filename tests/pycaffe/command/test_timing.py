"""``caffe time``: a forward and a backward time for each layer."""

from __future__ import annotations

import re

import pytest

from fillerkit.pycaffe.command.timing import time_layers

pytest.importorskip("torch", reason="PyTorch is not installed")


@pytest.mark.parametrize(
    ("phase", "more"), [("TRAIN", []), ("TEST", ["ip_ip_0_split", "accuracy"])]
)
def test_every_layer_has_its_times(
    phase: str,
    more: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    time_layers("net.prototxt", phase, 3)
    said = capsys.readouterr().err
    timed = re.findall(r"\] +(\S+)\t(forward|backward): [\d.e-]+ ms\.", said)
    names = {name for name, _ in timed}
    assert {"data", "label", "ip", "loss", *more} <= names
    assert len(timed) == 2 * len(names)
    assert len(re.findall(r"Iteration: \d forward-backward time: [\d.]+ ms\.", said)) == 3
    assert re.search(r"Average Forward-Backward: [\d.]+ ms\.", said)
