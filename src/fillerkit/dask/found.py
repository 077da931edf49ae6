"""What an earlier run left in a folder: which shards are whole, and what the others are."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import fillerkit as fk
from fillerkit.dask.place import Place
from fillerkit.errors import Keyword, some
from fillerkit.formats.safetensors import origin_of
from fillerkit.formats.shard_plan import Shard, is_part_of_a_folder
from fillerkit.formats.shards import INDEX, differences

_LONGEST = 100 << 20
"""Bytes of a header; the library that reads shards takes no longer one."""
_NAME = re.compile(r"model-\d+-of-(\d+)\.safetensors")
"""What tells of how many shards a file is one."""


RESUME = Keyword("resume", True)
"""How a run goes on."""


@dataclass(frozen=True)
class Found:
    """The shards of a run, as they lie in its folder.

    Attributes
    ----------
    whole : tuple of str
        Those that need not be made again.
    missing : tuple of str
    others : mapping of str to str
        Those of the right name that are something else, and what.
    """

    whole: tuple[str, ...]
    missing: tuple[str, ...]
    others: Mapping[str, str]

    @property
    def notes(self) -> Iterator[str]:
        """What a person should be told."""
        count = len(self.whole) + len(self.missing) + len(self.others)
        missing = f"; missing: {some(self.missing)}" if self.missing else ""
        yield f"{len(self.whole)} of {count} shards are there and whole{missing}"
        for name, reason in self.others.items():
            yield f"{name} {reason}, so it is made again"


def found_in(place: Place, shards: Sequence[Shard]) -> Found:
    """Look at every shard of a run: a header of ours with all its bytes behind it is whole.

    Values are not looked at: a file takes its name only when all of them are written.
    """
    whole, missing, others = [], [], {}
    for shard in shards:
        size = place.size(shard.name)
        if size is None:
            missing.append(shard.name)
            continue
        wrong = _wrong(place, shard, size)
        if wrong:
            others[shard.name] = wrong
        else:
            whole.append(shard.name)
    return Found(tuple(whole), tuple(missing), others)


def _wrong(place: Place, shard: Shard, size: int) -> str:
    """What is wrong with a file that has the name of a shard; "" for nothing."""
    if place.begin(shard.name, len(shard.header)) == shard.header:
        return "" if size == shard.nbytes else f"is cut: it has {size:,} of {shard.nbytes:,} bytes"
    origin = _origin(place, shard.name)
    if origin is None:
        return "is damaged"
    differ = differences(origin, shard.content.origin)
    return f"is of another run ({differ})" if differ else "has other blobs"


def check_empty(place: Place) -> None:
    """Refuse a folder in which there are shards.

    Raises
    ------
    UsageError
        It says how to go on with them.
    """
    names = [name for name in place.names() if is_part_of_a_folder(name)]
    if names:
        raise fk.UsageError(
            f"'{place}' has shards already ({some(names)}): name another folder, or go on with "
            "what an earlier run left there with ",
            RESUME,
        )


def check_number(place: Place, shards: Sequence[Shard]) -> None:
    """Refuse a folder whose shards are of another number.

    Raises
    ------
    UsageError
        It says how many they are.
    """
    for name in place.names():
        number = _NAME.fullmatch(name)
        if number and int(number[1]) != len(shards):
            raise fk.UsageError(
                f"'{place}' has '{name}', of another number of shards: name another folder, or go "
                "on with ",
                Keyword("shards", int(number[1])),
            )


def seed_in(place: Place) -> int | None:
    """The seed of the shards that are there.

    Raises
    ------
    UsageError
        They have several.
    """
    names = [name for name in place.names() if is_part_of_a_folder(name) and name != INDEX]
    seeds = {(_origin(place, name) or {}).get("seed") for name in names}
    known = sorted(seed for seed in seeds if isinstance(seed, int))
    if len(known) > 1:
        raise fk.UsageError(
            f"the shards in '{place}' have several seeds ({some([*map(str, known)])}): say which "
            "with ",
            Keyword("seed"),
        )
    return known[0] if known else None


def _origin(place: Place, name: str) -> dict[str, Any] | None:
    """The origin that a file tells, if it can be read."""
    size = place.size(name)
    return origin_of(lambda length: place.begin(name, length), min(size or 0, _LONGEST))
