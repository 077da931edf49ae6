"""Filling a net: seeds, types, and the order of draws."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pytest

import fillerkit as fk

INPUT = 'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 2 dim: 5 } } }\n'


def _ip(name: str, bottom: str, filler: str = "xavier", more: str = "") -> str:
    return (
        f'layer {{ name: "{name}" type: "InnerProduct" bottom: "{bottom}" top: "{name}" {more} '
        f'inner_product_param {{ num_output: 5 weight_filler {{ type: "{filler}" }} }} }}\n'
    )


def test_the_same_seed_gives_the_same_bytes() -> None:
    net = fk.load_net(INPUT + _ip("a", "d"))
    assert net.fill(seed=3)["a"][0].tobytes() == net.fill(seed=3)["a"][0].tobytes()
    assert net.fill(seed=3)["a"][0].tobytes() != net.fill(seed=4)["a"][0].tobytes()


def test_a_prefix_of_a_net_starts_as_in_the_whole_net() -> None:
    short, long = INPUT + _ip("a", "d"), INPUT + _ip("a", "d") + _ip("b", "a")
    assert (fk.load_net(short).fill(1)["a"][0] == fk.load_net(long).fill(1)["a"][0]).all()


def test_without_a_seed_a_fresh_one_is_taken_and_recorded() -> None:
    net = fk.load_net(INPUT + _ip("a", "d"))
    first, second = net.fill(), net.fill()
    assert first.origin["seed"] != second.origin["seed"]
    again = net.fill(seed=first.origin["seed"])
    assert (again["a"][0] == first["a"][0]).all()


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_out_of_range_is_refused(seed: int) -> None:
    with pytest.raises(fk.UsageError, match="from 0 to 4294967295"):
        fk.load_net(INPUT + _ip("a", "d")).fill(seed=seed)


def test_an_unknown_type_is_refused() -> None:
    with pytest.raises(fk.UsageError, match="float32 or float64, not 'float16'"):
        fk.load_net(INPUT + _ip("a", "d")).fill(1, dtype="float16")


def test_float64_is_another_stream_of_gaussians_not_a_cast() -> None:
    net = fk.load_net(INPUT + _ip("a", "d", "msra") + _ip("b", "a", "msra"))
    single, double = net.fill(1), net.fill(1, dtype="float64")
    assert double["a"][0].dtype == np.float64
    assert not np.allclose(single["b"][0], double["b"][0])


LARGEST = "uniform(min=3.4028235e38 max=3.4028235e38)"


@pytest.mark.parametrize("stream", ["caffe", "sharded"])
def test_limits_without_a_value_between_are_refused_by_name_before_a_file_is_opened(
    tmp_path: Path, stream: Literal["caffe", "sharded"]
) -> None:
    net = fk.load_net(INPUT + _ip("a", "d") + _ip("b", "a"), fillers={"b:weight": LARGEST})
    said = r"'b' .* its weight \(5x5\): in float32, min 3.40282347e\+38 .* dtype='float64'"
    with pytest.raises(fk.FillerError, match=said) as caught:
        net.save(tmp_path / "b.npz", 1, stream=stream)
    assert (caught.value.layer, caught.value.blob, caught.value.field) == ("b", "weight", "min")
    assert not list(tmp_path.iterdir())


def test_limits_that_have_no_value_between_in_float32_have_many_in_float64() -> None:
    net = fk.load_net(INPUT + _ip("b", "d"), fillers={"b:weight": LARGEST})
    values = net.fill(1, "float64")["b"].weight
    assert (values == np.finfo(np.float32).max).all()


def test_a_layer_that_shares_takes_its_draws_all_the_same() -> None:
    share = 'param { name: "w" }'
    apart = fk.load_net(INPUT + _ip("a", "d") + _ip("b", "a") + _ip("c", "b")).fill(1)
    shared = fk.load_net(
        INPUT + _ip("a", "d", more=share) + _ip("b", "a", more=share) + _ip("c", "b")
    ).fill(1)
    assert (shared["c"][0] == apart["c"][0]).all()
    assert np.shares_memory(shared["b"][0], shared["a"][0])


def test_values_given_in_the_text_take_no_draws() -> None:
    blobs = "blobs { shape { dim: 5 dim: 5 } " + "data: 2 " * 25 + "} blobs { shape { dim: 5 } "
    blobs += "data: 3 " * 5 + "}"
    net = fk.load_net(INPUT + _ip("a", "d", more=blobs) + _ip("b", "a"))
    filled = net.fill(1)
    assert (filled["a"].weight == 2).all()
    assert (filled["a"].bias == 3).all()
    alone = fk.load_net(INPUT + _ip("b", "d")).fill(1)
    assert (filled["b"][0] == alone["b"][0]).all()


def test_a_solver_s_seed_is_used_unless_another_is_asked_for() -> None:
    net = INPUT + _ip("a", "d")
    solved = fk.load_net(f"random_seed: 42\nnet_param {{ {net} }}")
    assert solved.random_seed == 42
    assert (solved.fill()["a"][0] == fk.load_net(net).fill(42)["a"][0]).all()
    assert solved.fill(seed=7).origin["seed"] == 7


@pytest.mark.parametrize(
    ("transform", "draws"),
    [("", 1), ("mirror: true", 3), ("crop_size: 4", 3), ("scale: 2", 1)],
)
def test_a_data_layer_shifts_what_comes_after_it(transform: str, draws: int) -> None:
    data = (
        'layer { name: "d" type: "Data" top: "d" data_param { source: "none" batch_size: 2 } '
        f"transform_param {{ {transform} }} }}\n"
    )
    net = fk.load_net(data + _ip("a", "d"), phase="TRAIN", shapes={"d": (2, 5)})
    values = net.fill(1)["a"][0].reshape(-1)
    plain = fk.load_net(INPUT + _ip("a", "d")).fill(1)["a"][0].reshape(-1)
    assert (values[: 25 - draws] == plain[draws:]).all()


def test_a_stream_goes_on_from_one_net_to_the_next() -> None:
    first, second = fk.load_net(INPUT + _ip("a", "d")), fk.load_net(INPUT + _ip("b", "d"))
    both = fk.load_net(INPUT + _ip("a", "d") + _ip("b", "d"))
    stream = fk.CaffeStream(7)
    a, b = first.fill(stream=stream), second.fill(stream=stream)
    whole = both.fill(seed=7)
    assert a["a"][0].tobytes() == whole["a"][0].tobytes()
    assert b["b"][0].tobytes() == whole["b"][0].tobytes()
    assert "seed" not in b.origin  # which would not make it again


def test_a_stream_has_its_own_seed_and_boost() -> None:
    net = fk.load_net(INPUT + _ip("a", "d", "gaussian"))
    old = net.fill(stream=fk.CaffeStream(7, boost="1.55"))
    assert old["a"][0].tobytes() == net.fill(seed=7, boost="1.55")["a"][0].tobytes()
    assert old.origin["boost"] == "1.55"
    with pytest.raises(fk.UsageError, match="one or the other"):
        net.fill(seed=7, stream=fk.CaffeStream(7))
    with pytest.raises(fk.UsageError, match="from 0 to"):
        fk.CaffeStream(-1)
    with pytest.raises(fk.UsageError, match="boost is one of"):
        fk.CaffeStream(1, boost="1.60")


def test_a_stream_refuses_what_it_cannot_do() -> None:
    stream = fk.CaffeStream(1, boost="1.58")
    with pytest.raises(fk.UsageError, match=r"of boost '1\.58', not '1\.55'"):
        fk.load_net(INPUT).fill(stream=stream, boost="1.55")
    with pytest.raises(fk.UsageError, match=r"of boost '1\.58', not '1\.64'"):
        fk.load_net(INPUT).fill(stream=stream, boost="1.64")
    with pytest.raises(fk.UsageError, match="-1 draws"):
        stream.skip(-1)
    with pytest.raises(fk.UsageError, match="without gaps"):
        stream.fill(("a", 0), fk.Uniform(0, 1), np.empty(8, np.float32)[::2])
