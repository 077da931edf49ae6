"""Batches of small sources in a working directory of their own."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import fillerkit as fk

IP = (
    'layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" '
    'inner_product_param { num_output: 1 weight_filler { type: "xavier" } } }'
)
Read = Callable[..., list[dict[str, list[float]]]]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory, which the paths of a prototxt start from: an empty one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def read() -> Read:
    """``read(type, params, count)``: the first batches of a layer, each top's values in a list."""

    def read(kind: str, params: str, count: int, phase: str = "TRAIN") -> Any:
        text = f'layer {{ name: "data" type: "{kind}" top: "data" top: "label" {params} }}{IP}'
        batches = fk.batches(fk.load_net(text, phase=phase), seed=1701)
        return [
            {top: values.ravel().tolist() for top, values in batch.items()}
            for batch in islice(batches, count)
        ]

    return read
