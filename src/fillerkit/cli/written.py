"""How ``fillerkit init`` fills a net and writes its values: to a file, adapted, or as shards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import fillerkit as fk
from fillerkit.cli.adapted import adapted
from fillerkit.cli.printing import telling_of_files
from fillerkit.cli.progress import progress_bar
from fillerkit.cli.sharded import save_shards


@dataclass(frozen=True)
class Written:
    """What there is to say of values that were written.

    Attributes
    ----------
    origin : mapping
        What the values come from.
    fresh : bool
        Whether nobody said the seed.
    draws : DrawMap or None
        The map of the draws, where one was made on the way.
    """

    origin: Mapping[str, Any]
    fresh: bool
    draws: fk.DrawMap | None = None


def write(net: fk.Net, path: str, *, seed: int | None, **asked: Any) -> Written:
    """Write a file while its values are made; `asked` is what `Net.save` takes besides."""
    with _filling(net) as progress:
        origin = net.save(path, seed=seed, progress=progress, **asked)
    return Written(origin, _is_fresh(net, seed))


def write_adapted(
    net: fk.Net,
    path: str,
    methods: str,
    given: Mapping[str, Any],
    *,
    format: str | None,
    names: str | None,
    seed: int | None,
    **asked: Any,
) -> Written:
    """Fill a net, adapt it, and write it; `given` is what `fillerkit.adapt` takes besides."""
    changed = adapted(net, net.fill(seed, **asked), methods, **given)
    with telling_of_files():
        changed.save(path, format, names=names)
    return Written(changed.origin, _is_fresh(net, seed))


def write_shards(net: fk.Net, path: str, **asked: Any) -> Written:
    """Write a folder of shards; `asked` is what `save_shards` takes."""
    with _filling(net) as progress:
        saved = save_shards(net, path, progress=progress, **asked)
    return Written(saved.origin, saved.fresh, saved.draws)


@contextmanager
def _filling(net: fk.Net) -> Iterator[Callable[[int], None] | None]:
    """What is told how many values were made, of a net that is large enough for a bar."""
    with telling_of_files(), progress_bar("filling", net.count, net.count) as move:
        yield (lambda count: move(advance=count)) if move else None


def _is_fresh(net: fk.Net, seed: int | None) -> bool:
    return seed is None and net.random_seed is None
