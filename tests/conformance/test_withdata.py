"""Nets with Data and HDF5Data layers whose databases are there: shapes from the real data."""

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
    for golden in map(json.loads, (HERE / "withdata.jsonl").read_text().splitlines())
}
CASES = [(name, phase) for name, golden in GOLDENS.items() for phase in golden]


@pytest.mark.parametrize(("name", "phase"), CASES, ids=[f"{n}-{p}" for n, p in CASES])
def test_a_net_starts_as_in_caffe_with_its_data(
    name: str, phase: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "hdf5" in name:
        pytest.importorskip("h5py")
    monkeypatch.chdir(HERE / "withdata")
    golden = GOLDENS[name][phase]
    path = Path("nets") / f"{name}.prototxt"
    if "error" in golden:
        with pytest.raises(fk.LayerError) as refusal:
            fk.load_net(path, phase=phase)
        check_reason(name, golden["error"], refusal.value)
        assert refusal.value.file == str(path)
        return
    net = fk.load_net(path, phase=phase)
    assert differences(net, net.fill(seed=1701), golden) == []
    assert any("data" in note for note in net.notes)
