"""Batches of databases, against those of real Caffe 1.0 and against what is worked out by hand."""

from __future__ import annotations

import sys
from collections.abc import Callable
from io import BytesIO
from itertools import islice
from typing import Any

import numpy as np
import pytest
from small_sources import IMAGE, datums, write_lmdb, write_records

import fillerkit as fk
from fillerkit.schema.forks_pb2 import Datum

Read = Callable[..., list[dict[str, list[float]]]]
DB = "data_param { source: 'db' backend: LMDB batch_size: 3 }"


def test_crops_and_mirrors_in_training_are_caffes(read: Read) -> None:
    write_records()
    batches = read("Data", f"transform_param {{ crop_size: 2 mirror: true }} {DB}", 4)
    assert [batch["data"] for batch in batches] == [  # from real Caffe 1.0, seed 1701
        [4, 5, 8, 9, 51, 50, 55, 54, 106, 107, 110, 111],
        [155, 156, 159, 160, 201, 202, 205, 206, 3, 2, 7, 6],
        [57, 56, 61, 60, 101, 102, 105, 106, 150, 151, 154, 155],
        [201, 202, 205, 206, 5, 4, 9, 8, 52, 53, 56, 57],
    ]


def test_mirrors_in_testing_are_caffes(read: Read) -> None:
    write_records()
    batches = read("Data", f"transform_param {{ mirror: true }} {DB}", 2, "TEST")
    rows = [batch["data"][::4] for batch in batches]
    assert rows == [  # from real Caffe 1.0, seed 1701
        [0, 4, 8, 53, 57, 61, 100, 104, 108],
        [153, 157, 161, 200, 204, 208, 0, 4, 8],
    ]


def test_a_crop_in_testing_is_the_middle(read: Read) -> None:
    write_records(count=3)
    (batch,) = read("Data", f"transform_param {{ crop_size: 2 }} {DB}", 1, "TEST")
    assert batch["data"] == [1, 2, 5, 6, 51, 52, 55, 56, 101, 102, 105, 106]


def test_after_the_last_record_the_first_follows(read: Read) -> None:
    write_records(count=5)
    batches = read("Data", DB, 4)
    assert [batch["label"] for batch in batches] == [
        [0, 10, 20],
        [30, 40, 0],
        [10, 20, 30],
        [40, 0, 10],
    ]


def test_a_batch_may_be_larger_than_the_database(read: Read) -> None:
    write_records(count=2)
    assert read("Data", DB, 1)[0]["label"] == [0, 10, 0]


def test_records_of_floats_are_read(read: Read) -> None:
    write_lmdb("db", datums([np.full((1, 1, 2), 0.5 * i, np.float32) for i in range(3)]))
    assert read("Data", DB, 1)[0]["data"] == [0, 0, 0.5, 0.5, 1, 1]


def test_encoded_records_are_decoded_blue_first(read: Read) -> None:
    pillow: Any = pytest.importorskip("PIL.Image")
    file = BytesIO()
    pillow.new("RGB", (1, 1), (10, 20, 30)).save(file, "PNG")
    datum = Datum(encoded=True, data=file.getvalue(), label=7)
    write_lmdb("db", {b"0": datum.SerializeToString()})
    assert read("Data", DB, 1) == [{"data": [30, 20, 10] * 3, "label": [7, 7, 7]}]
    (grey,) = read("Data", f"transform_param {{ force_gray: true }} {DB}", 1)
    assert grey["data"] == [18, 18, 18]  # 0.299 * 10 + 0.587 * 20 + 0.114 * 30, cut off


def test_a_leveldb_is_read(read: Read) -> None:
    plyvel: Any = pytest.importorskip("plyvel_next" if sys.version_info >= (3, 13) else "plyvel")
    database = plyvel.DB("db", create_if_missing=True)
    for key, value in datums([IMAGE, IMAGE + np.uint8(1)]).items():
        database.put(key, value)
    database.close()
    batches = read("Data", "data_param { source: 'db' batch_size: 3 }", 2)
    assert [batch["label"] for batch in batches] == [[0, 10, 0], [10, 0, 10]]


def test_the_weights_of_a_net_do_not_depend_on_what_is_read() -> None:
    write_records()
    text = (
        'layer { name: "data" type: "Data" top: "data" transform_param { mirror: true } '
        f"{DB} }}"
        'layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip" '
        'inner_product_param { num_output: 1 weight_filler { type: "xavier" } } }'
    )
    net = fk.load_net(text, phase="TEST")
    list(islice(fk.batches(net, seed=1701), 3))
    filled = net.fill(1701)["ip"].weight.ravel()[:3].tolist()
    assert filled == [  # from real Caffe 1.0
        0.3066800832748413,
        0.018743932247161865,
        0.031870245933532715,
    ]


def test_images_of_two_sizes_in_a_batch_are_refused(read: Read) -> None:
    write_lmdb("db", datums([IMAGE, IMAGE[:, :2]]))
    with pytest.raises(fk.LayerError, match=r"record 2 of db is 1x2x4 .* 1x3x4: give a crop_size"):
        read("Data", DB, 1)


def test_images_of_two_sizes_do_in_batches_of_one(read: Read) -> None:
    write_lmdb("db", datums([IMAGE, IMAGE[:, :2]]))
    one = DB.replace("3", "1")
    assert [len(batch["data"]) for batch in read("Data", one, 3)] == [12, 8, 12]


def test_a_record_with_too_few_values_is_refused_by_its_number(read: Read) -> None:
    records = datums([IMAGE, IMAGE])
    short = Datum(channels=1, height=3, width=4, data=bytes(11))
    records[b"00000001"] = short.SerializeToString()
    write_lmdb("db", records)
    with pytest.raises(fk.LayerError, match=r"record 2 of db: as a Datum it is 1x3x4 .* 11 values"):
        read("Data", DB, 1)
