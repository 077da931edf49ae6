"""A net filled by many workers, straight into a folder of shards."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import fillerkit as fk
from fillerkit.dask.cluster import check_workers, current_client, written
from fillerkit.dask.found import RESUME, check_empty, check_number, found_in, seed_in
from fillerkit.dask.place import Place
from fillerkit.dask.shard import Job, Order, write
from fillerkit.dask.slices import Slices, run_of
from fillerkit.errors import some
from fillerkit.filling.fill import content
from fillerkit.formats.damage import one_line
from fillerkit.formats.shard_plan import Shard, index_of, shards_of
from fillerkit.formats.shards import INDEX
from fillerkit.libraries import library

dask = library("dask", "fillerkit.dask", "dask")


@dataclass(frozen=True)
class Saved:
    """What `save` did.

    Attributes
    ----------
    origin : mapping
        Where the values come from; every shard and the index record it.
    made : tuple of str
        The shards that were written, in the order of the net.
    fresh : bool
        Whether nobody said the seed, the solver and an earlier run included.
    notes : tuple of str
        What an earlier run had left.
    draws : DrawMap or None
        The map of Caffe's draws that the shards were made with, if one was needed.
    """

    origin: Mapping[str, Any]
    made: tuple[str, ...]
    fresh: bool = False
    notes: tuple[str, ...] = ()
    draws: fk.DrawMap | None = None


def save(
    net: fk.Net,
    url: str | os.PathLike[str],
    seed: int | None = None,
    dtype: str | None = None,
    *,
    shards: int,
    boost: str | None = None,
    stream: str = "caffe",
    draws: fk.DrawMap | None = None,
    resume: bool = False,
    client: Any = None,
    storage_options: Mapping[str, Any] | None = None,
    progress: Callable[[int], None] | None = None,
    note: Callable[[str], None] | None = None,
) -> Saved:
    """Fill a net into a folder of shards, each written by a worker, and their index.

    `fillerkit.load` reads the folder as the one file that `fillerkit.Net.save` writes. A worker
    holds one slice of a blob at a time. A shard is there whole or not at all, and the index is
    written last.

    Parameters
    ----------
    net
    url
        The folder: a path, or what fsspec reaches (``s3://bucket/folder``). All workers need to
        see the same.
    seed, dtype, boost, stream
        As for `fillerkit.Net.fill`.
    draws
        For Caffe's stream: what `fillerkit.Net.map_draws` made. Unless given it is made first, in
        nearly the time that this machine takes to fill the net.
    shards
        How many; none has less than a blob, since no blob is cut.
    resume
        Go on with what an earlier run left: shards that are whole and of this run stay, all others
        are made. Without a seed it is that of the shards that are there.
    client
        A `distributed.Client`. Unless given it is the current one, or else the scheduler that Dask
        is set to.
    storage_options
        What fsspec is to be told besides the address.
    progress
        Called with the number of values of each shard that is there.
    note
        Called with each of the result's `notes`, before anything is made.

    Raises
    ------
    UsageError
        An argument makes no sense, the folder has shards and `resume` is not said, or a worker
        cannot do its part: nothing is made then.
    FormatError
        A shard cannot be written. The others are, and can be gone on with.
    """
    place = Place.of(url, storage_options)
    if not resume:
        check_empty(place)
    elif seed is None and net.random_seed is None and draws is None:
        seed = seed_in(place)
    fresh = seed is None and net.random_seed is None and draws is None
    run = run_of(net, seed, dtype, boost, stream, draws)
    plan = shards_of(content(run, run.new_stream()), shards)
    check_number(place, plan)
    found = found_in(place, plan)
    notes = tuple(found.notes) if resume else ()
    if note is not None:
        for each in notes:
            note(each)
    left = [shard for shard in plan if shard.name not in found.whole]
    for shard in plan:
        if shard.name in found.whole and progress is not None:
            progress(shard.count)
    if left:
        slices = Slices.of(run, draws)
        draws = slices.draws
        _make(_Left(place, left, progress), Job(slices, place, fk.__version__), client)
        _check_alone(place, plan)
    _write_index(place, plan)
    return Saved(run.origin, tuple(shard.name for shard in left), fresh, notes, draws)


class _Left:
    """The shards that are still to be made, and what went wrong with others."""

    def __init__(
        self, place: Place, shards: Sequence[Shard], progress: Callable[[int], None] | None
    ) -> None:
        self.orders = [Order.of(shard) for shard in shards]
        self._place = place
        self._shards = {shard.name: shard for shard in shards}
        self._progress = progress
        self._failed: list[fk.FillerkitError] = []

    def hear(self, result: str | fk.FillerkitError) -> None:
        """Take note of what `write` answered; twice is no harm."""
        if isinstance(result, fk.FillerkitError):
            self._failed.append(result)
        elif result in self._shards:
            shard = self._shards.pop(result)
            if self._place.size(result) != shard.nbytes:
                self._failed.append(
                    fk.FormatError(
                        f"{self._place.path(result)}: a worker has written it, but it is not seen "
                        "from here: all need to share the folder"
                    )
                )
            elif self._progress is not None:
                self._progress(shard.count)

    def check(self) -> None:
        """Refuse to go on unless all are there."""
        if self._failed:
            raise _with_way_out(self._failed[0])
        if self._shards:
            names = some([*self._shards])
            raise _with_way_out(fk.FormatError(f"{self._place}: nobody has written {names}"))


def _with_way_out(error: fk.FillerkitError) -> fk.FillerkitError:
    """The error, which says how the run goes on once that is mended."""
    error.words = (*error.words, "; what is whole stays, and the rest is made with ", RESUME)
    return error


def _make(left: _Left, job: Job, client: Any) -> None:
    """Have shards made, by whoever there is, and see that they are there."""
    job.place.make()
    client = client or current_client()
    if client is not None:
        check_workers(client, job)
    job.place.remove(INDEX)  # which would tell of a whole net
    if client is None:
        _write_here(left, job)
    else:
        for result in written(client, job, left.orders):
            left.hear(result)
    left.check()


def _write_here(left: _Left, job: Job) -> None:
    """Have shards written by Dask's own schedulers, those without a cluster."""

    def heard(key: object, result: object, *rest: object) -> None:
        """A task has ended. Not every scheduler tells of it, so all are heard of at the end too."""
        if isinstance(result, str):
            left.hear(result)

    callbacks = library("dask.callbacks", "fillerkit.dask", "dask")
    shared = dask.delayed(job, traverse=False)
    task = dask.delayed(write, pure=False)
    try:
        with callbacks.Callback(posttask=heard):
            results = dask.compute(*(task(shared, order) for order in left.orders))
    except fk.FillerkitError:
        raise
    except Exception as error:
        raise _with_way_out(
            fk.FormatError(f"{job.place}: not all shards were written: {one_line(error)}")
        ) from None
    for result in results:
        left.hear(result)


def _check_alone(place: Place, shards: Sequence[Shard]) -> None:
    """Refuse to call a folder whole in which another run has written since."""
    found = found_in(place, shards)
    wrong = {**found.others, **dict.fromkeys(found.missing, "is gone")}
    for name, reason in wrong.items():
        raise fk.FormatError(
            f"{place}: another run changed it meanwhile: {name} {reason}; "
            "write into a folder of its own"
        )


def _write_index(place: Place, shards: Sequence[Shard]) -> None:
    index = index_of(shards)
    with place.whole(INDEX, len(index)) as file:
        file.write(index)
    place.remove_unfinished({shard.name for shard in shards})
