"""Fillers of one's own."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import fillerkit as fk
from fillerkit.fillers import distribution
from fillerkit.schema.forks_pb2 import FillerParameter

Weight = Callable[..., fk.Net]


@pytest.fixture(autouse=True)
def own_fillers(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test registers is gone after it."""
    fk.filler_types.names()
    monkeypatch.setattr(fk.filler_types, "_items", dict(vars(fk.filler_types)["_items"]))


def lecun(
    spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]
) -> fk.Distribution:
    """N(0, 1 / fan_in).

    For tanh.
    """
    if spec.std != 1:
        raise fk.FillerError("std is not for this one", field="std")
    return fk.Gaussian(0, float(np.sqrt(dtype(1) / dtype(fk.fan_in(shape)))))


def test_a_filler_of_ones_own_fills_like_any_other(weight: Weight) -> None:
    fk.filler("lecun_of_a_test")(lecun)
    net = weight('type: "lecun_of_a_test"', 400, 100)
    assert net.layers[1].params[0].distribution.std == pytest.approx(0.1, rel=1e-6)
    values = net.fill(seed=1)["x"].weight
    assert values.std() == pytest.approx(0.1, rel=0.02)


def test_a_filler_of_ones_own_gets_the_type_that_is_computed_in(weight: Weight) -> None:
    seen = []

    def spy(
        spec: FillerParameter, shape: tuple[int, ...], dtype: type[np.floating]
    ) -> fk.Distribution:
        seen.append((shape, dtype))
        return fk.Constant(1)

    fk.filler("spy_of_a_test")(spy)
    weight('type: "spy_of_a_test"', 4, 3).fill(seed=1, dtype="float64")
    assert ((4, 3), np.float64) in seen


def test_what_it_refuses_is_placed_in_the_text(weight: Weight) -> None:
    fk.filler("lecun_of_a_test")(lecun)
    with pytest.raises(fk.FillerError, match="std is not for this one") as caught:
        weight('\n type: "lecun_of_a_test"\n std: 2')
    assert caught.value.layer == "x"
    assert caught.value.blob == "weight"
    assert caught.value.line == 8


def test_the_decorator_gives_the_function_back() -> None:
    assert fk.filler("lecun_of_a_test")(lecun) is lecun


def test_a_filler_is_listed_with_the_first_line_of_its_documentation() -> None:
    fk.filler("lecun_of_a_test")(lecun)
    known = {filler.name: filler.summary for filler in fk.filler_types}
    assert known["lecun_of_a_test"] == "N(0, 1 / fan_in)."


def test_caffes_seven_fillers_are_known() -> None:
    caffes = {"bilinear", "constant", "gaussian", "msra", "positive_unitball", "uniform", "xavier"}
    assert caffes <= set(fk.filler_types.names())


def test_a_name_is_not_given_twice() -> None:
    with pytest.raises(fk.UsageError, match="'xavier'"):
        fk.filler("xavier")(lecun)


def test_sparse_is_for_fillers_that_say_so(weight: Weight) -> None:
    fk.filler("without_of_a_test")(lecun)
    fk.filler("with_of_a_test", reads=["sparse"])(lecun)
    weight('type: "with_of_a_test" sparse: 2')
    with pytest.raises(fk.FillerError, match="sparse"):
        weight('type: "without_of_a_test" sparse: 2')


def test_an_unknown_filler_is_refused_with_the_nearest() -> None:
    with pytest.raises(fk.FillerError, match="unknown filler 'xaiver'; did you mean 'xavier'"):
        distribution(FillerParameter(type="xaiver"), (3, 2), np.float32)


def test_an_unknown_filler_like_no_other_says_where_all_are_listed() -> None:
    with pytest.raises(fk.FillerError, match="fillerkit fillers"):
        distribution(FillerParameter(type="qqq"), (3, 2), np.float32)


def test_a_filler_in_other_letters_is_unknown() -> None:
    with pytest.raises(fk.FillerError, match="did you mean 'xavier'"):
        distribution(FillerParameter(type="Xavier"), (3, 2), np.float32)


@pytest.mark.parametrize("name", ["from_txt", "dct4", "GPD"])
def test_a_filler_from_a_file_is_refused_with_another_way(weight: Weight, name: str) -> None:
    with pytest.raises(
        fk.FillerError, match="from a file, which is not read; 'value' takes them"
    ) as caught:
        weight(f'type: "{name}" file: "theta.txt"')
    assert caught.value.message.endswith("another filler: fillers={'LAYER:BLOB': 'constant'}")
