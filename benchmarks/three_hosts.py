"""Fill a net on three hosts, which are network namespaces of this machine, and on one thread.

    sudo python benchmarks/three_hosts.py [NET] [--shards 6] [--folder FOLDER]

Each host has a network of its own, a cable to a switch, and an address; the first has the scheduler
too. The folder is one that all share. The bytes have to be the same. Needs root and Linux's ``ip``.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import fillerkit as fk

VGG16 = Path(__file__).parents[1] / "tests/conformance/large/vgg16_xavier.prototxt"
HOSTS = 3
SCHEDULER = "tcp://10.77.0.1:8786"
FILL = ["-m", "fillerkit", "init", "--seed", "1701"]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("net", nargs="?", default=str(VGG16))
    parser.add_argument("--shards", type=int, default=6)
    parser.add_argument("--folder", help="where to write; a folder of its own unless given")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = arguments.folder or stack.enter_context(tempfile.TemporaryDirectory())
        one, several = Path(folder, "one.safetensors"), Path(folder, "shards")
        fill = [sys.executable, *FILL, arguments.net]
        alone = timed([*fill, "-o", str(one), "--jobs", "1"])
        hosts = [stack.enter_context(host) for host in network()]
        stack.enter_context(servers(hosts))
        shards = ["-o", str(several), "--shards", str(arguments.shards), "--dask", SCHEDULER]
        together = timed([*inside(hosts[0]), *fill, *shards])
        found = fk.compare(fk.load(one), fk.load(several))
    if not found.equal:
        sys.exit("the bytes differ")
    print(f"{found.count:,} values, {arguments.shards} shards: the same bytes")
    print(f"one thread, one file: {alone:.2f} s")
    print(f"{HOSTS} hosts of one thread, a folder: {together:.2f} s")


def timed(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True)


def inside(host: str) -> list[str]:
    """What begins a command that runs on a host."""
    return ["ip", "netns", "exec", host]


def network() -> Iterator[AbstractContextManager[str]]:
    """The hosts, one after the other; the first brings the switch."""
    name = f"fk{os.getpid()}"
    for number in range(1, HOSTS + 1):
        yield host(name, number)


@contextmanager
def host(switch: str, number: int) -> Iterator[str]:
    """A host with a cable to the switch; its name."""
    name, cable = f"{switch}h{number}", f"{switch}c{number}"
    if number == 1:
        ip("link", "add", switch, "type", "bridge")
        ip("link", "set", switch, "up")
    try:
        ip("netns", "add", name)
        ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", name)
        ip("link", "set", cable, "master", switch, "up")
        ip("-n", name, "address", "add", f"10.77.0.{number}/24", "dev", "eth0")
        for device in ("lo", "eth0"):
            ip("-n", name, "link", "set", device, "up")
        yield name
    finally:
        subprocess.run(["ip", "netns", "delete", name], check=False)
        if number == 1:
            subprocess.run(["ip", "link", "delete", switch], check=False)


@contextmanager
def servers(hosts: list[str]) -> Iterator[None]:
    """The scheduler on the first host, and a worker of one thread on each."""
    words = [["scheduler", "--host", "10.77.0.1", "--no-dashboard"]]
    words += [
        ["worker", SCHEDULER, "--host", f"10.77.0.{number}", "--nthreads", "1", "--no-nanny"]
        for number in range(1, HOSTS + 1)
    ]
    started = [
        subprocess.Popen(
            [*inside(host), sys.executable, "-m", f"distributed.cli.dask_{kind}", *rest],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for host, (kind, *rest) in zip([hosts[0], *hosts], words, strict=True)
    ]
    try:
        wait = (
            "from fillerkit.dask import connected\n"
            f"with connected({SCHEDULER!r}) as client: client.wait_for_workers({HOSTS}, 60)"
        )
        subprocess.run([*inside(hosts[0]), sys.executable, "-c", wait], check=True)
        yield
    finally:
        for process in started:
            process.kill()
            process.wait()


if __name__ == "__main__":
    main()
