"""Nets of Caffe's forks: the same shapes and bytes as the fork's own."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from goldens import differences

import fillerkit as fk

ARCHIVE = Path(__file__).parent / "forks.tar.xz"


def _files() -> Iterator[tuple[str, str]]:
    with tarfile.open(ARCHIVE) as archive:
        for member in archive:
            content = archive.extractfile(member)
            assert content is not None
            yield member.name, content.read().decode()


FILES = dict(_files())
INDEX: dict[str, dict[str, Any]] = json.loads(FILES["index.json"])


@pytest.mark.long
@pytest.mark.parametrize("name", INDEX)
def test_a_net_starts_as_in_its_fork(name: str) -> None:
    net = fk.load_net(FILES[f"nets/{name}.prototxt"], phase=INDEX[name]["phase"])
    golden = json.loads(FILES[f"expected/{name}.json"])
    assert differences(net, net.fill(seed=1701), golden, types=False) == []
