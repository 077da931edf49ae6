from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

import fillerkit as fk

Refused = Callable[..., str]


@pytest.fixture
def refused() -> Refused:
    """Refuses a file as is due: in one line that names it, in no time, in little memory."""

    def check(path: Path, *words: str) -> str:
        tracemalloc.start()
        start = time.monotonic()
        try:
            with pytest.raises(fk.FormatError) as refusal:
                fk.load(path)
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        text = str(refusal.value)
        assert text.startswith(f"{path}: ")
        assert "\n" not in text
        assert len(text) < 500 + len(str(path))
        for word in words:
            assert word in text
        assert time.monotonic() - start < 5
        assert peak < 20 << 20
        return text

    return check
