"""A short trial of fillerkit as it is installed: bits, commands, what is said without extras.

    python tools/smoke.py compiled    # or numpy: which kernels are to be used

`tools/make_wheel.py` runs it with the Python of an environment that has only the wheel and what it
depends on. Nothing of the checkout is needed.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

import click

import fillerkit as fk
from fillerkit.cli import fillerkit as command_line
from fillerkit.random import kernel_path

NET = """
name: "LeNet"
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [64, 1, 28, 28] } } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
        convolution_param { num_output: 20 kernel_size: 5 weight_filler { type: "xavier" } } }
layer { name: "pool1" type: "Pooling" bottom: "conv1" top: "pool1"
        pooling_param { pool: MAX kernel_size: 2 stride: 2 } }
layer { name: "conv2" type: "Convolution" bottom: "pool1" top: "conv2"
        convolution_param { num_output: 50 kernel_size: 5 weight_filler { type: "xavier" } } }
layer { name: "pool2" type: "Pooling" bottom: "conv2" top: "pool2"
        pooling_param { pool: MAX kernel_size: 2 stride: 2 } }
layer { name: "ip1" type: "InnerProduct" bottom: "pool2" top: "ip1"
        inner_product_param { num_output: 500 weight_filler { type: "xavier" } } }
layer { name: "ip2" type: "InnerProduct" bottom: "ip1" top: "ip2"
        inner_product_param { num_output: 10 weight_filler { type: "xavier" } } }
"""
CAFFE = {
    "conv1": "b8d77c9ad0ce126898473e711525d19e3c251551",
    "conv2": "00acbfc5d3b03b574c0fbcf310d6d2626fe21723",
    "ip1": "4b107a0aa272cff47e9e57bf8c75d7aaaaf61a24",
    "ip2": "56c720ff8c63a4f5df2d860f2c26332ce6898560",
}
"""The SHA-1 of each weight that Caffe 1.0 makes of it with seed 1701."""
WITHOUT = {
    "formats": ("h5py", ("init", "net.prototxt", "-o", "net.h5")),
    "torch": ("torch", ("signal", "net.prototxt")),
    "draw": ("pygraphviz", ("draw", "net.prototxt", "-o", "net.svg")),
    "report": ("jinja2", ("report", "net.prototxt")),
    "dask": ("dask", ("init", "net.prototxt", "-o", "folder", "--shards", "2")),
    "proto": ("grpc_tools", ("show", "net.prototxt", "--proto", "caffe.proto")),
}
"""Of each extra a module that it brings, and a command that needs it."""


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command in `folder`, with what it says."""
    return subprocess.run(words, cwd=folder, capture_output=True, text=True)


def try_bits(folder: Path, fillerkit: str) -> None:
    """The command line writes the weights that Caffe 1.0 starts from."""
    done = run(folder, fillerkit, "init", "net.prototxt", "--seed", "1701", "-o", "net.npz")
    assert (done.returncode, done.stderr) == (0, ""), done
    blobs = fk.load(folder / "net.npz")
    made = {name: hashlib.sha1(blobs[name].weight.tobytes()).hexdigest() for name in CAFFE}
    assert made == CAFFE, f"other bits than Caffe's: {made}"


def try_commands(folder: Path, fillerkit: str) -> None:
    """Every command explains itself."""
    for command in ("", *command_line.list_commands(click.Context(command_line))):
        done = run(folder, fillerkit, *command.split(), "--help")
        assert (done.returncode, done.stderr) == (0, ""), done
        assert done.stdout.startswith(f"Usage: fillerkit {command}".rstrip()), done
    assert run(folder, fillerkit, "--version").stdout == f"fillerkit {fk.__version__}\n"


def try_pycaffe(folder: Path) -> None:
    """A script that says ``import caffe`` runs, and its Net has Caffe's bits."""
    script = (
        "import caffe, hashlib; caffe.set_random_seed(1701); net = caffe.Net('net.prototxt', 1); "
        "print(*(hashlib.sha1(net.params[name][0].data).hexdigest() for name in net.params))"
    )
    done = run(folder, sys.executable, "-m", "fillerkit.pycaffe", "-c", script)
    assert (done.returncode, done.stdout.split()) == (0, list(CAFFE.values())), done


def try_without_extras(folder: Path, fillerkit: str) -> None:
    """Where a library is missing one line says how to install it."""
    (folder / "caffe.proto").write_text('syntax = "proto2"; package caffe;')
    for extra, (module, words) in WITHOUT.items():
        assert not find_spec(module), f"{module} is installed: the environment is not empty"
        done = run(folder, fillerkit, *words)
        assert done.returncode == 2, done
        assert done.stderr.count("\n") == 1, done
        assert done.stderr.endswith(f"pip install 'fillerkit[{extra}]'\n"), done


def main(kernels: str) -> None:
    """Try all; an AssertionError says what is wrong."""
    package = Path(fk.__file__).parent
    assert package.is_relative_to(sys.prefix), f"that is another fillerkit: {package}"
    used = "numpy" if kernel_path() == "numpy" else "compiled"
    assert used == kernels, f"{used} kernels are used, and not {kernels} ones"
    fillerkit = str(Path(sys.executable).with_name("fillerkit"))
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "net.prototxt").write_text(NET)
        try_bits(folder, fillerkit)
        try_commands(folder, fillerkit)
        try_pycaffe(folder)
        try_without_extras(folder, fillerkit)


if __name__ == "__main__":
    main(sys.argv[1])
