"""The batches of whole nets."""

from __future__ import annotations

import re
import threading
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from small_sources import write_records

import fillerkit as fk

TWO = """
layer { name: "data" type: "Data" top: "data" top: "label"
        data_param { source: "db" backend: LMDB batch_size: 2 } }
layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
        inner_product_param { num_output: 3 weight_filler { type: "gaussian" std: 1 } } }
layer { name: "more" type: "Data" top: "more" transform_param { crop_size: 1 mirror: true }
        data_param { source: "db" backend: LMDB batch_size: 3 } }
"""


def test_a_batch_has_the_tops_of_all_data_layers() -> None:
    write_records()
    batch = next(fk.batches(fk.load_net(TWO, phase="TRAIN"), seed=7))
    assert {top: values.shape for top, values in batch.items()} == {
        "data": (2, 1, 3, 4),
        "label": (2,),
        "more": (3, 1, 1, 1),
    }


def test_a_layer_behind_weights_is_seeded_by_the_draws_after_them() -> None:
    write_records()
    net = fk.load_net(TWO, phase="TRAIN")
    stream = fk.CaffeStream(7)
    with stream.heard() as draws:
        net.fill(stream=stream)
    assert [len(drawn) for drawn in draws] == [1, 0, 3]
    alone = fk.LayerBatches(net.layers[2], net.file, draws[2])
    together = fk.batches(net, seed=7)
    for _ in range(3):
        assert next(together)["more"].tolist() == next(alone)["more"].tolist()


def test_the_same_seed_gives_the_same_batches_and_another_others() -> None:
    write_records()
    net = fk.load_net(TWO, phase="TRAIN")
    crops = [
        [batch["more"].ravel().tolist() for batch in islice(fk.batches(net, seed=seed), 5)]
        for seed in (1, 1, 2)
    ]
    assert crops[0] == crops[1] != crops[2]


def test_threads_end_with_the_batches() -> None:
    write_records()
    before = threading.active_count()
    batches = fk.batches(fk.load_net(TWO, phase="TRAIN"), seed=7)
    next(batches)
    assert threading.active_count() == before + 2
    batches.close()
    assert threading.active_count() == before


def test_a_net_that_reads_nothing_has_no_batches() -> None:
    net = fk.load_net('layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 2 } } }')
    with pytest.raises(fk.UsageError, match="none of its layers reads data"):
        fk.batches(net)


def test_the_examples_of_the_page_run() -> None:
    pytest.importorskip("torch")
    write_records()
    Path("train_val.prototxt").write_text(
        TWO.replace("num_output: 3", "num_output: 50")
        + """layer { name: "rest" type: "Silence" bottom: "more" }
             layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label"
                     top: "loss" }"""
    )
    page = (Path(__file__).parents[2] / "docs" / "data.md").read_text()
    examples = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    code = "\n".join(examples).replace("1000", "2")
    names: dict[str, Any] = {}
    exec(code, names)
    assert set(names["batch"]) == {"data", "label", "more"}
