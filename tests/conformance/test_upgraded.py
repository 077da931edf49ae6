"""Old nets in the current format: as Caffe's own tool writes them."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.protobuf import text_format

import fillerkit as fk
from fillerkit.schema.forks_pb2 import NetParameter

HERE = Path(__file__).parent
UPGRADED = sorted((HERE / "upgraded").iterdir())
NETS = sorted(path for path in (HERE / "nets").iterdir() if not path.stem.startswith("bad_"))


@pytest.mark.parametrize("golden", UPGRADED, ids=lambda path: path.stem)
def test_a_net_is_upgraded_as_by_caffe(golden: Path) -> None:
    ours = fk.upgrade_text(HERE / "nets" / golden.name)
    assert text_format.Parse(ours, NetParameter()) == text_format.Parse(
        golden.read_text(), NetParameter()
    )


@pytest.mark.parametrize("path", NETS, ids=lambda path: path.stem)
def test_upgrading_changes_no_value_and_upgrading_again_changes_nothing(path: Path) -> None:
    text = fk.upgrade_text(path)
    assert fk.upgrade_text(text) == text
    for phase in ("TRAIN", "TEST"):
        try:
            old = fk.load_net(path, phase=phase)
        except fk.LayerError:
            continue
        new = fk.load_net(text, phase=phase)
        assert [layer.tops for layer in new.layers] == [layer.tops for layer in old.layers]
        before, after = old.fill(seed=1), new.fill(seed=1)
        for layer, arrays in before.items():
            for one, other in zip(arrays, after[layer], strict=True):
                assert one.tobytes() == other.tobytes()
