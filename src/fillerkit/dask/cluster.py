"""A cluster of Dask: reached, looked at before anything is made, and given its tasks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pkgutil import resolve_name
from queue import Empty, SimpleQueue
from typing import Any

import dask

import fillerkit as fk
from fillerkit.dask.shard import Job, Order, write
from fillerkit.errors import some
from fillerkit.formats.damage import one_line
from fillerkit.libraries import library
from fillerkit.threads import started

PATIENCE = 10
"""Seconds in which a scheduler answers, and has a worker."""
GONE = 60
"""Seconds after which workers that are gone do not come again."""


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """A `distributed.Client` of the scheduler at an address, as in ``tcp://10.0.0.1:8786``.

    Raises
    ------
    UsageError
        None answers there.
    """
    distributed = library("distributed", "a scheduler", "dask")
    try:
        # A client that reaches nobody prints tracebacks, long after: so ask first. On a thread:
        # here a loop may run already, as in a notebook.
        thread = started(1)
        if thread is None:
            raise _nobody(address, "no thread can be started to ask")
        try:
            kind = thread.submit(partial(asyncio.run, _kind(distributed, address))).get()
        finally:
            thread.end()
        if kind != "Scheduler":
            raise _nobody(address, f"it is a {kind}")
        client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
    except fk.UsageError:
        raise
    except TimeoutError:
        raise _nobody(address, f"no answer in {PATIENCE} s") from None
    except Exception as error:
        raise _nobody(address, one_line(error)) from None
    with client:
        yield client


async def _kind(distributed: Any, address: str) -> str:
    """Of what kind the server of Dask is that answers at an address."""
    arguments = distributed.Security().get_connection_args("client")
    found = distributed.comm.resolve_address(address)
    async with distributed.rpc(found, timeout=PATIENCE, connection_args=arguments) as server:
        identity = await asyncio.wait_for(server.identity(), PATIENCE)
    kind: str = identity["type"]
    return kind


def _nobody(address: str, why: str) -> fk.UsageError:
    return fk.UsageError(f"no scheduler of Dask answers at '{address}': {why}")


def current_client() -> Any:
    """The client that Dask gives tasks to, where that is what is set; else None."""
    scheduler = dask.config.get("scheduler", None)
    if hasattr(scheduler, "scheduler_info"):  # a client itself
        return scheduler
    if scheduler not in ("dask.distributed", "distributed"):
        return None
    return library("distributed", "a scheduler", "dask").default_client()


def check_workers(client: Any, job: Job) -> None:
    """Refuse workers that would fail, or make other values, before anything is made.

    Raises
    ------
    UsageError
        There are none, or one of them has no fillerkit or another version, cannot make the net, or
        does not see the folder.
    """
    distributed = library("distributed", "a scheduler", "dask")
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except (TimeoutError, distributed.TimeoutError):
        raise fk.UsageError(
            f"the scheduler at '{client.scheduler.address}' has no workers: start some"
        ) from None
    for address, found in _asked(client, resolve_name, "fillerkit.version:__version__").items():
        if isinstance(found, Exception):
            raise fk.UsageError(f"the worker {address} has no fillerkit: {one_line(found)}")
        if found != job.version:
            raise fk.UsageError(
                f"the worker {address} has fillerkit {found}, not {job.version}: all need the same"
            )
    name = f".fillerkit-{os.urandom(8).hex()}"
    with job.place.whole(name, 0):
        pass
    try:
        for address, wrong in _asked(client, ready, job, name).items():
            if wrong:
                text = one_line(wrong) if isinstance(wrong, Exception) else wrong
                raise fk.UsageError(f"the worker {address} cannot do it: {text}")
    finally:
        job.place.remove(name)


def ready(job: Job, name: str) -> str:
    """What keeps this worker from a job, or ""; `name` is a file that lies in its folder."""
    try:
        job.check()
        if job.place.size(name) is None:
            return f"it does not see the folder '{job.place}', which all need to share"
    except fk.FillerkitError as error:
        return str(error)
    return ""


def written(client: Any, job: Job, orders: Sequence[Order]) -> Iterator[str | fk.FillerkitError]:
    """Have shards written; each one's name when it is there, or what went wrong.

    Where a worker is gone the scheduler gives its shards to others. Where all are gone it would
    wait for ever for new ones, and this does not.
    """
    shared = client.submit(_same, job, pure=False)
    left = {client.submit(write, shared, order, pure=False): order.name for order in orders}
    ended: SimpleQueue[Any] = SimpleQueue()  # an interrupt locks none: fillerkit/threads.py
    try:
        for future in left:
            future.add_done_callback(ended.put)
        while left:
            future = _next(client, ended)
            if future is None:
                names = some([*left.values()])
                yield fk.FormatError(f"{job.place}: all workers are gone; not written: {names}")
                return
            name = left.pop(future)
            try:
                yield future.result()
            except Exception as error:
                path = job.place.path(name)
                yield fk.FormatError(f"{path}: was not written: {one_line(error)}")
    finally:
        client.cancel([*left, shared], force=True)


def _next(client: Any, ended: SimpleQueue[Any]) -> Any:
    """The future that ends next; None where there have been no workers for a while."""
    without = 0.0
    while without < GONE:
        try:
            return ended.get(timeout=PATIENCE)
        except Empty:
            alone = not client.scheduler_info()["workers"]
            without = without + PATIENCE if alone else 0.0
    return None


def _same(job: Job) -> Job:
    """The task that holds what all others need."""
    return job


def _asked(client: Any, function: Any, *arguments: object) -> Mapping[str, Any]:
    """What a function answers on each worker, or the exception."""
    answers: Mapping[str, Any] = client.run(function, *arguments, on_error="return")
    return answers
