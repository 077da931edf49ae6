"""What a process has one of in Caffe: an engine of random numbers, a mode, a log."""

from __future__ import annotations

import operator
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

import fillerkit as fk
from fillerkit.python_layers.say import say_once

if TYPE_CHECKING:
    from fillerkit.pycaffe.proto.caffe_pb2 import LayerParameter

Shape = tuple[int, ...]


class _Caffe:
    """The one Caffe of this process; its draws go on from net to net, as Caffe's do."""

    def __init__(self) -> None:
        self._stream: fk.CaffeStream | None = None
        self.shapes: Mapping[str, Shape] = {}
        """Shapes of data layers' tops from the command line; 0 is the layer's own batch_size."""
        self.rand = fk.GlibcRand()
        """The C library's ``rand()``, which no seed of Caffe's sets."""
        self.solvers, self.rank = 1, 0
        self.seed_of_passes: int | None = None
        """The seed that PyTorch's engine gets before the next layer runs."""
        self.made_nets = False
        self.shapes_used: set[str] = set()
        self.shapes_file = ""
        """Where this process and those that it starts note the shapes that were asked for."""

    def seed(self, seed: int) -> None:
        self.seed_of_passes = seed
        self._stream = fk.CaffeStream(seed)

    @property
    def stream(self) -> fk.CaffeStream:
        """The engine of random numbers; its seed is random where the script gave none."""
        if self._stream is None:
            self._stream = fk.CaffeStream(int.from_bytes(os.urandom(4), "little"))
        return self._stream

    def take(self, count: int) -> NDArray[np.uint32]:
        """The engine's next draws."""
        return self.stream.take(count)

    def shape_of(self, blob: str, layer: LayerParameter) -> Shape:
        """One of `shapes`, for a top of a net's layer."""
        self._note_use(blob)
        batch, *rest = self.shapes[blob]
        return (batch or _batch_size(layer), *rest)

    def _note_use(self, blob: str) -> None:
        if blob in self.shapes_used:
            return
        self.shapes_used.add(blob)
        if self.shapes_file:
            # Whoever began it may have ended, and taken the file away.
            flags = os.O_WRONLY | os.O_APPEND
            with suppress(OSError), open(os.open(self.shapes_file, flags), "wb") as file:
                file.write(f"{blob}\n".encode())


def _batch_size(layer: LayerParameter) -> int:
    for _, value in layer.ListFields():
        size = getattr(value, "batch_size", 0)
        if size:
            return int(size)
    raise fk.LayerError(f"layer '{layer.name}' has no batch_size: say it in the place of N")


caffe = _Caffe()

_PHASE = "a net has the phase with which it is made, a Classifier's and a Detector's is TEST"


def set_random_seed(seed: int) -> None:
    """Seed the engine: the nets made from here on start from the bits that Caffe starts from."""
    seed = operator.index(seed)
    if not 0 <= seed < 2**32:
        raise OverflowError(f"a seed is a number from 0 to {2**32 - 1}, not {seed}")
    caffe.seed(seed)


def set_mode_cpu() -> None:
    """Accepted: there is no other mode."""


def set_mode_gpu() -> None:
    """Accepted; nets are filled on the CPU, as in Caffe, and run there."""
    say_once("set_mode_gpu: there is no GPU mode; nets are filled and run on the CPU")


def set_device(device_id: int) -> None:
    """Accepted; there is one device, the CPU."""
    say_once("set_device: there is no GPU mode, so no device is chosen")


def check_mode_cpu() -> bool:
    """Whether nets run on the CPU: True. Forks have it."""
    return True


def check_mode_gpu() -> bool:
    """Whether nets run on a GPU: False. Forks have it."""
    return False


def set_phase_train() -> None:
    """Accepted; until 2014 it set the phase of all nets."""
    say_once(f"set_phase_train: {_PHASE}")


def set_phase_test() -> None:
    """Accepted; until 2014 it set the phase of all nets."""
    say_once(f"set_phase_test: {_PHASE}")


def set_devices(device_ids: Sequence[int]) -> None:
    """Accepted, as `set_device`; Caffe for OpenCL has it."""
    say_once("set_devices: there is no GPU mode, so no devices are chosen")


def enumerate_devices(silent: bool = False) -> list[int]:
    """No devices. Caffe for OpenCL has it."""
    return []


def init_log(level: int = 0, stderr: bool = False) -> None:
    """Accepted; what is said goes to standard error."""
    say_once("init_log: there is no log to set up; what is said goes to standard error")


def init_glog(prefix: str = "") -> None:
    """Accepted, as `init_log`; some forks have it."""
    say_once("init_glog: there is no log to set up; what is said goes to standard error")


def set_logging_disabled() -> None:
    """Accepted, as `init_log`; FlowNet2's Caffe has it, to be quiet."""
    say_once("set_logging_disabled: there is no log; lines like this one are all that is said")


def log(message: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(f"{message}\n")


def solver_count() -> int:
    """What `set_solver_count` was told; 1 unless it was."""
    return caffe.solvers


def set_solver_count(count: int) -> None:
    """Accepted; one solver trains, on the CPU."""
    caffe.solvers = operator.index(count)
    say_once("set_solver_count: there is one solver in a process, which trains on the CPU")


def solver_rank() -> int:
    """What `set_solver_rank` was told; 0 unless it was."""
    return caffe.rank


def set_solver_rank(rank: int) -> None:
    """Accepted; it is added to a solver's random_seed, as in Caffe."""
    caffe.rank = operator.index(rank)
    say_once("set_solver_rank: all it does here is to add to the random_seed of solvers")


def set_multiprocess(multiprocess: bool) -> None:
    """Accepted; a training is of one process."""
    say_once("set_multiprocess: a training is of one process, and shares nothing with others")


def has_nccl() -> bool:
    """Whether several GPUs can be trained on: False."""
    return False


def layer_type_list() -> list[str]:
    """The names of all layer types that are known, sorted."""
    return fk.layer_types.names()
