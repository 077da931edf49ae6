"""``caffe.proto.caffe_pb2``: Caffe's messages under Caffe's names."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest
from google.protobuf import text_format

from fillerkit.pycaffe.proto import caffe_pb2
from fillerkit.schema import caffe_pb2 as of_caffe

LENET = Path(__file__).parents[2] / "sample_nets" / "lenet" / "train_val.prototxt"


@pytest.mark.parametrize("name", sorted(of_caffe.DESCRIPTOR.message_types_by_name))
def test_every_message_and_field_of_caffe_is_there_under_its_number(name: str) -> None:
    ours = getattr(caffe_pb2, name)()
    for field in getattr(of_caffe, name).DESCRIPTOR.fields:
        assert ours.DESCRIPTOR.fields_by_name[field.name].number == field.number


def test_enums_are_there_as_caffe_has_them() -> None:
    assert (caffe_pb2.TRAIN, caffe_pb2.TEST) == (0, 1)
    assert caffe_pb2.Phase.Value("TEST") == 1
    assert caffe_pb2.Phase.Name(0) == "TRAIN"
    assert caffe_pb2.PoolingParameter.MAX == 0
    assert caffe_pb2.PoolingParameter.PoolMethod.Value("AVE") == 1
    assert caffe_pb2.V1LayerParameter.CONVOLUTION == 4
    assert caffe_pb2.SolverParameter.SolverMode.Value("GPU") == 1


def test_prototxt_is_merged() -> None:
    net = caffe_pb2.NetParameter()
    text_format.Merge(LENET.read_text(), net)
    assert net.name == "LeNet"
    assert [layer.type for layer in net.layer][:2] == ["Data", "Data"]


def test_bytes_are_caffes() -> None:
    datum = caffe_pb2.Datum(channels=1, height=2, width=3, data=b"abcdef", label=7)
    assert datum.SerializeToString() == b"\x08\x01\x10\x02\x18\x03\x22\x06abcdef\x28\x07"
    assert caffe_pb2.Datum.FromString(datum.SerializeToString()) == datum


def test_forks_have_their_messages() -> None:
    text = 'layer { name: "p" type: "PriorBox" prior_box_param { min_size: 30 flip: true } }'
    net = text_format.Merge(text, caffe_pb2.NetParameter())
    assert net.layer[0].prior_box_param.min_size == [30]


def test_a_message_that_is_not_there_is_an_attribute_error_with_the_nearest() -> None:
    with pytest.raises(AttributeError, match="'NetParametr'; did you mean 'NetParameter'"):
        getattr(caffe_pb2, "NetParametr")  # noqa: B009


def test_the_module_holds_all_of_them_as_a_generated_one_does() -> None:
    held = vars(caffe_pb2)
    assert {*of_caffe.DESCRIPTOR.message_types_by_name} <= {*held}
    assert held["TEST"] == 1


def test_a_star_imports_all_of_it() -> None:
    names: dict[str, object] = {}
    exec("from fillerkit.pycaffe.proto.caffe_pb2 import *", names)
    for name in ("NetParameter", "SolverParameter", "Phase", "TEST", "PriorBoxParameter"):
        assert names[name] is getattr(caffe_pb2, name)
        assert name in dir(caffe_pb2)


def test_the_package_holds_it() -> None:
    assert importlib.import_module("fillerkit.pycaffe.proto").caffe_pb2 is caffe_pb2


def test_init_imports_nothing_of_it() -> None:
    code = "import sys, fillerkit.cli.init; print([m for m in sys.modules if 'pycaffe' in m])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
