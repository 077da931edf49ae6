"""Dask arrays have what ``net.fill`` makes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import sliced_nets
import weights

import fillerkit as fk
from fillerkit.dask import Arrays, arrays

STREAMS = ["caffe", "sharded"]


def computed(made: Arrays) -> dict[str, list[tuple[tuple[int, ...], str, bytes]]]:
    blobs = {layer: [np.asarray(array) for array in each] for layer, each in made.items()}
    return {
        layer: [(array.shape, array.dtype.name, array.tobytes()) for array in each]
        for layer, each in blobs.items()
    }


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("chunks", [None, 1, 7, 30, 1000, "100 B"])
@pytest.mark.parametrize("name", sliced_nets.NETS)
def test_they_are_what_fill_makes(name: str, chunks: int | str | None, stream: str) -> None:
    net = sliced_nets.net(name)
    made = arrays(net, 5, stream=stream, chunks=chunks)
    assert computed(made) == weights.bits(net.fill(5, stream=stream))


@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("boost", ["1.64", "1.58", "1.55"])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_they_have_the_type_and_the_boost_that_are_asked(
    dtype: str, boost: str, stream: str
) -> None:
    net = sliced_nets.net("fillers")
    made = arrays(net, 5, dtype, boost=boost, stream=stream, chunks=7)
    assert computed(made) == weights.bits(net.fill(5, dtype, boost=boost, stream=stream))


def test_a_layer_has_its_blobs_by_name_and_by_index() -> None:
    made = arrays(sliced_nets.net("fillers"), 5)
    assert list(made) == ["xavier", "msra", "sparse", "truncated", "constant"]
    assert made["msra"].names == ("weight", "bias")
    assert made["msra"].weight is made["msra"][0]
    with pytest.raises(KeyError, match="did you mean 'xavier'"):
        made["xavir"]


def test_a_chunk_is_a_slice_of_the_first_axis() -> None:
    made = arrays(sliced_nets.net("fillers"), 5, chunks=7)
    assert made["msra"].weight.chunks == ((7, 7, 7, 7, 3), (30,))
    assert made["msra"].bias.chunks == ((7, 7, 7, 7, 3),)


def test_a_blob_whose_filler_looks_at_all_of_it_is_one_chunk() -> None:
    made = arrays(sliced_nets.net("whole"), 5, chunks=7)
    assert made["orthogonal"].weight.chunks == ((30,), (30,))


def test_a_part_is_made_of_its_own_chunks_only(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int, slice]] = []
    fill_slice = fk.Net.fill_slice

    def spy(self: fk.Net, layer: str, index: int, rows: slice, **options: object) -> object:
        asked.append((layer, index, rows))
        return fill_slice(self, layer, index, rows, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(fk.Net, "fill_slice", spy)
    made = arrays(sliced_nets.net("fillers"), 5, chunks=7)
    assert asked == []
    np.asarray(made["msra"].weight[8:10])
    assert asked == [("msra", 0, slice(7, 14))]


def test_who_shares_a_blob_is_made_of_the_same_tasks() -> None:
    made = arrays(sliced_nets.net("small"), 5)
    assert made["c"].weight is made["a/b"].weight


def test_a_blob_that_is_shared_in_another_shape_has_that() -> None:
    share = 'param { name: "w" share_mode: PERMISSIVE }'
    net = fk.load_net(
        sliced_nets.INPUT
        + sliced_nets.product("a", "d", 'type: "xavier"', 30, share)
        + 'layer { name: "r" type: "Reshape" bottom: "a" top: "r" '
        "reshape_param { shape { dim: [1, 60] } } } "
        + sliced_nets.product("b", "r", 'type: "xavier"', 20, share)
    )
    made = arrays(net, 5, chunks=7)
    assert made["b"].weight.chunks == ((7, 7, 6), (60,))
    assert computed(made) == weights.bits(net.fill(5))


def test_a_fresh_seed_is_told() -> None:
    net = sliced_nets.net("small")
    made = arrays(net)
    assert computed(made) == weights.bits(net.fill(made.origin["seed"]))


@pytest.mark.parametrize("chunks", [0, -1, "0 B", "x", "-5 MiB"])
def test_chunks_that_make_no_sense_are_refused(chunks: int | str) -> None:
    with pytest.raises(fk.UsageError, match="chunks"):
        arrays(sliced_nets.net("small"), 5, chunks=chunks)


def test_values_that_a_filler_takes_from_a_file_go_with_the_tasks(tmp_path: Path) -> None:
    file = tmp_path / "values.txt"
    file.write_text(" ".join(map(str, range(1200))))
    net = fk.load_net(
        sliced_nets.INPUT + sliced_nets.product("a", "d", f'type: "file" file: "{file}"')
    )
    expected = weights.bits(net.fill(5, "float64"))
    made = arrays(net, 5, "float64", chunks=7)
    file.unlink()
    assert computed(made) == expected


def test_a_file_of_values_that_is_not_here_is_told_of_at_once() -> None:
    net = fk.load_net(
        sliced_nets.INPUT + sliced_nets.product("a", "d", 'type: "file" file: "none.txt"')
    )
    with pytest.raises(fk.FillerError, match=r"none\.txt"):
        arrays(net, 5)


def test_a_map_of_the_draws_says_seed_type_and_boost(monkeypatch: pytest.MonkeyPatch) -> None:
    net = sliced_nets.net("fillers")
    draws = net.map_draws(7, "float64", boost="1.58")
    monkeypatch.delattr(fk.Net, "map_draws")
    made = arrays(net, draws=draws, chunks=7)
    assert computed(made) == weights.bits(net.fill(7, "float64", boost="1.58"))


def test_a_map_of_other_draws_is_refused() -> None:
    net = sliced_nets.net("fillers")
    draws = net.map_draws(7)
    for options, words in (
        ({"seed": 8}, "of seed 7, not 8"),
        ({"dtype": "float64"}, "of dtype 'float32', not 'float64'"),
        ({"stream": "sharded"}, "is for stream 'caffe'"),
    ):
        with pytest.raises(fk.UsageError, match=words):
            arrays(net, draws=draws, **options)
    with pytest.raises(fk.UsageError, match="of another net"):
        arrays(sliced_nets.net("small"), draws=draws)


def test_a_stream_that_goes_on_is_refused() -> None:
    with pytest.raises(fk.UsageError, match="give the stream's name"):
        arrays(sliced_nets.net("small"), stream=fk.CaffeStream(1))  # type: ignore[arg-type]
