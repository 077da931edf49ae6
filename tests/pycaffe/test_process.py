"""What Caffe has one of in a process: accepted, and said once where it comes to nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from caffe_nets import NET, WriteNet

import fillerkit.pycaffe as caffe
from fillerkit.pycaffe import process
from fillerkit.python_layers.say import say_once

# All that Caffe 1.0 registers.
TYPES = {
    *("AbsVal", "Accuracy", "ArgMax", "BNLL", "BatchNorm", "BatchReindex", "Bias", "Concat"),
    *("ContrastiveLoss", "Convolution", "Crop", "Data", "Deconvolution", "Dropout", "DummyData"),
    *("ELU", "Eltwise", "Embed", "EuclideanLoss", "Exp", "Filter", "Flatten", "HDF5Data"),
    *("HDF5Output", "HingeLoss", "Im2col", "ImageData", "InfogainLoss", "InnerProduct", "Input"),
    *("LRN", "LSTM", "LSTMUnit", "Log", "MVN", "MemoryData", "MultinomialLogisticLoss", "PReLU"),
    *("Parameter", "Pooling", "Power", "Python", "RNN", "ReLU", "Reduction", "Reshape", "SPP"),
    *("Scale", "Sigmoid", "SigmoidCrossEntropyLoss", "Silence", "Slice", "Softmax"),
    *("SoftmaxWithLoss", "Split", "TanH", "Threshold", "Tile", "WindowData"),
}


@pytest.fixture(autouse=True)
def _nothing_said(monkeypatch: pytest.MonkeyPatch) -> None:
    say_once.cache_clear()
    for name in ("solvers", "rank"):
        monkeypatch.setattr(process.caffe, name, getattr(process.caffe, name))


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("set_mode_cpu", (), False),
        ("set_mode_gpu", (), True),
        ("set_device", (1,), True),
        ("set_solver_count", (2,), True),
        ("set_solver_rank", (1,), True),
        ("set_multiprocess", (True,), True),
        ("init_log", (), True),
        ("init_log", (1,), True),
        ("init_log", (1, True), True),
        ("init_glog", ("log",), True),
        ("set_logging_disabled", (), True),
        ("set_devices", ((0, 1),), True),
        ("set_phase_test", (), True),
        ("set_phase_train", (), True),
    ],
)
def test_what_comes_to_nothing_is_accepted_and_said_once(
    name: str, arguments: tuple[Any, ...], said: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        assert getattr(caffe, name)(*arguments) is None
    lines = capsys.readouterr().err.splitlines()
    assert [line.split(": ")[:2] for line in lines] == [["fillerkit.pycaffe", name]] * said


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("set_random_seed", ()),
        ("set_random_seed", (1.0,)),
        ("set_random_seed", ("1",)),
        ("set_random_seed", (None,)),
        ("set_device", ()),
        ("set_solver_count", (1.5,)),
        ("set_solver_rank", ("0",)),
        ("set_multiprocess", ()),
        ("log", ()),
    ],
)
def test_arguments_of_another_type_are_a_type_error(name: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(TypeError):
        getattr(caffe, name)(*arguments)


@pytest.mark.parametrize("seed", [np.int64(7), np.uint32(7), np.array([7])[0]])
def test_a_seed_may_be_numpys(write: WriteNet, seed: Any) -> None:
    values = []
    for each in (7, seed):
        assert caffe.set_random_seed(each) is None  # type: ignore[func-returns-value]
        values.append(caffe.Net(write(NET), caffe.TRAIN).params["ip"][0].data.tobytes())
    assert values[0] == values[1]


@pytest.mark.parametrize("seed", [0, 2**32 - 1])
def test_a_seed_is_any_number_of_32_bits(write: WriteNet, seed: int) -> None:
    values = []
    for each in (seed, 1, seed):
        caffe.set_random_seed(each)
        values.append(caffe.Net(write(NET), caffe.TRAIN).params["ip"][0].data.tobytes())
    assert values[0] == values[2] != values[1]


def test_every_type_of_caffe_is_listed() -> None:
    assert TYPES - set(caffe.layer_type_list()) == set()


def test_layer_type_list_has_caffes_and_the_forks_types() -> None:
    types = caffe.layer_type_list()
    assert {"Convolution", "InnerProduct", "Python", "PriorBox"} <= set(types)
    assert list(types) == sorted(types)


def test_there_is_one_solver_and_no_nccl() -> None:
    assert (caffe.solver_count(), caffe.solver_rank(), caffe.has_nccl()) == (1, 0, False)
    assert (caffe.TRAIN, caffe.TEST) == (0, 1)
    assert caffe.__version__ == "1.0.0"


def test_the_mode_is_that_of_the_cpu() -> None:
    caffe.set_mode_gpu()
    assert (caffe.check_mode_cpu(), caffe.check_mode_gpu()) == (True, False)
    assert caffe.enumerate_devices(False) == []


def test_solver_count_and_rank_are_what_they_were_told() -> None:
    caffe.set_solver_count(3)
    caffe.set_solver_rank(2)
    assert (caffe.solver_count(), caffe.solver_rank()) == (3, 2)


def test_a_line_of_the_log_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert caffe.log("hello") is None  # type: ignore[func-returns-value]
    assert tuple(capsys.readouterr()) == ("", "hello\n")
