"""Dask's tasks in processes of this machine, which end as the one ends that started them."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait

import dask

from fillerkit.random import check_jobs
from fillerkit.random import processors as of_this_machine


@contextmanager
def processes(count: int | None = None) -> Iterator[None]:
    """Have Dask run its tasks in so many processes, one for each processor unless said.

    Each process imports the script that calls this, so that the call has to stand under
    ``if __name__ == "__main__":``.

    Dask's plain scheduler does for one machine: a cluster of processes (`distributed.LocalCluster`)
    would take seconds to start, open ports, and talk of every process that ends.
    """
    number = check_jobs(count) or of_this_machine()
    context = multiprocessing.get_context("spawn")  # a fork copies threads' locks in any state
    before = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(number, context, initializer=_begin)
    try:
        # A chunk is what one process is handed at once: six shards unless said.
        with dask.config.set(scheduler="processes", pool=pool, num_workers=number, chunksize=1):
            yield
    except BaseException:
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin() -> None:
    """Have this process end without a word where it is told to, or where its parent is gone."""
    for name in ("SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), _stop)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _stop(number: int, frame: object) -> None:
    sys.exit(128 + number)


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
