"""Caffe's Python interface without Caffe: ``import fillerkit.pycaffe as caffe``.

Old scripts run as they are with ``python -m fillerkit.pycaffe SCRIPT``. What is covered, and what
is otherwise than in Caffe, is in ``docs/pycaffe.md``.

>>> import fillerkit.pycaffe as caffe
>>> caffe.set_random_seed(1701)
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING

if _TYPE_CHECKING:
    from fillerkit.pycaffe import classifier as classifier
    from fillerkit.pycaffe import coord_map as coord_map
    from fillerkit.pycaffe import detector as detector
    from fillerkit.pycaffe import draw as draw
    from fillerkit.pycaffe import io as io
    from fillerkit.pycaffe import net_spec as net_spec
    from fillerkit.pycaffe import proto as proto
    from fillerkit.pycaffe.blob import Blob as Blob
    from fillerkit.pycaffe.blob import BlobVec as BlobVec
    from fillerkit.pycaffe.classifier import Classifier as Classifier
    from fillerkit.pycaffe.detector import Detector as Detector
    from fillerkit.pycaffe.finder import install as install
    from fillerkit.pycaffe.layer import Layer as Layer
    from fillerkit.pycaffe.net import Net as Net
    from fillerkit.pycaffe.net_spec import NetSpec as NetSpec
    from fillerkit.pycaffe.net_spec import layers as layers
    from fillerkit.pycaffe.net_spec import params as params
    from fillerkit.pycaffe.net_spec import to_proto as to_proto
    from fillerkit.pycaffe.solver import AdaDeltaSolver as AdaDeltaSolver
    from fillerkit.pycaffe.solver import AdaGradSolver as AdaGradSolver
    from fillerkit.pycaffe.solver import AdamSolver as AdamSolver
    from fillerkit.pycaffe.solver import NesterovSolver as NesterovSolver
    from fillerkit.pycaffe.solver import RMSPropSolver as RMSPropSolver
    from fillerkit.pycaffe.solver import SGDSolver as SGDSolver
    from fillerkit.pycaffe.solver import Solver as Solver
    from fillerkit.pycaffe.solver import get_solver as get_solver
    from fillerkit.pycaffe.state import has_nccl as has_nccl
    from fillerkit.pycaffe.state import init_log as init_log
    from fillerkit.pycaffe.state import layer_type_list as layer_type_list
    from fillerkit.pycaffe.state import log as log
    from fillerkit.pycaffe.state import set_device as set_device
    from fillerkit.pycaffe.state import set_mode_cpu as set_mode_cpu
    from fillerkit.pycaffe.state import set_mode_gpu as set_mode_gpu
    from fillerkit.pycaffe.state import set_multiprocess as set_multiprocess
    from fillerkit.pycaffe.state import set_random_seed as set_random_seed
    from fillerkit.pycaffe.state import set_solver_count as set_solver_count
    from fillerkit.pycaffe.state import set_solver_rank as set_solver_rank
    from fillerkit.pycaffe.state import solver_count as solver_count
    from fillerkit.pycaffe.state import solver_rank as solver_rank

TRAIN = 0
TEST = 1

__version__ = "1.0.0"
"""Of the pycaffe whose behaviour this is."""

# Where each name lives: it is imported when it is asked for.
_WHERE = {
    "Blob": "blob",
    "BlobVec": "blob",
    "Classifier": "classifier",
    "Detector": "detector",
    "install": "finder",
    "Layer": "layer",
    "Net": "net",
    "NetSpec": "net_spec",
    "layers": "net_spec",
    "params": "net_spec",
    "to_proto": "net_spec",
    "AdaDeltaSolver": "solver",
    "AdaGradSolver": "solver",
    "AdamSolver": "solver",
    "NesterovSolver": "solver",
    "RMSPropSolver": "solver",
    "SGDSolver": "solver",
    "Solver": "solver",
    "get_solver": "solver",
    "has_nccl": "state",
    "init_log": "state",
    "layer_type_list": "state",
    "log": "state",
    "set_device": "state",
    "set_mode_cpu": "state",
    "set_mode_gpu": "state",
    "set_multiprocess": "state",
    "set_random_seed": "state",
    "set_solver_count": "state",
    "set_solver_rank": "state",
    "solver_count": "state",
    "solver_rank": "state",
}

_MODULES = ("classifier", "coord_map", "detector", "draw", "io", "net_spec", "proto")

# Boost's vectors, which some scripts import from caffe._caffe: lists are in their place.
_VECTORS = ("BoolVec", "DtypeVec", "IntVec", "LayerVec", "NetVec", "RawBlobVec", "StringVec")

__all__ = [
    "TEST",
    "TRAIN",
    "AdaDeltaSolver",
    "AdaGradSolver",
    "AdamSolver",
    "Blob",
    "BlobVec",
    "Classifier",
    "Detector",
    "Layer",
    "NesterovSolver",
    "Net",
    "NetSpec",
    "RMSPropSolver",
    "SGDSolver",
    "Solver",
    "__version__",
    "classifier",
    "coord_map",
    "detector",
    "draw",
    "get_solver",
    "has_nccl",
    "init_log",
    "install",
    "io",
    "layer_type_list",
    "layers",
    "log",
    "net_spec",
    "params",
    "proto",
    "set_device",
    "set_mode_cpu",
    "set_mode_gpu",
    "set_multiprocess",
    "set_random_seed",
    "set_solver_count",
    "set_solver_rank",
    "solver_count",
    "solver_rank",
    "to_proto",
]


if not _TYPE_CHECKING:  # a type checker is to complain of names that are not there

    def __getattr__(name: str) -> object:
        """A public name, imported now."""
        if name in _MODULES:
            if name == "proto":
                _import_module("fillerkit.pycaffe.proto.caffe_pb2")
            return _import_module(f"fillerkit.pycaffe.{name}")
        if name in ("_caffe", "pycaffe"):  # Caffe's inner modules, which some scripts ask for types
            return _import_module("fillerkit.pycaffe")
        if name in _VECTORS:
            return list
        if name not in _WHERE:
            from fillerkit import did_you_mean

            near = "" if name.startswith("__") else did_you_mean(name, __all__)
            raise AttributeError(
                f"module 'caffe' (fillerkit.pycaffe) has no attribute '{name}'{near}"
            )
        module = _import_module(f"fillerkit.pycaffe.{_WHERE[name]}")
        value = globals()[name] = getattr(module, name)
        return value


def __dir__() -> list[str]:
    """The public names, imported or not."""
    return sorted({*globals(), *__all__})
