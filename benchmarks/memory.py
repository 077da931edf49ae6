"""Peak memory of writing nets of very different sizes, into a file that keeps nothing.

    python benchmarks/memory.py [GIGABYTES ...]

For each size a net of that many gigabytes of xavier weights is filled and written as an ``.npz``
in a process of its own; what is printed is the most memory that process ever held, above an idle
interpreter that has imported fillerkit.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import fillerkit as fk
from fillerkit.formats import npz

BLOB = 1 << 29  # values a layer; Caffe's limit is 2^31 - 1
COLUMNS = 1 << 15


class Sink(io.RawIOBase):
    """A file of any size that forgets what it is given."""

    def __init__(self) -> None:
        self._at = 0

    def write(self, data: object) -> int:
        """Say that all of it is written."""
        size = memoryview(data).nbytes  # type: ignore[arg-type]
        self._at += size
        return size

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a byte; the end is where it is."""
        self._at = offset if whence == 0 else self._at + offset
        return self._at

    def tell(self) -> int:
        """Where the next byte would go."""
        return self._at

    def seekable(self) -> bool:
        """It is, in all directions."""
        return True

    def writable(self) -> bool:
        """Of course."""
        return True


def net_of(gigabytes: float) -> str:
    """A prototxt with that many gigabytes of weights."""
    left = round(gigabytes * 1e9 / 4)
    layers = [
        'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 '
        f"dim: {COLUMNS} }} }} }}"
    ]
    while left > 0:
        rows = -(-min(left, BLOB) // COLUMNS)
        left -= rows * COLUMNS
        layers.append(
            f'layer {{ name: "fc{len(layers)}" type: "InnerProduct" bottom: "data" '
            f'top: "fc{len(layers)}" inner_product_param {{ num_output: {rows} bias_term: false '
            'weight_filler { type: "xavier" } } }'
        )
    return "\n".join(layers)


def fill(gigabytes: float) -> None:
    """Fill such a net into a sink, and print what it took."""

    @contextlib.contextmanager
    def sink(path: Path) -> Iterator[Sink]:
        yield Sink()

    setattr(npz, "whole_file", sink)  # noqa: B010
    net = fk.load_net(net_of(gigabytes))
    idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    begin = time.perf_counter()
    net.save("nowhere.npz", seed=1)
    seconds = time.perf_counter() - begin
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"{4 * net.count / 1e9:8.2f} GB: {(most - idle) / 1024:5.1f} MiB above the "
        f"{idle / 1024:.0f} MiB of the idle process, {seconds:.1f} s, "
        f"{seconds / net.count * 1e9:.2f} ns a weight"
    )


def main() -> None:
    """Run each size in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("gigabytes", nargs="*", type=float, default=[0.02, 0.55, 20])
    parser.add_argument("--here", action="store_true", help="in this process")
    arguments = parser.parse_args()
    for gigabytes in arguments.gigabytes:
        if arguments.here:
            fill(gigabytes)
        else:
            subprocess.run([sys.executable, __file__, "--here", str(gigabytes)], check=True)


if __name__ == "__main__":
    main()
