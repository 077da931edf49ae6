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
    from fillerkit.pycaffe.classifier import Classifier as Classifier
    from fillerkit.pycaffe.detector import Detector as Detector
    from fillerkit.pycaffe.net import Net as Net
    from fillerkit.pycaffe.net_spec import NetSpec as NetSpec
    from fillerkit.pycaffe.net_spec import layers as layers
    from fillerkit.pycaffe.net_spec import params as params
    from fillerkit.pycaffe.net_spec import to_proto as to_proto
    from fillerkit.pycaffe.process import check_mode_cpu as check_mode_cpu
    from fillerkit.pycaffe.process import check_mode_gpu as check_mode_gpu
    from fillerkit.pycaffe.process import enumerate_devices as enumerate_devices
    from fillerkit.pycaffe.process import has_nccl as has_nccl
    from fillerkit.pycaffe.process import init_glog as init_glog
    from fillerkit.pycaffe.process import init_log as init_log
    from fillerkit.pycaffe.process import layer_type_list as layer_type_list
    from fillerkit.pycaffe.process import log as log
    from fillerkit.pycaffe.process import set_device as set_device
    from fillerkit.pycaffe.process import set_devices as set_devices
    from fillerkit.pycaffe.process import set_logging_disabled as set_logging_disabled
    from fillerkit.pycaffe.process import set_mode_cpu as set_mode_cpu
    from fillerkit.pycaffe.process import set_mode_gpu as set_mode_gpu
    from fillerkit.pycaffe.process import set_multiprocess as set_multiprocess
    from fillerkit.pycaffe.process import set_phase_test as set_phase_test
    from fillerkit.pycaffe.process import set_phase_train as set_phase_train
    from fillerkit.pycaffe.process import set_random_seed as set_random_seed
    from fillerkit.pycaffe.process import set_solver_count as set_solver_count
    from fillerkit.pycaffe.process import set_solver_rank as set_solver_rank
    from fillerkit.pycaffe.process import solver_count as solver_count
    from fillerkit.pycaffe.process import solver_rank as solver_rank
    from fillerkit.pycaffe.solver import AdaDeltaSolver as AdaDeltaSolver
    from fillerkit.pycaffe.solver import AdaGradSolver as AdaGradSolver
    from fillerkit.pycaffe.solver import AdamSolver as AdamSolver
    from fillerkit.pycaffe.solver import NesterovSolver as NesterovSolver
    from fillerkit.pycaffe.solver import RMSPropSolver as RMSPropSolver
    from fillerkit.pycaffe.solver import SGDSolver as SGDSolver
    from fillerkit.pycaffe.solver import Solver as Solver
    from fillerkit.pycaffe.solver import get_solver as get_solver
    from fillerkit.python_layers.blob import Blob as Blob
    from fillerkit.python_layers.blob import BlobVec as BlobVec
    from fillerkit.python_layers.finder import install as install
    from fillerkit.python_layers.layer import Layer as Layer

TRAIN = 0
TEST = 1

__version__ = "1.0.0"
"""The version of pycaffe that this behaves like."""

_MODULES = ("classifier", "coord_map", "detector", "draw", "io", "net_spec", "proto")

# What is where: a name's module is imported when the name is asked for.
_NAMES = {
    "pycaffe.classifier": "Classifier",
    "pycaffe.detector": "Detector",
    "pycaffe.net": "Net",
    "pycaffe.net_spec": "layers NetSpec params to_proto",
    "pycaffe.solver": "AdaDeltaSolver AdaGradSolver AdamSolver get_solver NesterovSolver "
    "RMSPropSolver SGDSolver Solver",
    "pycaffe.process": "check_mode_cpu check_mode_gpu enumerate_devices has_nccl init_glog "
    "init_log layer_type_list log set_device set_devices "
    "set_logging_disabled set_mode_cpu set_mode_gpu set_multiprocess "
    "set_phase_test set_phase_train set_random_seed set_solver_count "
    "set_solver_rank solver_count solver_rank",
    "python_layers.blob": "Blob BlobVec",
    "python_layers.finder": "install",
    "python_layers.layer": "Layer",
}
_WHERE = {name: f"fillerkit.{module}" for module, names in _NAMES.items() for name in names.split()}

# Boost's vectors, which some scripts import from caffe._caffe: lists are in their place.
_VECTORS = ("BoolVec", "DtypeVec", "IntVec", "LayerVec", "NetVec", "RawBlobVec", "StringVec")

# What nothing here stands for.
_OF_GPUS = ("NCCL", "Timer")

__all__ = sorted([*_WHERE, *_MODULES, "TEST", "TRAIN", "__version__"])


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
            if name in _OF_GPUS:
                near = (
                    ": it is for several GPUs. What trains here is solver.solve(), and "
                    "python -m fillerkit.pycaffe caffe train --solver=FILE"
                )
            raise AttributeError(
                f"module 'caffe' (fillerkit.pycaffe) has no attribute '{name}'{near}"
            )
        value = globals()[name] = getattr(_import_module(_WHERE[name]), name)
        return value


def __dir__() -> list[str]:
    """The public names, imported or not."""
    return sorted({*globals(), *__all__})
