"""Names of layers in files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import weights
from google.protobuf import text_format

import fillerkit as fk
from fillerkit import formats
from fillerkit.formats import Content, Entry
from fillerkit.formats.stored import Alias
from fillerkit.schema.forks_pb2 import NetParameter

ONES = np.ones(2, np.float32)


@pytest.mark.parametrize("layer", ["../x", "/abs", "a//b", ".", "..", "a/..", "a/", "", "x\0y"])
@pytest.mark.parametrize("suffix", weights.installed("npz", "h5"))
def test_names_that_would_lead_out_of_the_file_are_refused(
    layer: str, suffix: str, tmp_path: Path
) -> None:
    with pytest.raises(fk.FormatError, match="cannot be a path") as refusal:
        weights.blobs_of({(layer, 0): ONES}).save(tmp_path / f"x.{suffix}")
    assert str(refusal.value).startswith(f"{tmp_path}/x.{suffix}: ")
    assert list(tmp_path.iterdir()) == []


def test_in_hdf5_a_layer_cannot_lie_in_a_blob(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    blobs = weights.blobs_of({("a", 0): ONES, ("a/0", 0): ONES})
    with pytest.raises(fk.FormatError, match="'a/0' would lie in a blob"):
        blobs.save(tmp_path / "x.h5")
    assert list(tmp_path.iterdir()) == []
    blobs.save(tmp_path / "x.npz")
    assert weights.bits(fk.load(tmp_path / "x.npz")) == weights.bits(blobs)


@pytest.mark.parametrize("suffix", weights.installed("npz", "h5"))
def test_more_sharers_than_there_is_room_for_are_refused(suffix: str, tmp_path: Path) -> None:
    shared = [Alias(f"layer {i}", 0, "weight", (2,)) for i in range(2000)]
    blobs = fk.Blobs({("a", 0): ("weight", ONES)}, {("a", 0): shared}, {})
    pytest.importorskip("safetensors")
    with pytest.raises(fk.FormatError, match=r"write \.safetensors"):
        blobs.save(tmp_path / f"x.{suffix}")
    assert list(tmp_path.iterdir()) == []
    blobs.save(tmp_path / "x.safetensors")
    assert len(fk.load(tmp_path / "x.safetensors")) == 2001


def test_an_origin_longer_than_there_is_room_for_is_refused(tmp_path: Path) -> None:
    blobs = fk.Blobs({("a", 0): ("", ONES)}, {}, {"shapes": "x" * 70_000})
    with pytest.raises(fk.FormatError, match="where the values come from"):
        blobs.save(tmp_path / "x.npz")


def test_a_name_longer_than_a_zip_can_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(fk.FormatError, match="too long"):
        weights.blobs_of({("a" * 70_000, 0): ONES}).save(tmp_path / "x.npz")


@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_layers_of_the_same_name_keep_their_blobs_apart(suffix: str, tmp_path: Path) -> None:
    net = fk.load_net(
        'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 1 dim: 4 } } } '
        + 'layer { name: "a" type: "InnerProduct" bottom: "d" top: "d" inner_product_param '
        '{ num_output: 4 weight_filler { type: "xavier" } } } ' * 2
    )
    net.save(tmp_path / f"x.{suffix}", seed=1)
    loaded = fk.load(tmp_path / f"x.{suffix}")
    assert weights.bits(loaded) == weights.bits(net.fill(seed=1))
    assert list(loaded) == ["a", "a#2"]


def test_a_caffemodel_without_a_layer_is_not_written(tmp_path: Path) -> None:
    for blobs in (fk.Blobs({}, {}, {}), fk.Blobs({}, {}, {"net": "small"})):
        with pytest.raises(fk.FormatError, match="there is no layer to write"):
            blobs.save(tmp_path / "x.caffemodel")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", weights.FORMATS)
@pytest.mark.parametrize(
    ("places", "why"),
    [
        ([("", 0)], "cannot be a path"),
        ([("\ud800", 0)], "no text"),
        ([("a", 0), ("a", 0)], "both blob 0"),
        ([("a", 1)], "without a gap"),
    ],
)
def test_blobs_that_would_not_be_found_again_are_refused(
    places: list[tuple[str, int]], why: str, suffix: str, tmp_path: Path
) -> None:
    entries = [Entry(layer, i, "", (2,), ONES.dtype, iter([ONES])) for layer, i in places]
    with pytest.raises(fk.FormatError, match=why):
        formats.save(tmp_path / f"x.{suffix}", Content(entries, {}))
    assert list(tmp_path.iterdir()) == []


V0 = "layers { layer { name: 'AA' type: 'data' } }"
GBK = """
name: "网"
layer { name: "数据" type: "Input" top: "数据" input_param { shape { dim: 2 dim: 4 } } }
layer { name: "全连/一" type: "InnerProduct" bottom: "数据" top: "一" param { name: "权" }
        inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }
layer { name: "二" type: "InnerProduct" bottom: "数据" top: "二" param { name: "权" }
        inner_product_param { num_output: 4 weight_filler { type: "msra" } } }
"""


def _saved(tmp_path: Path, suffix: str, encoding: str = "gbk") -> tuple[fk.Net, Path]:
    """A net whose prototxt is in an encoding, and a weight file of it."""
    text, path = tmp_path / "net.prototxt", tmp_path / f"x.{suffix}"
    text.write_bytes(GBK.encode(encoding))
    net = fk.load_net(text)
    net.save(path, seed=1)
    return net, path


@pytest.mark.parametrize("suffix", weights.FORMATS)
@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_weights_of_a_net_in_gbk_fit_it_in_any_encoding(
    suffix: str, encoding: str, tmp_path: Path
) -> None:
    _, path = _saved(tmp_path, suffix, encoding)
    for other in ("gbk", "utf-8"):
        net, _ = _saved(tmp_path, "npz", other)
        transfer = fk.transfer(net, path)
        assert transfer.copied == ("全连/一", "二")
        assert weights.bits(net.fill(weights=transfer)) == weights.bits(net.fill(seed=1))


@pytest.mark.parametrize("suffix", weights.installed("caffemodel", "h5"))
def test_names_go_out_as_the_bytes_that_came_in(suffix: str, tmp_path: Path) -> None:
    """The net's text, its weight file, and all files that are made of that."""
    net, path = _saved(tmp_path, suffix)
    data = path.read_bytes()
    for name in ("全连/一", "二") if suffix == "caffemodel" else ("全连", "一", "二"):
        assert name.encode("gbk") in data
        assert name.encode() not in data
    read = fk.load(path)
    assert list(read) == ["全连/一", "二"]
    if suffix == "caffemodel":  # the other format records it
        (note,) = read.notes
        assert note.startswith(f"{path}: its names are not UTF-8 and are read as gb18030")
    read.save(tmp_path / f"y.{suffix}")
    read.save(tmp_path / "z.npz")
    fk.load(tmp_path / "z.npz").save(tmp_path / f"z.{suffix}")
    fk.Blobs.of(net, net.fill(seed=1)).save(tmp_path / f"of.{suffix}")
    for made in ("y", "z", "of"):
        again = (tmp_path / f"{made}.{suffix}").read_bytes()
        assert "二".encode("gbk") in again
        assert "二".encode() not in again
    if suffix == "caffemodel":
        assert (tmp_path / "y.caffemodel").read_bytes() == data


def test_an_hdf5_file_of_caffe_is_read_by_the_names_of_all_its_layers(tmp_path: Path) -> None:
    """In GBK the one layer with blobs has a name that would be UTF-8 too."""
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "x.h5", "w") as file:
        root = file.create_group("data").id
        h5py.h5g.create(root, "数据".encode("gbk"))
        layer = h5py.Group(h5py.h5g.create(root, "一".encode("gbk")))
        layer.create_dataset("0", data=ONES)
    read = fk.load(tmp_path / "x.h5")
    assert list(read) == ["一"]
    assert "read as gb18030, the first one as '数据'" in read.notes[0]


def test_the_encoding_of_weights_can_be_said(tmp_path: Path) -> None:
    _, path = _saved(tmp_path, "caffemodel")
    said = fk.load(path, encoding="gbk")
    assert (said.notes, said.origin["encoding"], list(said)) == ((), "gbk", ["全连/一", "二"])
    with pytest.raises(fk.UsageError, match="neither UTF-8 nor ascii"):
        fk.load(path, encoding="ascii")


@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_no_file_is_read_in_an_encoding_that_there_is_not(suffix: str, tmp_path: Path) -> None:
    _, path = _saved(tmp_path, suffix, "utf-8")
    with pytest.raises(fk.UsageError, match="'gkb'"):
        fk.load(path, encoding="gkb")


@pytest.mark.parametrize("old", ["layers { name: 'AA' type: DATA }", V0])
def test_layers_of_old_forms_are_read_alike(old: str, tmp_path: Path) -> None:
    data = text_format.Parse(old, NetParameter()).SerializeToString()
    (tmp_path / "x.caffemodel").write_bytes(data.replace(b"AA", "网".encode("gbk")))
    model = fk.load(tmp_path / "x.caffemodel").model
    assert model is not None
    assert [layer.name for _, layer in model.layers] == ["网"]


@pytest.mark.parametrize("suffix", weights.installed("caffemodel", "h5"))
def test_a_name_that_the_encoding_of_the_others_has_not_is_refused(
    suffix: str, tmp_path: Path
) -> None:
    blobs = fk.Blobs({("网", 0): ("", ONES)}, {}, {"encoding": "latin-1"})
    with pytest.raises(fk.FormatError, match="'网' cannot be written in latin-1"):
        blobs.save(tmp_path / f"x.{suffix}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("encoding", ["gbk", "utf-8"])
def test_an_npz_of_python_2_is_read_alike(encoding: str, tmp_path: Path) -> None:
    """It has the bytes of the names as they were, and does not say what they are in."""
    weights.blobs_of({("AAA", 0): ONES, ("b", 0): ONES}).save(tmp_path / "x.npz")
    name = "网".encode(encoding)[:3].ljust(3, b"1")
    data = (tmp_path / "x.npz").read_bytes().replace(b"AAA", name)
    (tmp_path / "x.npz").write_bytes(data)
    read = fk.load(tmp_path / "x.npz")
    assert list(read) == [name.decode(encoding), "b"]
    assert len(read.notes) == (encoding == "gbk")


def test_a_safetensors_that_is_not_utf8_is_refused_by_name(tmp_path: Path) -> None:
    pytest.importorskip("safetensors")
    weights.blobs_of({("AA", 0): ONES}).save(tmp_path / "x.safetensors")
    data = (tmp_path / "x.safetensors").read_bytes().replace(b"AA", "网".encode("gbk"))
    (tmp_path / "x.safetensors").write_bytes(data)
    with pytest.raises(fk.FormatError, match=r"x\.safetensors: .*(UTF-8|utf-8)"):
        fk.load(tmp_path / "x.safetensors")


def test_protobuf_in_python_reads_the_same_names(tmp_path: Path) -> None:
    _, path = _saved(tmp_path, "caffemodel")
    code = """
import os, sys
os.environ["PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION"] = "python"
import fillerkit as fk
from google.protobuf.internal import api_implementation
assert api_implementation.Type() == "python"
blobs = fk.load(sys.argv[1])
assert list(blobs) == ["全连/一", "二"], list(blobs)
blobs.save(sys.argv[2])
"""
    done = weights.child(code, path, tmp_path / "y.caffemodel")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "y.caffemodel").read_bytes() == path.read_bytes()
