"""One data layer: whether its source is here, and errors that say where they are from."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_sources import write_images, write_records, write_rows

import fillerkit as fk

DATA = (
    'name: "n"\nlayer { name: "data" type: "Data" top: "data" '
    "data_param { source: 'db' backend: LMDB batch_size: 2 %s } transform_param { %s } }"
)
SHAPES = {"data": (2, 1, 3, 4)}


def layer_batches(text: str, shapes: dict[str, tuple[int, ...]] | None = None) -> fk.LayerBatches:
    Path("net.prototxt").write_text(text)
    net = fk.load_net("net.prototxt", shapes=shapes or SHAPES)
    return fk.LayerBatches(net.layers[0], net.file, [1])


def test_a_source_that_is_gone_is_not_here() -> None:
    batches = layer_batches(DATA % ("", ""))
    assert not batches.here
    with pytest.raises(fk.LayerError, match=r"layer 'data' \(Data\): its source 'db' is not there"):
        next(batches)


def test_a_list_whose_first_file_is_gone_is_not_here() -> None:
    write_images()
    Path("0.png").unlink()
    text = (
        'layer { name: "data" type: "ImageData" top: "data" top: "label" '
        "image_data_param { source: 'list' batch_size: 2 } }"
    )
    assert not layer_batches(text, {"data": (2, 3, 2, 3), "label": (2,)}).here


def test_fields_of_forks_are_refused_by_name() -> None:
    write_records()
    batches = layer_batches(DATA % ("", "crop_h: 2 crop_w: 2"))
    assert batches.here
    assert batches.refusal == (
        "its data is not read: only a fork of Caffe's reads transform_param.crop_h, "
        "transform_param.crop_w"
    )


def test_an_error_names_the_net_its_line_and_the_layer() -> None:
    write_records()
    data = Path("db/data.mdb")
    batches = layer_batches(DATA % ("", ""))
    data.write_bytes(data.read_bytes()[:8192])
    with pytest.raises(
        fk.LayerError, match=r"^net.prototxt:2:1: layer 'data' \(Data\): its source 'db' cannot be"
    ):
        next(batches)


def test_hdf5_is_shuffled_with_the_rand_of_the_process_when_it_is_set_up() -> None:
    write_rows(rows=(4,))
    text = (
        'layer { name: "data" type: "HDF5Data" top: "data" top: "label" '
        "hdf5_data_param { source: 'list' batch_size: 4 shuffle: true } }"
    )
    net, rand = fk.load_net(text), fk.GlibcRand()
    first = fk.LayerBatches(net.layers[0], net.file, [], rand)
    second = fk.LayerBatches(net.layers[0], net.file, [], rand)
    orders = [next(batches)["label"].tolist() for batches in (first, second)]
    alone = next(fk.LayerBatches(net.layers[0], net.file, []))["label"].tolist()
    assert orders[0] == alone != orders[1]
