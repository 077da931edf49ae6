"""Protobuf's own reader and writer: our bytes are its, and we read every form of its files."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import weights
from google.protobuf.message import Message

import fillerkit as fk
from fillerkit.schema import caffe_pb2

CONFORMANCE = Path(__file__).parents[1] / "conformance"
CASES = [
    (golden["net"], run)
    for golden in map(json.loads, (CONFORMANCE / "expected.jsonl").read_text().splitlines())
    for run in golden
    if run != "net" and "error" not in golden[run]
]
VALUES = [0.5, -1.0, float("inf"), 3.25, 0.0, 7.0]


def _loaded(message: Message, folder: Path) -> fk.Blobs:
    path = folder / "x.caffemodel"
    path.write_bytes(message.SerializeToString())
    return fk.load(path)


@pytest.mark.parametrize("run", ["TRAIN", "TEST", "TRAIN_float64"])
def test_our_bytes_are_those_that_protobuf_writes(run: str, tmp_path: Path) -> None:
    phase, _, dtype = run.partition("_")
    for name in [name for name, each in CASES if each == run]:
        net = fk.load_net(CONFORMANCE / "nets" / f"{name}.prototxt", phase=phase)
        if not net.layers:  # is not written: tests/formats/test_names.py
            continue
        net.save(tmp_path / "x.caffemodel", seed=1701, dtype=dtype or "float32")
        data = (tmp_path / "x.caffemodel").read_bytes()
        message = caffe_pb2.NetParameter()
        message.ParseFromString(data)
        assert message.SerializeToString() == data, name
        assert message.name == net.name
        _check_blobs(message, net.fill(seed=1701, dtype=dtype or "float32"))


def _check_blobs(message: caffe_pb2.NetParameter, blobs: fk.Blobs) -> None:
    theirs = [blob for layer in message.layer for blob in layer.blobs]
    ours = [array for arrays in blobs.values() for array in arrays]
    sizes = [tuple(blob.shape.dim) for blob in theirs]
    assert sorted(sizes) == sorted(array.shape for array in ours)
    for layer in message.layer:
        if layer.blobs and layer.name in blobs:
            for blob, array in zip(layer.blobs, blobs[layer.name], strict=True):
                values = blob.double_data if array.dtype == np.float64 else blob.data
                assert np.array(values, array.dtype).tobytes() == array.tobytes(), layer.name


def test_the_current_form_is_read(tmp_path: Path) -> None:
    net = caffe_pb2.NetParameter(name="n")
    layer = net.layer.add(name="ip", type="InnerProduct")
    layer.blobs.add(data=VALUES, diff=VALUES).shape.dim.extend([2, 3])
    layer.blobs.add(data=[1, 2]).shape.dim.append(2)
    net.layer.add(name="relu", type="ReLU")
    loaded = _loaded(net, tmp_path)
    assert loaded.origin == {"net": "n"}
    assert loaded["ip"].weight.tolist() == np.reshape(VALUES, (2, 3)).tolist()
    assert loaded["ip"].bias.tolist() == [1, 2]
    assert loaded.model is not None
    assert [layer.type for _, layer in loaded.model.layers] == ["InnerProduct", "ReLU"]


def test_doubles_are_read_and_count_before_floats(tmp_path: Path) -> None:
    net = caffe_pb2.NetParameter()
    layer = net.layer.add(name="ip", type="InnerProduct")
    layer.blobs.add(double_data=VALUES, data=[9]).shape.dim.extend([6])
    loaded = _loaded(net, tmp_path)
    assert loaded["ip"][0].dtype == np.float64
    assert loaded["ip"][0].tolist() == VALUES


def test_the_form_of_2014_is_read(tmp_path: Path) -> None:
    net = caffe_pb2.NetParameter()
    layer = net.layers.add(name="fc", type=caffe_pb2.V1LayerParameter.INNER_PRODUCT)
    layer.blobs.add(num=1, channels=1, height=2, width=3, data=VALUES)
    layer.blobs.add(num=1, channels=1, height=1, width=2, data=[1, 2])
    loaded = _loaded(net, tmp_path)
    assert loaded["fc"].weight.shape == (1, 1, 2, 3)
    assert loaded["fc"].bias.reshape(-1).tolist() == [1, 2]


def test_the_form_of_2013_is_read_with_a_padding_layer(tmp_path: Path) -> None:
    net = caffe_pb2.NetParameter(input=["data"], input_dim=[1, 1, 4, 4])
    pad = net.layers.add(bottom=["data"], top=["padded"])
    pad.layer.name, pad.layer.type, pad.layer.pad = "pad1", "padding", 2
    conv = net.layers.add(bottom=["padded"], top=["conv1"])
    conv.layer.name, conv.layer.type = "conv1", "conv"
    conv.layer.num_output, conv.layer.kernelsize = 1, 2
    conv.layer.blobs.add(num=1, channels=1, height=2, width=2, data=VALUES[:4])
    conv.layer.blobs.add(num=1, channels=1, height=1, width=1, data=[5])
    loaded = _loaded(net, tmp_path)
    assert list(loaded) == ["conv1"]
    assert loaded["conv1"].weight.reshape(-1).tolist() == VALUES[:4]
    assert loaded.model is not None
    (_, layer), *rest = loaded.model.layers
    assert rest == []
    assert layer.convolution_param.pad[0] == 2


def test_four_axes_count_before_a_shape_as_in_caffe(tmp_path: Path) -> None:
    net = caffe_pb2.NetParameter()
    blob = net.layer.add(name="ip", type="InnerProduct").blobs.add(num=1, channels=1)
    blob.height, blob.width = 1, 6
    blob.data.extend(VALUES)
    blob.shape.dim.extend([6])
    assert _loaded(net, tmp_path)["ip"][0].shape == (1, 1, 1, 6)


@pytest.mark.parametrize("number", [5, 8], ids=["data", "double_data"])
def test_values_in_several_pieces_and_singly_are_read(number: int, tmp_path: Path) -> None:
    size, kind = (4, "<f4") if number == 5 else (8, "<f8")
    values = np.arange(7, dtype=kind)
    single = bytes([number << 3 | (5 if number == 5 else 1)])
    packed = bytes([number << 3 | 2])
    blob = bytes([7 << 3 | 2, 2, 8, 7])  # shape { dim: 7 }
    blob += b"".join(single + value.tobytes() for value in values[:2])
    blob += packed + bytes([3 * size]) + values[2:5].tobytes() + packed + b"\0"
    blob += b"".join(single + value.tobytes() for value in values[5:])
    layer = b"\x0a\x02ip" + bytes([7 << 3 | 2, len(blob)]) + blob
    path = tmp_path / "pieces.caffemodel"
    path.write_bytes(b"\xa2\x06" + bytes([len(layer)]) + layer)
    assert fk.load(path)["ip"][0].tolist() == values.tolist()
    assert fk.load(path)["ip"][0].dtype == np.dtype(kind)


def test_fields_that_only_a_fork_knows_are_passed_over(tmp_path: Path) -> None:
    net = caffe_pb2.NetParameter()
    layer = net.layer.add(name="ip", type="InnerProduct")
    layer.blobs.add(data=VALUES).shape.dim.extend([6])
    layer.MergeFromString(b"\xc2\x3e\x03abc" + b"\xc8\x3e\x05")  # fields 1000 and 1001
    odd = net.layer.add(name="odd", type="Odd")
    odd.blobs.add(data=[1]).shape.dim.extend([1])
    data = net.SerializeToString()
    inner = odd.SerializeToString()
    wrong = inner + b"\xd2\x06\x02\xff\xff"  # convolution_param's number, but no message
    data = data.replace(b"\xa2\x06" + bytes([len(inner)]) + inner, b"")
    path = tmp_path / "fork.caffemodel"
    path.write_bytes(data + b"\xa2\x06" + bytes([len(wrong)]) + wrong)
    loaded = fk.load(path)
    assert loaded["ip"][0].tolist() == VALUES
    assert loaded["odd"][0].tolist() == [1]
    assert loaded.model is not None
    assert loaded.model.layers[1][1].type == "Odd"


def test_unnamed_and_twice_named_layers_keep_their_blobs(tmp_path: Path) -> None:
    net = caffe_pb2.NetParameter()
    for name in ("", "a", "a", "a"):
        layer = net.layer.add(name=name, type="Bias")
        layer.blobs.add(data=[len(net.layer)]).shape.dim.extend([1])
    net.layer.insert(1, caffe_pb2.LayerParameter(name="a", type="ReLU"))
    loaded = _loaded(net, tmp_path)
    assert {layer: blobs.bias.tolist() for layer, blobs in loaded.items()} == {
        "#0": [1],
        "a": [2],
        "a#2": [3],
        "a#3": [4],
    }
    loaded.save(tmp_path / "again.caffemodel")
    again = caffe_pb2.NetParameter()
    again.ParseFromString((tmp_path / "again.caffemodel").read_bytes())
    assert [(x.name, x.type, [list(b.data) for b in x.blobs]) for x in again.layer] == [
        (x.name, x.type, [list(b.data) for b in x.blobs]) for x in net.layer
    ]


def test_the_weights_of_lenet_are_written_for_protobuf(tmp_path: Path) -> None:
    blobs = fk.load_net(weights.LENET).fill(seed=1)
    blobs.save(tmp_path / "lenet.caffemodel")
    message = caffe_pb2.NetParameter()
    message.ParseFromString((tmp_path / "lenet.caffemodel").read_bytes())
    _check_blobs(message, blobs)
