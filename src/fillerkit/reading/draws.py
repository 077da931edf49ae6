"""The draws that the layers of a net make when they are set up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from fillerkit.filling.fill import Run
from fillerkit.random import CaffeStream

if TYPE_CHECKING:
    from fillerkit.nets.net import Net


def draws_of(net: Net, seed: int | None, last: int) -> Sequence[tuple[int, ...]]:
    """The draws of each layer up to `last`, in a fill from this seed; no value is kept.

    Without a seed: as for `fillerkit.Net.fill`.
    """
    run = Run.of(net, seed, "float32", None)
    assert run.seed is not None
    stream = CaffeStream(run.seed)
    with stream.heard() as heard:
        for step in run.steps(stream):
            if len(heard) > last:
                break
            step.pass_over()
    return heard
