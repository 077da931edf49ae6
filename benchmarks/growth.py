"""How time grows with a net: reading, loading, checking and showing, as the exponent of its size.

    python benchmarks/growth.py [--only WORD] [--largest 100000]

An exponent of 1 is a time that grows as the net does; more than 1.2 is marked. What is counted is
processor time, the least of three runs or as many as begin within half a minute, at a hundredth, a
tenth and the whole of the largest size; where the middle one took longer than that, the whole is
left out. Exponents are of the last two.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from math import log
from pathlib import Path

import fillerkit as fk
from fillerkit.cli import fillerkit

MOST = 1.2
PATIENCE = 30.0
"""Seconds that a size may take for the next one to be tried, or for another run to begin."""
TIMES = 3

INPUT = 'layer { name: "in" type: "Input" top: "t0" input_param { shape { dim: 1 dim: 4 } } }\n'
WEIGHTS = 'inner_product_param { num_output: 4 weight_filler { type: "xavier" } }'


def layer(kind: str, number: int, bottom: str, top: str, rest: str = "", name: str = "") -> str:
    """A layer on a line."""
    name = name or f"x{number}"
    return f'layer {{ name: "{name}" type: "{kind}" bottom: "{bottom}" top: "{top}" {rest} }}\n'


# ---------------------------------------------------------------- nets, of a number of layers


def chain(size: int, rest: str = WEIGHTS, name: str = "") -> str:
    """InnerProducts, one after the other."""
    each = (layer("InnerProduct", n, f"t{n}", f"t{n + 1}", rest, name) for n in range(size))
    return INPUT + "".join(each)


def in_place(size: int) -> str:
    """ReLUs that all change one blob in place."""
    return INPUT + "".join(layer("ReLU", n, "t0", "t0") for n in range(size))


def pairs(size: int) -> str:
    """An InnerProduct and a ReLU in place, again and again."""
    each = (
        layer("InnerProduct", n, f"t{n}", f"t{n + 1}", WEIGHTS)
        + layer("ReLU", size + n, f"t{n + 1}", f"t{n + 1}")
        for n in range(size // 2)
    )
    return INPUT + "".join(each)


def concat(size: int) -> str:
    """ReLUs of one blob, and a Concat of all of them."""
    branches = "".join(layer("ReLU", n, "t0", f"b{n}") for n in range(size))
    bottoms = " ".join(f'bottom: "b{n}"' for n in range(size))
    return INPUT + branches + f'layer {{ name: "c" type: "Concat" {bottoms} top: "c" }}\n'


def sharing(size: int) -> str:
    """InnerProducts that share their weights by name."""
    return chain(size, f'param {{ name: "w" }} param {{ name: "b" }} {WEIGHTS}')


def one_name(size: int) -> str:
    """InnerProducts that are all called the same."""
    return chain(size, name="x")


def rules(size: int) -> str:
    """Layers of which every other one takes part in no phase asked for."""
    return INPUT + "".join(
        layer("ReLU", n, "t0", f"b{n}", "include { phase: TEST }" * (n % 2)) for n in range(size)
    )


def old(size: int) -> str:
    """V1 layers."""
    each = (
        f'layers {{ name: "x{n}" type: INNER_PRODUCT bottom: "t{n}" top: "t{n + 1}" {WEIGHTS} }}\n'
        for n in range(size)
    )
    return 'input: "t0" input_shape { dim: 1 dim: 4 }\n' + "".join(each)


# ---------------------------------------------------------------- texts


def one_line(size: int) -> str:
    """The chain in one line, 50 MB of it where there are half a million layers."""
    return chain(size).replace("\n", " ") + "\n"


def comments(size: int) -> str:
    """A small net with lines of comment."""
    return INPUT + "# a comment of no interest, as people write them above each layer\n" * size


def long_string(size: int) -> str:
    """A name of 500 characters for each of `size`: 50 MB at 100,000."""
    return f'name: "{"net, " * (100 * size)}"\n' + INPUT


def escapes(size: int) -> str:
    """A name that is escapes, one for each of `size`."""
    return 'name: "' + r"\303\244" * size + '"\n' + INPUT


def pieces(size: int) -> str:
    """A name in pieces."""
    return "name: " + '"piece" ' * size + "\n" + INPUT


def dims(size: int) -> str:
    """A list of numbers that no layer takes."""
    return INPUT + layer("Reshape", 0, "t0", "r", f"reshape_param {{ axis: [{'1, ' * size}1] }}")


def nested(size: int) -> str:
    """A field that nobody knows, a block in a block in a block."""
    return INPUT + "deep { " * size + "}" * size + "\n"


# ---------------------------------------------------------------- faults


def nested_layers(size: int) -> str:
    """A layer in a layer in a layer, never closed."""
    return INPUT + "layer {\n" * size


def wrong_fields(size: int) -> str:
    """A field that is misspelt, in every layer."""
    return chain(size, WEIGHTS.replace("num_output", "num_outputs"))


def unknown_types(size: int) -> str:
    """Layers of a type that nobody knows."""
    return INPUT + "".join(layer("Nobody", n, f"t{n}", f"t{n + 1}") for n in range(size))


def unknown_fields(size: int) -> str:
    """A field that nobody knows, in every layer."""
    return chain(size, f"nobodys_param {{ }} {WEIGHTS}")


def no_makers(size: int) -> str:
    """Layers of which every other one takes what no layer makes."""
    names = (f"absent{n}" if n % 2 else "t0" for n in range(size))
    return INPUT + "".join(layer("ReLU", n, name, f"b{n}") for n, name in enumerate(names))


def too_early(size: int) -> str:
    """Layers in the wrong order: each takes what the next one makes."""
    return INPUT + "".join(layer("ReLU", n, f"b{n + 1}", f"b{n}") for n in range(size))


def same_tops(size: int) -> str:
    """Layers that all make one blob."""
    return INPUT + "".join(layer("ReLU", n, "t0", "b") for n in range(size))


NETS: list[Callable[[int], str]] = [
    *(chain, in_place, pairs, concat, sharing, one_name, rules, old),
    *(one_line, comments, long_string, escapes, pieces, dims, nested),
    *(nested_layers, wrong_fields, unknown_types, unknown_fields),
    *(no_makers, too_early, same_tops),
]

# ---------------------------------------------------------------- what is timed


def read_net(path: Path) -> None:
    """The text and its schema."""
    with contextlib.suppress(fk.FillerkitError):
        fk.read_net(path, allow_unknown_fields=True)


def load_net(path: Path) -> None:
    """The shapes too."""
    with contextlib.suppress(fk.FillerkitError):
        fk.load_net(path, allow_unknown_fields=True)


def check(path: Path) -> None:
    """All that is wrong, as words."""
    str(fk.check(path))


def show(path: Path) -> None:
    """The command, into a pipe."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.suppress(fk.FillerkitError):
        fillerkit.main(["show", "--allow-unknown-fields", str(path)], standalone_mode=False)


ACTIONS: list[Callable[[Path], None]] = [read_net, load_net, check, show]


def least(run: Callable[[], None]) -> float:
    """Seconds of the processor, the least of some runs: other programs only add to them."""
    all_seconds: list[float] = []
    while len(all_seconds) < TIMES and sum(all_seconds) < PATIENCE:
        gc.collect()
        begin = time.process_time()
        run()
        all_seconds.append(time.process_time() - begin)
    return min(all_seconds)


def measured(net: Callable[[int], str], run: Callable[[Path], None], largest: int) -> Iterator[str]:
    """The cells of a row: seconds at each size, and the exponent."""
    last, exponent = 0.0, ""
    for part in (100, 10, 1):
        if last > PATIENCE:
            yield ""
            continue
        with tempfile.NamedTemporaryFile("w", suffix=".prototxt") as file:
            file.write(net(largest // part))
            file.flush()
            seconds = least(partial(run, Path(file.name)))
        yield f"{seconds:.2f}"
        if last:
            power = log(seconds / last) / log(10)
            exponent = f"**{power:.2f}**" if power > MOST else f"{power:.2f}"
        last = seconds
    yield exponent


def main() -> None:
    """Print the table, a row each."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="", metavar="WORD", help="nets with WORD in their names")
    parser.add_argument("--largest", type=int, default=100_000, help="the largest size")
    arguments = parser.parse_args()
    for run in ACTIONS:  # what is slow only the first time
        list(measured(chain, run, 100))
    sizes = " | ".join(f"{arguments.largest // part:,}" for part in (100, 10, 1))
    print(f"| net | what | {sizes} | exponent |\n| --- | --- |{' ---: |' * 4}", flush=True)
    for net in NETS:
        for run in ACTIONS:
            if arguments.only in net.__name__:
                cells = " | ".join(measured(net, run, arguments.largest))
                print(f"| {net.__name__} | {run.__name__} | {cells} |", flush=True)


if __name__ == "__main__":
    main()
