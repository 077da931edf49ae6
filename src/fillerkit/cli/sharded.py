"""``fillerkit init --shards``: a folder of shards, by processes or by the workers of a cluster."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, simplefilter

import fillerkit as fk
from fillerkit.cli.printing import note
from fillerkit.formats import FORMATS

if TYPE_CHECKING:
    from fillerkit.dask import Saved


def check_options(
    folder: str | None,
    format: str | None,
    names: str | None,
    weights: Sequence[str],
    jobs: int | None,
    address: str | None,
) -> None:
    """Refuse options of ``init`` that make no sense with shards."""
    if weights:
        raise fk.UsageError("a net with --weights is written to one file: leave out --shards")
    if format not in (None, "safetensors"):
        raise fk.UsageError(f"shards are .safetensors, not {format}: leave out --format")
    if jobs and address:
        raise fk.UsageError("--jobs is for this machine; a cluster has the workers that it has")
    if names == "torch":
        raise fk.UsageError(
            "shards are made a slice at a time, with Caffe's names: leave out --names torch, or "
            "write one .safetensors"
        )
    suffix = Path(folder or "").suffix.lower()
    if any(suffix in suffixes for suffixes in FORMATS.values()):
        raise fk.UsageError(f"'{folder}' is a file's name, and shards need a folder's: no {suffix}")


def save_shards(
    net: fk.Net, folder: str, *, jobs: int | None, address: str | None, **asked: Any
) -> Saved:
    """Write the shards, and tell what was found of an earlier run.

    `asked` is what `fillerkit.dask.save` takes besides.
    """
    with _quiet():
        from fillerkit.dask import save

        with _workers(address, jobs) as client:
            return save(net, folder, client=client, note=note, **asked)


@contextmanager
def _workers(address: str | None, jobs: int | None) -> Iterator[Any]:
    """Whoever does the work: a client of a cluster, or None where processes of this machine do."""
    from fillerkit.dask import connected, processes

    if address is None:
        with processes(jobs):
            yield None
    else:
        with connected(address) as client:
            yield client


@contextmanager
def _quiet() -> Iterator[None]:
    """Have Dask say nothing by itself, in logs or warnings: what goes wrong is an error of ours."""
    import logging  # which takes as long to import as a small net to fill

    logging.disable(logging.CRITICAL)
    try:
        with catch_warnings():
            simplefilter("ignore")
            yield
    finally:
        logging.disable(logging.NOTSET)
