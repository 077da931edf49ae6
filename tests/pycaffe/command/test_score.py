"""``caffe test``: every batch, and the means."""

from __future__ import annotations

import re

import pytest

import fillerkit.pycaffe as caffe
from fillerkit.pycaffe.command.score import score

pytest.importorskip("torch", reason="PyTorch is not installed")


def test_batches_and_means_are_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    caffe.set_random_seed(1)
    net = caffe.Net("net.prototxt", caffe.TEST)
    net.save("a.caffemodel")
    score("net.prototxt", "a.caffemodel", 2)
    said = re.findall(r"caffe\.cpp:\d+\] (.*)", capsys.readouterr().err)
    assert said[:2] == ["Use CPU.", "Running for 2 iterations."]
    losses = [float(line.split(" = ")[1]) for line in said if re.match(r"Batch \d, loss", line)]
    mean = sum(losses) / 2
    assert [line.split(" = ")[0] for line in said[2:6]] == [
        f"Batch {batch}, {name}" for batch in (0, 1) for name in ("accuracy", "loss")
    ]
    assert float(said[6].removeprefix("Loss: ")) == pytest.approx(mean, rel=1e-4)
    assert said[-1] == f"loss = {said[6][6:]} (* 1 = {said[6][6:]} loss)"
