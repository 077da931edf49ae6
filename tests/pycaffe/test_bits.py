"""A net that a script makes starts from Caffe's own bits, and so does the next one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from caffe_nets import WriteNet
from goldens import sha1
from reasons import check_reason

import fillerkit as fk
import fillerkit.pycaffe as caffe

TESTS = Path(__file__).parents[1]
CONFORMANCE = TESTS / "conformance"
SAMPLE_NETS = TESTS.parent / "sample_nets"
GOLDENS: dict[str, dict[str, Any]] = {
    golden.pop("net"): golden
    for golden in map(json.loads, (CONFORMANCE / "expected.jsonl").read_text().splitlines())
}
SAMPLES: list[dict[str, Any]] = json.loads((TESTS / "sample_nets/goldens.json").read_text())


def described(net: caffe.Net) -> dict[str, Any]:
    """What a golden says of a net, as pycaffe tells it."""
    layers = []
    for index, (name, layer) in enumerate(zip(net._layer_names, net.layers, strict=True)):
        tops = [[net._blob_names[top], net._blobs[top].shape] for top in net._top_ids(index)]
        blobs = [{"shape": blob.shape, "sha1": sha1(blob.data)} for blob in layer.blobs]
        layers.append({"name": name, "type": layer.type, "tops": tops, "blobs": blobs})
    return {"name": net._state.net.name, "layers": layers, "outputs": net.outputs}


def without_heads(golden: dict[str, Any]) -> dict[str, Any]:
    for layer in golden["layers"]:
        for blob in layer["blobs"]:
            blob.pop("head", None)
    return golden


@pytest.mark.parametrize("name", GOLDENS)
def test_a_net_is_caffes_bit_for_bit_the_inserted_splits_included(name: str) -> None:
    path = str(CONFORMANCE / "nets" / f"{name}.prototxt")
    for phase in ("TRAIN", "TEST"):
        golden = GOLDENS[name].get(phase)
        if golden is None:
            continue
        caffe.set_random_seed(1701)
        if "error" in golden:
            with pytest.raises(fk.FillerkitError) as refusal:
                caffe.Net(path, getattr(caffe, phase))
            check_reason(name, golden["error"], refusal.value)
        else:
            net = caffe.Net(path, getattr(caffe, phase))
            assert described(net) == without_heads(golden)


@pytest.mark.parametrize("golden", SAMPLES, ids=lambda g: f"{g['net']}-{g['phase']}")
def test_a_sample_net_is_caffes_bit_for_bit(golden: dict[str, Any]) -> None:
    caffe.set_random_seed(1701)
    net = caffe.Net(
        str(SAMPLE_NETS / f"{golden['net']}.prototxt"),
        getattr(caffe, golden["phase"]),
        shapes={"data": golden["data"]},
    )
    ours = {
        f"{layer}/{index}": sha1(blob.data)
        for layer, blobs in net.params.items()
        for index, blob in enumerate(blobs)
    }
    assert ours == golden["blobs"]


def one_layer(rows: int, columns: int) -> str:
    return f"""
    layer {{ name: "data" type: "Input" top: "data"
             input_param {{ shape {{ dim: [1, {columns}] }} }} }}
    layer {{ name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
             inner_product_param {{ num_output: {rows} weight_filler {{ type: "xavier" }} }} }}
    """


def test_a_second_net_goes_on_where_the_engine_of_the_first_one_stands(write: WriteNet) -> None:
    """From behaviour.md alone: one MT19937 a process, a xavier value a draw, no draw for a bias."""
    caffe.set_random_seed(1701)
    nets = [caffe.Net(write(one_layer(*shape)), caffe.TEST) for shape in ((4, 6), (3, 5))]

    engine = np.random.MT19937()
    engine._legacy_seeding(1701)
    one = np.float32
    for net in nets:
        weight = net.params["ip"][0].data
        draws = engine.random_raw(weight.size).astype(np.uint32).astype(one)
        scale = np.sqrt(one(3) / one(weight.shape[1]))
        high = np.nextafter(scale, one(np.inf))
        wanted = draws / (one(2**32 - 1) + one(1)) * (high + scale) - scale
        assert weight.reshape(-1).tolist() == wanted.tolist()


def test_the_same_seed_again_makes_the_same_net_again(write: WriteNet) -> None:
    path = write(one_layer(4, 6))
    values = []
    for _ in range(2):
        caffe.set_random_seed(7)
        values.append(caffe.Net(path, caffe.TRAIN).params["ip"][0].data.tobytes())
    assert values[0] == values[1]


def test_weights_of_a_file_are_copied_over_and_take_no_fewer_draws(
    write: WriteNet, tmp_path: Path
) -> None:
    path, file = write(one_layer(4, 6)), str(tmp_path / "a.caffemodel")
    caffe.set_random_seed(1)
    caffe.Net(path, caffe.TEST).save(file)
    after = []
    for weights in (None, file):
        caffe.set_random_seed(2)
        caffe.Net(path, caffe.TEST, weights=weights)
        after.append(caffe.Net(path, caffe.TEST).params["ip"][0].data.tobytes())
    assert after[0] == after[1]


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_of_more_than_32_bits_overflows_as_in_pycaffe(seed: int) -> None:
    with pytest.raises(OverflowError):
        caffe.set_random_seed(seed)
