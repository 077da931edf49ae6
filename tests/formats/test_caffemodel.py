"""The .caffemodel: which layers and fields are in it, and what it cannot hold."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
import weights

import fillerkit as fk
from fillerkit.formats.stored import Alias
from fillerkit.layers.net_layer import Model
from fillerkit.schema import caffe_pb2, forks_pb2


def _message(path: Path) -> caffe_pb2.NetParameter:
    message = caffe_pb2.NetParameter()
    message.ParseFromString(path.read_bytes())
    return message


def _saved(blobs: fk.Blobs, folder: Path) -> caffe_pb2.NetParameter:
    blobs.save(folder / "x.caffemodel")
    return _message(folder / "x.caffemodel")


def test_it_has_the_layers_that_caffe_runs_with_their_parameters(tmp_path: Path) -> None:
    message = _saved(weights.small_blobs(), tmp_path)
    assert message.name == "small"
    assert [(layer.name, layer.type) for layer in message.layer] == [
        ("data", "Input"),
        ("a/b", "InnerProduct"),
        ("c", "InnerProduct"),
        ("relu", "ReLU"),
        ("c_relu_0_split", "Split"),
        ("bn", "BatchNorm"),
        ("sum", "Eltwise"),
    ]
    assert message.layer[1].inner_product_param.weight_filler.type == "xavier"
    assert message.layer[1].param[0].name == "w"


def test_a_shared_blob_is_written_by_each_that_shares_it(tmp_path: Path) -> None:
    message = _saved(weights.small_blobs(), tmp_path)
    assert message.layer[2].blobs[0] == message.layer[1].blobs[0]


def test_the_statistics_of_a_batch_norm_do_not_learn(tmp_path: Path) -> None:
    norm = _saved(weights.small_blobs(), tmp_path).layer[5]
    assert [param.lr_mult for param in norm.param] == [0, 0, 0]


def test_it_tells_the_net_again_that_it_was_made_of(tmp_path: Path) -> None:
    blobs = weights.small_blobs()
    first = _saved(blobs, tmp_path)
    loaded = fk.load(tmp_path / "x.caffemodel")
    assert loaded.model is not None
    assert loaded.model.name == "small"
    assert _saved(loaded, tmp_path) == first


def test_blobs_of_a_file_that_knows_no_net_become_layers_of_a_name_each(tmp_path: Path) -> None:
    weights.small_blobs().save(tmp_path / "x.npz")
    message = _saved(fk.load(tmp_path / "x.npz"), tmp_path)
    assert [layer.name for layer in message.layer] == ["a/b", "c", "bn"]
    assert [len(layer.blobs) for layer in message.layer] == [2, 2, 3]


def test_what_only_a_fork_has_is_left_out(tmp_path: Path) -> None:
    layer = forks_pb2.LayerParameter(name="x", type="ReLU6")
    layer.MergeFromString(b"\xc2\x3e\x03abc")
    model = Model("", (("", layer),))
    message = _saved(fk.Blobs({}, {}, {}, model=model), tmp_path)
    assert message.layer[0] == caffe_pb2.LayerParameter(name="x", type="ReLU6")


HUGE = """
layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 1 dim: 100000 } } }
layer { name: "ip" type: "InnerProduct" bottom: "d" top: "ip"
        inner_product_param { num_output: 10000 weight_filler { type: "xavier" } } }
"""


def test_two_gigabytes_are_refused_before_a_value_is_made(tmp_path: Path) -> None:
    net = fk.load_net(HUGE)
    start = time.monotonic()
    with pytest.raises(fk.FormatError, match=r"x\.caffemodel: .* 4,000,0\d\d,\d\d\d bytes"):
        net.save(tmp_path / "x.caffemodel", seed=1)
    assert time.monotonic() - start < 1
    assert list(tmp_path.iterdir()) == []


def test_a_gap_in_the_numbers_of_blobs_is_refused(tmp_path: Path) -> None:
    ones = np.ones(1, np.float32)
    blobs = weights.blobs_of({("a", 0): ones, ("a", 2): ones})
    with pytest.raises(fk.FormatError, match="without a gap"):
        blobs.save(tmp_path / "x.caffemodel")


def test_a_blob_of_a_layer_that_the_net_lacks_is_refused(tmp_path: Path) -> None:
    blobs = weights.blobs_of({("a", 0): np.ones(1, np.float32)}, Model("", ()))
    with pytest.raises(fk.FormatError, match="no layer 'a'"):
        blobs.save(tmp_path / "x.caffemodel")
    assert list(tmp_path.iterdir()) == []


def test_a_blob_that_shares_a_later_one_is_refused(tmp_path: Path) -> None:
    ones = np.ones(2, np.float32)
    owned = {("b", 1): ("", ones)}
    blobs = fk.Blobs(owned, {("b", 1): [Alias("b", 0, "", (2,))]}, {})
    with pytest.raises(fk.FormatError, match="later"):
        blobs.save(tmp_path / "x.caffemodel")
    assert list(tmp_path.iterdir()) == []


def test_a_layer_without_blobs_may_have_the_name_of_one_with(tmp_path: Path) -> None:
    layers = (
        ("", forks_pb2.LayerParameter(name="a", type="ReLU")),
        ("a", forks_pb2.LayerParameter(name="a", type="Bias")),
    )
    ones = np.ones(2, np.float32)
    message = _saved(weights.blobs_of({("a", 0): ones}, Model("", layers)), tmp_path)
    assert [len(layer.blobs) for layer in message.layer] == [0, 1]


def test_layers_without_a_name_of_their_own_keep_their_keys_where_splits_are(
    tmp_path: Path,
) -> None:
    net = fk.load_net("""
    name: "RealName"
    layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [1, 2] } } }
    layer { type: "InnerProduct" bottom: "x" top: "a"
            inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
    layer { name: "dup" type: "InnerProduct" bottom: "x" top: "b"
            inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
    layer { name: "dup" type: "InnerProduct" bottom: "a" top: "c"
            inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
    """)
    net.save(tmp_path / "net.caffemodel", seed=1)
    read = fk.load(tmp_path / "net.caffemodel")
    assert fk.compare(read, net.fill(seed=1)).equal
    assert list(read) == ["#1", "dup", "dup#2"]
    assert read.origin["net"] == "RealName"


def test_a_net_without_a_name_has_an_empty_one_as_caffe_writes_it(tmp_path: Path) -> None:
    net = fk.load_net("""
        layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 2] } } }
        layer { name: "fc" type: "InnerProduct" bottom: "data" top: "fc"
                inner_product_param { num_output: 1 } }
    """)
    net.save(tmp_path / "x.caffemodel", seed=1)
    written = (tmp_path / "x.caffemodel").read_bytes()
    assert (len(written), written[:4]) == (104, b"\n\0\xa2\x06")  # from real Caffe 1.0
