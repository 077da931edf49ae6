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

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_PATIENCE = 5.0
"""Seconds in which a process that is told to end has cleaned up."""


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
        with _signals_wait():
            for _ in range(number):  # one more is started for each task that none waits for
                pool.submit(int)
        # A chunk is what one process is handed at once: six shards unless said.
        with dask.config.set(scheduler="processes", pool=pool, num_workers=number, chunksize=1):
            yield
    except BaseException:
        for child in set(multiprocessing.active_children()) - before:
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _signals_wait() -> Iterator[None]:
    """Let signals wait; also for processes that are started meanwhile, until they `_begin`."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """Have this process end without a word where it is told to, or where its parent is gone."""
    for each in _SIGNALS:
        signal.signal(each, _leave)  # the pool would tell of an exception that comes from here
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
    for each in _SIGNALS:
        signal.signal(each, _stop)


def _leave(number: int, frame: object) -> None:
    """End at once: nothing is being written yet."""
    os._exit(128 + number)


def _stop(number: int, frame: object) -> None:
    """End once what is being written is cleaned up, and soon in any case.

    Between two tasks Dask or the pool may catch the exception, and wait for tasks for ever.
    """
    for each in _SIGNALS:  # a second one would end the cleaning up
        signal.signal(each, _ignore)
    ending = threading.Timer(_PATIENCE, os._exit, (128 + number,))
    ending.daemon = True
    ending.start()
    sys.exit(128 + number)


def _ignore(number: int, frame: object) -> None:
    """Nothing; but where the system does it, Python tells of a signal that came just before."""


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)
