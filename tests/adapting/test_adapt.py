"""Starts that look at data: what holds for every method."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import small_sources
import weights

import fillerkit as fk
from fillerkit.adapting.adapt import METHODS

from .conftest import conv, image, in_place, inner, said

NET = (
    image()
    + conv("c", "data")
    + in_place("BatchNorm", "c")
    + in_place("ReLU", "c")
    + in_place("Dropout", "c")
    + inner("fc", "c")
    + 'layer { name: "label" type: "Input" top: "label" input_param { shape { dim: 4 } } }\n'
    + 'layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }'
)


def test_the_same_seed_and_batch_give_the_same_bits() -> None:
    net = fk.load_net(NET)
    bits = [weights.bits(fk.adapt(net, net.fill(3), "lsuv,batch-norm").blobs) for _ in range(2)]
    assert bits[0] == bits[1]
    assert weights.bits(fk.adapt(net, net.fill(4)).blobs) != bits[0]


def test_a_net_is_filled_and_adapted_in_one_call() -> None:
    net = fk.load_net(NET)
    images = np.random.default_rng(1).normal(size=(6, *dict(net.layers[0].tops)["data"][1:]))
    found = net.fill(3, adapt=["lsuv", "batch-norm"], inputs={"data": images.astype("f4")})
    apart = fk.adapt(net, net.fill(3), "lsuv,batch-norm", inputs={"data": images.astype("f4")})
    assert weights.bits(found) == weights.bits(apart.blobs)
    assert found.origin["adapted"]["batch"] == 6
    with pytest.raises(fk.UsageError, match="say adapt='lsuv'"):
        net.fill(3, batch=6)


def test_what_was_filled_is_not_changed() -> None:
    net = fk.load_net(NET)
    filled = net.fill(1)
    before = weights.bits(filled)
    fk.adapt(net, filled, "lsuv,batch-norm")
    assert weights.bits(filled) == before == weights.bits(net.fill(1))


def test_methods_work_in_their_own_order_whatever_the_order_they_are_asked_in() -> None:
    net = fk.load_net(NET)
    one, other = (
        fk.adapt(net, net.fill(1), names) for names in ("lsuv,batch-norm", ["batch-norm", "lsuv"])
    )
    assert weights.bits(one.blobs) == weights.bits(other.blobs)
    assert list(dict.fromkeys(layer.method for layer in other.layers)) == ["lsuv", "batch-norm"]


@pytest.mark.parametrize("method", METHODS)
def test_every_method_tells_of_itself_by_its_name(method: str) -> None:
    net = fk.load_net(NET)
    told = fk.adapt(net, net.fill(1), method).layers
    assert {layer.method for layer in told} == {method}


def test_a_file_tells_what_was_done(tmp_path: Path) -> None:
    net = fk.load_net(NET)
    found = fk.adapt(net, net.fill(1), "lsuv,batch-norm", batch=8)
    found.blobs.save(tmp_path / "x.npz")
    loaded = fk.load(tmp_path / "x.npz")
    assert loaded.origin["adapted"] == {
        "methods": ["lsuv", "batch-norm"],
        "batch": 8,
        "input": ["data: unit gaussian values"],
    }
    factor = found["c"][0].factor
    assert loaded.starts["c", 0].words == f"gaussian std 0.02, x {factor:g} (lsuv)"
    assert loaded.starts["BatchNorm_c", 1].words == "constant 0, then batch-norm"
    assert not [odd for blob in fk.stats(loaded) for odd in blob.oddities]


def test_layers_that_are_copied_from_a_file_stay_unless_asked_for() -> None:
    net = fk.load_net(NET)
    other = fk.load_net(NET.replace('"fc"', '"fc2"'))
    filled = net.fill(1, weights=other.fill(2))
    found = fk.adapt(net, filled, "lsuv,batch-norm")
    assert said(found)["c"] == said(found)["BatchNorm_c"] == "copied from a file, not filled"
    assert found["fc"][0].changed
    asked = fk.adapt(net, filled, "lsuv,batch-norm", copied=True)
    assert asked["c"][0].changed and asked["BatchNorm_c"][0].changed


def test_values_of_the_prototxt_stay() -> None:
    given = (
        "blobs { shape { dim: [10, 192] } " + "data: 0.5 " * 1920 + "} blobs { shape { dim: 10 }"
    )
    net = fk.load_net(image() + inner("fc", "data", layer=given + " data: 0 " * 10 + "}"))
    found = fk.adapt(net, net.fill(1))
    assert said(found) == {"fc": "its values stand in the prototxt"}


def test_the_batch_is_32_or_what_is_asked_for_or_what_is_given() -> None:
    net = fk.load_net(NET)
    filled = net.fill(1)
    assert fk.adapt(net, filled).batch == 32
    assert fk.adapt(net, filled, batch=5).batch == 5
    values = np.ones((7, 3, 8, 8), np.float32)
    assert fk.adapt(net, filled, inputs=values).batch == 7


def test_a_constant_batch_is_another_batch_than_gaussians() -> None:
    net = fk.load_net(image() + conv("c", "data"))
    few = fk.adapt(net, net.fill(1), inputs=np.zeros((2, 3, 8, 8), np.float32))
    assert said(few) == {"c": "its output does not vary"}


def test_doubles_stay_doubles() -> None:
    net = fk.load_net(NET)
    found = fk.adapt(net, net.fill(1, dtype="float64"), "lsuv,batch-norm")
    assert {array.dtype.name for of in found.blobs.values() for array in of} == {"float64"}
    assert found["c"][0].after == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"methods": "lsu"}, "did you mean 'lsuv'"),
        ({"methods": []}, "say how to adapt"),
        ({"methods": "pca,k-means"}, "k-means and pca set the same values"),
        ({"methods": ["lsuv", "data-dependent"]}, "data-dependent and lsuv set the same values"),
        ({"batch": 0}, "at least 1 item"),
        ({"tries": 0}, "1 try or more"),
        ({"tolerance": 2.0}, "between 0 and 1"),
        ({"inputs": np.ones((2, 3))}, "the net takes Nx3x8x8 there$"),
        (
            {"inputs": np.ones((2, 8, 8, 3))},
            r"are last: numpy.moveaxis\(x, 3, 1\) puts them first",
        ),
        ({"inputs": np.ones((3, 8, 8))}, r"there: x\[None\] is a batch of one item"),
        ({"inputs": "no.npy"}, "no such .npy file or folder of images"),
    ],
)
def test_what_makes_no_sense_is_refused(asked: dict[str, Any], message: str) -> None:
    net = fk.load_net(NET)
    with pytest.raises(fk.UsageError, match=message):
        fk.adapt(net, net.fill(1), **asked)


def test_a_net_that_cannot_be_run_is_refused_with_its_layers() -> None:
    text = image() + 'layer { name: "cn" type: "ChannelNorm" bottom: "data" top: "cn" }\n'
    net = fk.load_net(text + inner("fc", "cn"))
    with pytest.raises(fk.UsageError, match="ChannelNorm 'cn'"):
        fk.adapt(net, net.fill(1))


def test_a_batch_that_does_not_go_through_the_net_is_refused_with_the_nets_own() -> None:
    batch_in_channels = conv("c", "data", "axis: 0")
    net = fk.load_net(image() + batch_in_channels)
    with pytest.raises(fk.UsageError, match=r"a batch of 32 .*; give one of 4, as the net says"):
        fk.adapt(net, net.fill(1))
    assert fk.adapt(net, net.fill(1), batch=4)["c"][0].changed


EXPLODED = in_place("Exp", "data").replace(" }", " exp_param { scale: 1000 } }")


@pytest.mark.parametrize("method", METHODS)
def test_what_is_not_finite_on_the_way_changes_nothing_and_is_told(method: str) -> None:
    net = fk.load_net(image() + EXPLODED + conv("c", "data") + in_place("BatchNorm", "c"))
    filled = net.fill(1)
    found = fk.adapt(net, filled, method)
    assert weights.bits(found.blobs) == weights.bits(filled)
    (why,) = said(found).values()
    assert "not finite" in why or (method, why) == ("balance", "no gradient reaches it")


@pytest.mark.parametrize("method", ["lsuv", "data-dependent"])
def test_weights_that_no_factor_of_their_type_scales_stay(method: str) -> None:
    net = fk.load_net(image() + conv("c", "data", 'weight_filler { type: "gaussian" std: 1e-40 }'))
    filled = net.fill(1)
    found = fk.adapt(net, filled, method)
    assert weights.bits(found.blobs) == weights.bits(filled)
    assert "the factor is no number of their type" in said(found)["c"]


def test_progress_goes_to_the_end() -> None:
    net = fk.load_net(NET)
    told: list[tuple[int, int]] = []
    fk.adapt(net, net.fill(1), "lsuv, balance", progress=lambda *at: told.append(at))
    assert told == sorted(told)
    assert told[-1][0] == told[-1][1] > 8


def test_it_reads_well() -> None:
    net = fk.load_net(NET)
    found = fk.adapt(net, net.fill(1))
    assert repr(found) == "Adapted(lsuv: 2 changed, 0 left alone, batch 32)"
    with pytest.raises(KeyError):
        found["no"]


def test_without_pytorch_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    net = fk.load_net(NET)
    with pytest.raises(fk.UsageError, match=r"pip install 'fillerkit\[torch\]'"):
        fk.adapt(net, net.fill(1))


def test_the_nets_own_data_is_the_batch_where_it_is_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    small_sources.write_records()
    data = 'type: "Data" top: "data" top: "label" data_param { source: "db" backend: LMDB }'
    text = f'layer {{ name: "data" {data.replace("LMDB", "LMDB batch_size: 2")} }}\n'
    net = fk.load_net(text + inner("fc", "data"))
    found = fk.adapt(net, net.fill(1), batch=5)
    assert found.notes == ("data, label: the first 5 items of db",)
    assert found["fc"][0].after == pytest.approx(1, abs=0.02)


def test_a_folder_of_images_is_the_batch(tmp_path: Path) -> None:
    pillow = pytest.importorskip("PIL.Image", reason="Pillow is not installed")
    pixels = np.random.default_rng(1).integers(0, 255, (6, 9, 9, 3), np.uint8)
    for at, each in enumerate(pixels):
        pillow.fromarray(each).save(tmp_path / f"{at}.png")
    net = fk.load_net(NET)
    found = fk.adapt(net, net.fill(1), inputs=str(tmp_path))
    assert found.batch == 6
    assert found.notes[0].startswith("data: 6 images of ")


def test_a_file_of_an_array_is_told_of_by_its_name(tmp_path: Path) -> None:
    net = fk.load_net(NET)
    path = tmp_path / "x.npy"
    values = np.random.default_rng(1).normal(size=(6, 3, 8, 8))
    np.save(path, values)
    (note, *_) = fk.adapt(net, net.fill(1), inputs=path).notes
    assert note == f"data: all 6 items of {path}"
    (note, *_) = fk.adapt(net, net.fill(1), inputs=path, batch=4).notes
    assert note == f"data: the first 4 of 6 items of {path}"
    np.save(path, values[:1])
    (note, *_) = fk.adapt(net, net.fill(1), inputs=path).notes
    assert note == f"data: the only item of {path}"
    values[0, 0, 0, 0] = np.nan
    np.save(path, values)
    with pytest.raises(fk.UsageError, match=r"x\.npy: input 'data' holds values that are infinite"):
        fk.adapt(net, net.fill(1), inputs=path)


def test_several_inputs_are_given_by_name() -> None:
    text = image() + image().replace('"data"', '"other"') + conv("c", "data") + conv("d", "other")
    net = fk.load_net(text)
    values = np.full((3, 3, 8, 8), 2, np.float32)
    found = fk.adapt(net, net.fill(1), inputs={"other": values})
    assert found.notes == ("data: unit gaussian values",)
    with pytest.raises(fk.UsageError, match="say which"):
        fk.adapt(net, net.fill(1), inputs=values)


def test_a_batch_norm_with_a_scale_works_with_the_statistics_of_the_batch() -> None:
    scaled = """
        layer { name: "bn" type: "BatchNorm" bottom: "c" top: "bn"
          batch_norm_param { scale_bias: true } }
    """
    net = fk.load_net(image() + conv("c", "data") + scaled + inner("fc", "bn"))
    found = fk.adapt(net, net.fill(1), "lsuv,batch-norm")
    assert [row.changed for row in found.layers] == [True, True, True]
    assert found["fc"][0].after == pytest.approx(1, abs=0.02)
    assert found.blobs["bn"][1].all()
    assert not net.fill(1)["bn"][1].any()


@pytest.mark.parametrize(
    ("batch", "others"),
    [
        (3, "; give one of 4, as the net says, or a smaller one for less memory"),
        (4, "; give a smaller one for less memory"),
        (1, "; give one of 4, as the net says"),
    ],
)
def test_a_batch_that_is_not_let_through_is_told_of_with_others(
    batch: int, others: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise RuntimeError("not enough memory\nand where that was")

    monkeypatch.setattr("fillerkit.adapting.passes.run", full)
    net = fk.load_net(image() + conv("c", "data"))
    with pytest.raises(fk.UsageError) as told:
        fk.adapt(net, net.fill(1), batch=batch)
    said = f"a batch of {batch} does not go through the net{others}: not enough memory"
    assert str(told.value) == said
