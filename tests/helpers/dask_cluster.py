"""A cluster of Dask in processes of their own: a scheduler, and workers that come and go."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def started(
    *words: str, limits: Callable[[], None] | None = None, **environment: str
) -> Iterator[int]:
    """A process of Dask's command line, and its number."""
    process = subprocess.Popen(
        [sys.executable, "-m", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | environment,
        preexec_fn=limits,
    )
    try:
        yield process.pid
    finally:
        process.kill()
        process.wait()


@contextmanager
def scheduler(folder: Path) -> Iterator[str]:
    """The address of a scheduler that has no workers yet."""
    file = folder / "scheduler.json"
    words = ("--port", "0", "--no-dashboard", "--scheduler-file", str(file))
    with started("distributed.cli.dask_scheduler", *words):
        yield until(lambda: file.exists() and json.loads(file.read_text() or "{}").get("address"))


def until(found: Callable[[], Any]) -> Any:
    """What is found once it is there; a machine that is busy has a minute."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        answer = found()
        if answer:
            return answer
        time.sleep(0.005)
    raise AssertionError("nothing came")


@contextmanager
def workers(address: str, count: int, **options: Any) -> Iterator[list[int]]:
    """Worker processes of one thread each, besides those that are there, and their numbers."""
    words = ("distributed.cli.dask_worker", address, "--no-nanny", "--nthreads", "1")
    with ExitStack() as stack:
        from fillerkit.dask import connected

        with connected(address) as client:
            before = len(client.scheduler_info()["workers"])
            numbers = [
                stack.enter_context(started(*words, "--no-dashboard", **options))
                for _ in range(count)
            ]
            client.wait_for_workers(before + count, timeout=60)
        yield numbers
