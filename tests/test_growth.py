"""Reading, checking and showing grow no faster than the file: counted in calls, not timed."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Callable
from math import log
from pathlib import Path

import growth
import pytest

SMALL, LARGE = 200, 800
NETS = [growth.chain, growth.concat, growth.sharing, growth.nested, growth.no_makers]


def calls(run: Callable[[Path], None], path: Path, text: str) -> int:
    path.write_text(text)
    profile = cProfile.Profile()
    profile.runcall(run, path)
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("run", "net"),
    [
        *((run, net) for run in (growth.read_net, growth.load_net, growth.check) for net in NETS),
        (growth.show, growth.chain),
    ],
    ids=lambda each: each.__name__,
)
def test_the_calls_grow_with_the_number_of_layers(
    run: Callable[[Path], None], net: Callable[[int], str], tmp_path: Path
) -> None:
    path = tmp_path / "net.prototxt"
    calls(run, path, net(1))  # what is made once
    small, large = (calls(run, path, net(size)) for size in (SMALL, LARGE))
    assert log(large / small) / log(LARGE / SMALL) < 1.1


def test_a_field_that_nobody_knows_may_be_10_000_blocks_deep(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text(growth.nested(10_000))
    growth.check(path)
