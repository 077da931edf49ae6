"""Data layers whose sources are here run by reading them, as in Caffe."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from caffe_nets import WriteNet
from small_sources import IMAGE, datums, write_lmdb, write_records, write_rows

import fillerkit as fk
import fillerkit.pycaffe as caffe

pytest.importorskip("torch")

DATA = """
layer { name: "d" type: "Data" top: "data" top: "label" transform_param { %s }
        data_param { source: "db" backend: LMDB batch_size: 3 } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
        inner_product_param { num_output: 1 weight_filler { type: "xavier" } } }
"""


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The working directory, which the paths of a prototxt start from: an empty one."""
    monkeypatch.chdir(tmp_path)


def test_each_forward_reads_the_next_batch_and_later_nets_have_caffes_weights(
    write: WriteNet,
) -> None:
    write_records()
    file = write(DATA % "crop_size: 2 mirror: true")
    caffe.set_random_seed(1701)
    net = caffe.Net(file, caffe.TRAIN)
    batches = []
    for _ in range(2):
        net.forward()
        batches.append(net.blobs["data"].data.ravel().tolist())
    other = caffe.Net(file, caffe.TRAIN)
    assert batches == [  # from real Caffe 1.0
        [4, 5, 8, 9, 51, 50, 55, 54, 106, 107, 110, 111],
        [155, 156, 159, 160, 201, 202, 205, 206, 3, 2, 7, 6],
    ]
    weights = [each.params["ip"][0].data.ravel()[:2].tolist() for each in (net, other)]
    assert weights == [  # from real Caffe 1.0
        [0.5311855673789978, 0.03246551752090454],
        [0.5713613629341125, 0.7792180180549622],
    ]


def test_what_a_script_wrote_into_the_top_is_overwritten(write: WriteNet) -> None:
    write_records()
    net = caffe.Net(write(DATA % ""), caffe.TEST)
    net.blobs["data"].data[...] = 7
    net.forward()
    assert net.blobs["data"].data.ravel()[:12].tolist() == IMAGE.ravel().tolist()
    assert net.blobs["label"].data.tolist() == [0, 10, 20]
    expected = net.blobs["data"].data.reshape(3, -1) @ net.params["ip"][0].data.T
    assert np.allclose(net.blobs["ip"].data, expected)


def test_a_top_takes_the_batchs_shape_whatever_a_script_made_of_it(write: WriteNet) -> None:
    write_records()
    net = caffe.Net(write(DATA % ""), caffe.TEST)
    net.blobs["data"].reshape(1, 1, 3, 4)
    net.reshape()
    net.forward()
    assert net.blobs["data"].shape[0] == net.blobs["ip"].shape[0] == 3


def test_images_of_several_sizes_go_through_in_batches_of_one(write: WriteNet) -> None:
    write_lmdb("db", datums([IMAGE, IMAGE[:, :2]]))
    net = caffe.Net(
        write(
            """layer { name: "d" type: "Data" top: "data"
                       data_param { source: "db" backend: LMDB batch_size: 1 } }
               layer { name: "p" type: "Power" bottom: "data" top: "p"
                       power_param { scale: 2 } }"""
        ),
        caffe.TEST,
    )
    shapes = []
    for _ in range(3):
        shapes.append(net.forward()["p"].shape)
    assert shapes == [(1, 1, 3, 4), (1, 1, 2, 4), (1, 1, 3, 4)]


def test_layers_that_do_not_run_do_not_read(write: WriteNet) -> None:
    write_records()
    net = caffe.Net(write(DATA % ""), caffe.TEST)
    net.forward(end="d")
    net.forward(start="ip")
    net.forward(end="d")
    assert net.blobs["label"].data.tolist() == [30, 40, 0]


def test_all_nets_of_a_process_shuffle_rows_with_one_rand(
    write: WriteNet, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("h5py")
    write_rows("rows")
    monkeypatch.setattr(caffe.process.caffe, "rand", fk.GlibcRand())
    file = write(
        """layer { name: "d" type: "HDF5Data" top: "data" top: "label"
                   hdf5_data_param { source: "rows" batch_size: 5 shuffle: true } }"""
    )
    labels = []
    for _ in range(2):
        net = caffe.Net(file, caffe.TRAIN)
        net.forward()
        labels.append(net.blobs["label"].data.tolist())
    assert labels == [[0, 3, 1, 2, 24], [2, 0, 3, 1, 11]]  # from real Caffe 1.0


def test_a_source_that_is_damaged_meanwhile_is_an_error_of_its_layer(write: WriteNet) -> None:
    write_records()
    file = write(DATA % "")
    net = caffe.Net(file, caffe.TEST)
    database = Path("db/data.mdb")
    database.write_bytes(database.read_bytes()[:8192])
    with pytest.raises(fk.LayerError, match=r":2:1: layer 'd' \(Data\): .* is cut off after 8192"):
        net.forward()


def test_a_net_whose_data_only_a_fork_reads_hands_out_what_is_written(
    write: WriteNet, capsys: pytest.CaptureFixture[str]
) -> None:
    write_records()
    net = caffe.Net(write((DATA % "crop_h: 2 crop_w: 2").replace('"d"', '"forked"')), caffe.TEST)
    net.blobs["data"].data[...] = 7
    net.blobs["label"].data[...] = 1
    net.forward()
    assert (net.blobs["data"].data == 7).all()
    assert "only a fork of Caffe's reads transform_param.crop_h" in capsys.readouterr().err


def test_the_thread_of_a_net_ends_with_it(write: WriteNet) -> None:
    write_records()
    before = threading.active_count()
    net = caffe.Net(write(DATA % ""), caffe.TEST)
    net.forward()
    assert threading.active_count() == before + 1
    del net
    gc.collect()
    assert threading.active_count() == before


def test_a_process_ends_while_data_is_read_ahead(write: WriteNet) -> None:
    write_records()
    code = (
        "import fillerkit.pycaffe as caffe\n"
        f"net = caffe.Net({write(DATA % '')!r}, caffe.TEST)\nnet.forward(end='d')\n"
        "print(net.blobs['label'].data.tolist())"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert (done.stdout, done.stderr) == ("[0.0, 10.0, 20.0]\n", "")
