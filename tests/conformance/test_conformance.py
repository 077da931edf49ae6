"""Every net that Caffe 1.0 was asked about: the same shapes and bytes, or a refusal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from goldens import differences
from reasons import check_reason

import fillerkit as fk

HERE = Path(__file__).parent
GOLDENS: dict[str, dict[str, Any]] = {
    golden.pop("net"): golden
    for golden in map(json.loads, (HERE / "expected.jsonl").read_text().splitlines())
}
CASES = [(name, run) for name, golden in GOLDENS.items() for run in golden]


@pytest.mark.parametrize(("name", "run"), CASES, ids=[f"{name}-{run}" for name, run in CASES])
def test_a_net_starts_as_in_caffe(name: str, run: str) -> None:
    golden = GOLDENS[name][run]
    phase, _, dtype = run.partition("_")
    path = HERE / "nets" / f"{name}.prototxt"
    if "error" in golden:
        with pytest.raises(fk.FillerkitError) as refusal:
            fk.load_net(path, phase=phase).fill(seed=1701, dtype=dtype or "float32")
        check_reason(name, golden["error"], refusal.value)
        assert refusal.value.file == str(path)
        assert refusal.value.line is not None
        return
    net = fk.load_net(path, phase=phase)
    blobs = net.fill(seed=1701, dtype=dtype or "float32")
    assert differences(net, blobs, golden) == []
    assert list(net.outputs) == [name for name in golden["outputs"] if "_split_" not in name]


def test_no_golden_is_left_out() -> None:
    assert {path.stem for path in (HERE / "nets").iterdir()} == set(GOLDENS)
