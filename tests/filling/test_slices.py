"""Slices of Caffe's own values, by a map of the draws."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import fillerkit as fk

NET = """
input: "data" input_shape { dim: [2, 3, 9, 9] }
layer { name: "a" type: "Convolution" bottom: "data" top: "a" convolution_param {
  num_output: 40 kernel_size: 3 weight_filler { type: "gaussian" std: 0.1 }
  bias_filler { type: "uniform" } } }
layer { name: "b" type: "InnerProduct" bottom: "a" top: "b" param { name: "w" }
  inner_product_param { num_output: 50 weight_filler { type: "xavier" } } }
layer { name: "c" type: "InnerProduct" bottom: "a" top: "c" param { name: "w" }
  inner_product_param { num_output: 50 weight_filler { type: "constant" } } }
layer { name: "d" type: "InnerProduct" bottom: "c" top: "d"
  inner_product_param { num_output: 7 weight_filler { type: "gaussian" sparse: 3 } } }
layer { name: "e" type: "InnerProduct" bottom: "d" top: "e"
  inner_product_param { num_output: 7 weight_filler { type: "positive_unitball" } } }
"""


@pytest.fixture
def net() -> fk.Net:
    return fk.load_net(NET)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("boost", ["1.55", "1.58", "1.64"])
@pytest.mark.parametrize("given", [True, False])
def test_slices_together_are_the_whole(net: fk.Net, dtype: str, boost: str, given: bool) -> None:
    blobs = net.fill(7, dtype, boost=boost)
    draws = net.map_draws(7, dtype, boost=boost) if given else None
    for layer in blobs:
        for index, whole in enumerate(blobs[layer]):
            parts = [
                net.fill_slice(
                    layer,
                    index,
                    slice(start, start + 3),
                    seed=7,
                    dtype=dtype,
                    boost=boost,
                    stream="caffe",
                    draws=draws,
                )
                for start in range(0, whole.shape[0], 3)
            ]
            assert np.concatenate(parts).tobytes() == whole.tobytes(), (layer, index)


def test_a_blob_that_shares_has_its_owner_s_values_in_both_streams(net: fk.Net) -> None:
    for stream in ("caffe", "sharded"):
        whole = net.fill(7, stream=stream)["b"][0]
        part = net.fill_slice("c", 0, slice(3, 9), seed=7, stream=stream)
        assert np.array_equal(part, whole[3:9])
        assert part.any()


def test_the_map_says_what_it_is_of(net: fk.Net) -> None:
    draws = net.map_draws(7)
    part = net.fill_slice("b", 0, slice(4), draws=draws)
    assert np.array_equal(part, net.fill(7)["b"][0][:4])
    assert (draws.seed, draws.dtype, draws.boost, draws.phase) == (7, "float32", "1.64", "TRAIN")


def test_a_slice_needs_a_seed(net: fk.Net) -> None:
    with pytest.raises(fk.UsageError, match="needs the seed that the whole has"):
        net.fill_slice("b", 0, slice(4))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"seed": 8}, "is of seed 7, not 8"),
        ({"dtype": "float64"}, "is of dtype 'float32', not 'float64'"),
        ({"boost": "1.58"}, r"is of boost '1\.64', not '1\.58'"),
    ],
)
def test_a_map_of_something_else_is_refused(net: fk.Net, asked: dict[str, str], said: str) -> None:
    draws = net.map_draws(7)
    with pytest.raises(fk.UsageError, match=f"the map of draws {said}"):
        net.fill_slice("b", 0, slice(4), draws=draws, **asked)  # type: ignore[arg-type]


def test_a_map_of_another_net_phase_version_or_blob_is_refused(net: fk.Net) -> None:
    draws = net.map_draws(7)
    other = fk.load_net(NET.replace("std: 0.1", "std: 0.2"))
    with pytest.raises(fk.UsageError, match="of another net: other layers, shapes or fillers"):
        other.fill_slice("b", 0, slice(4), draws=draws)
    with pytest.raises(fk.UsageError, match="is of phase 'TEST', not 'TRAIN'"):
        net.fill_slice("b", 0, slice(4), draws=replace(draws, phase="TEST"))
    with pytest.raises(fk.UsageError, match=r"is of fillerkit '0\.0\.1', not"):
        net.fill_slice("b", 0, slice(4), draws=replace(draws, fillerkit="0.0.1"))
    with pytest.raises(fk.UsageError, match="lacks blob 0 of layer 'b'"):
        net.fill_slice("b", 0, slice(4), draws=replace(draws, blobs={}))


def test_fillers_that_take_no_draws_make_no_difference_to_the_map(net: fk.Net) -> None:
    other = fk.load_net(NET.replace('"constant"', '"constant" value: 3'))
    assert other.map_draws(7) == net.map_draws(7)


def test_the_slice_with_a_map_read_from_a_file_is_the_same(net: fk.Net, tmp_path: Path) -> None:
    net.map_draws(7).save(tmp_path / "draws.json")
    draws = fk.DrawMap.load(tmp_path / "draws.json")
    assert np.array_equal(
        net.fill_slice("d", 0, slice(3, 5), draws=draws), net.fill(7)["d"][0][3:5]
    )


def test_with_a_map_a_slice_asks_its_own_blob_s_filler_alone(
    net: fk.Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    draws = net.map_draws(5)
    net.fill_slice("a", 0, slice(1), draws=draws)  # which compares the net with the map
    asked = []
    in_dtype = fk.ParamBlob.distribution_in

    def spy(param: fk.ParamBlob, dtype: type[np.floating]) -> fk.Distribution:
        asked.append(param)
        return in_dtype(param, dtype)

    monkeypatch.setattr(fk.ParamBlob, "distribution_in", spy)
    net.fill_slice("b", 0, slice(1), draws=draws)
    assert {id(param) for param in asked} == {id(net.layers[2].params[0])}
