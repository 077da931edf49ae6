"""Single operators give what they give in real Caffe 1.0: weights, tops and gradients."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from operators import cases, measured

import fillerkit.pycaffe as caffe

pytest.importorskip("torch", reason="PyTorch is not installed")

LINES = (Path(__file__).parent / "operators" / "expected.jsonl").read_text().splitlines()
EXPECTED = {row.pop("case"): row for row in map(json.loads, LINES)}


def test_every_operator_has_what_caffe_gave() -> None:
    assert cases() == [*EXPECTED]


@pytest.mark.parametrize("case", EXPECTED)
def test_an_operator_gives_what_caffe_gave(case: str) -> None:
    found, expected = measured(caffe, case), EXPECTED[case]
    assert found.keys() == expected.keys()
    assert found["weights"] == expected["weights"]
    for name in expected.keys() - {"weights"}:
        assert found[name]["shape"] == expected[name]["shape"], name
        _close(found[name], expected[name], name)


def _close(found: dict[str, Any], expected: dict[str, Any], name: str) -> None:
    """Within what float32 sums differ by, that are made in another order."""
    for told in ("some", "size"):
        np.testing.assert_allclose(found[told], expected[told], 1e-4, 2e-5, err_msg=name)
