"""Messages used as scripts of Caffe's first years use them."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from fillerkit.pycaffe.proto import caffe_pb2


@pytest.fixture
def layer() -> Any:
    return caffe_pb2.LayerParameter(name="conv")


def test_sizes_of_a_convolution_can_be_set_as_single_numbers(layer: Any) -> None:
    param = layer.convolution_param
    param.kernel_size, param.pad, param.stride = 3, 1, 2
    assert (param.kernel_size, param.pad, param.stride) == ([3], [1], [2])
    param.kernel_size = 5
    assert int(param.kernel_size) == 5
    other = caffe_pb2.ConvolutionParameter()
    other.kernel_size = param.kernel_size
    param.kernel_size = param.kernel_size
    assert other.kernel_size == param.kernel_size == [5]
    param.num_output = 7
    assert "kernel_size: 5" in str(layer)
    assert "num_output: 7" in str(layer)


def test_other_repeated_fields_take_no_single_value(layer: Any) -> None:
    with pytest.raises(AttributeError, match="Assignment not allowed"):
        layer.bottom = "data"
    with pytest.raises(TypeError):
        layer.convolution_param.kernel_size = "three"


def test_a_list_of_several_numbers_is_no_number(layer: Any) -> None:
    layer.convolution_param.kernel_size.extend([3, 5])
    with pytest.raises(TypeError, match=r"there are 2: \[3, 5\]"):
        int(layer.convolution_param.kernel_size)


def test_the_inner_list_of_a_repeated_field_writes_to_it(layer: Any) -> None:
    layer.convolution_param.kernel_size._values.append(3)
    layer.convolution_param.kernel_size._values[0] = 4
    layer.param._values.append(caffe_pb2.ParamSpec(lr_mult=2))
    layer.top._values.append("t")
    assert layer.convolution_param.kernel_size == [4]
    assert [spec.lr_mult for spec in layer.param] == [2]
    assert layer.top[0] == layer.top._values[0] == "t"


def test_the_same_holds_of_protobuf_in_python() -> None:
    code = "\n".join(
        [
            "from fillerkit.pycaffe.proto import caffe_pb2",
            "layer = caffe_pb2.LayerParameter()",
            "layer.convolution_param.kernel_size = 3",
            "layer.convolution_param.kernel_size._values.append(4)",
            "layer.convolution_param.pad = 1",
            "print(list(layer.convolution_param.kernel_size), int(layer.convolution_param.pad))",
        ]
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "[3, 4] 1\n"
