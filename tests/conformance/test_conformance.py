"""Every net that Caffe 1.0 was asked about: the same shapes and bytes, or a refusal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from goldens import differences
from reasons import check_reason
from small_parts import small_parts

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


FILLED = [case for case in CASES if "error" not in GOLDENS[case[0]][case[1]]]


@pytest.mark.long
@pytest.mark.parametrize(("name", "run"), FILLED, ids=[f"{name}-{run}" for name, run in FILLED])
def test_jobs_and_slices_make_caffe_s_bits_too(name: str, run: str) -> None:
    phase, _, dtype = run.partition("_")
    net = fk.load_net(HERE / "nets" / f"{name}.prototxt", phase=phase)
    asked: dict[str, Any] = {"seed": 1701, "dtype": dtype or "float32"}
    with small_parts(max(64, net.count // 80 * 2)):
        for jobs in (2, 3, 8):
            blobs = net.fill(**asked, jobs=jobs)
            assert differences(net, blobs, GOLDENS[name][run]) == []
        draws = net.map_draws(**asked)
        for layer in blobs:
            for index, whole in enumerate(blobs[layer]):
                half = len(whole) // 2 if whole.ndim else 1
                made = [
                    net.fill_slice(layer, index, rows, draws=draws)
                    for rows in (slice(half), slice(half, None))
                ]
                assert np.concatenate(made).tobytes() == whole.tobytes(), (layer, index)


def test_no_golden_is_left_out() -> None:
    assert {path.stem for path in (HERE / "nets").iterdir()} == set(GOLDENS)
