"""Any part of a blob made alone is what the whole has there."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from distributions import DISTRIBUTIONS, WHOLE
from hypothesis import given
from hypothesis import strategies as st

from fillerkit.fillers import Constant, Distribution, Gaussian, Given, Sparse, Uniform
from fillerkit.random import marks, sample
from fillerkit.random.engine import BOOSTS, kernel_paths
from fillerkit.random.streams import CaffeStream

COUNT = 1500
HOW: list[Distribution] = [
    *DISTRIBUTIONS,
    Constant(3.0),
    Sparse(Gaussian(0.0, 1.0), 0.0),
    Given(np.arange(COUNT, dtype=np.float64)),
]


@pytest.fixture(autouse=True)
def near_marks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(marks, "SPACING", 100)
        patch.setattr(sample, "CHUNK", 64)
        yield


@pytest.mark.parametrize("path", kernel_paths())
@pytest.mark.parametrize("how", HOW, ids=lambda how: type(how).__name__)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(0, 700),
    st.tuples(st.integers(0, COUNT), st.integers(0, COUNT)).map(sorted),
    st.sampled_from([np.float32, np.float64]),
    st.sampled_from(BOOSTS),
)
def test_a_part_made_alone_is_that_of_the_whole(
    how: Distribution,
    path: str,
    seed: int,
    skipped: int,
    span: list[int],
    dtype: type[np.floating],
    boost: str,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FILLERKIT_KERNELS", path)
        whole = np.empty(COUNT, dtype)
        filling, marking = CaffeStream(seed, boost), CaffeStream(seed, boost)
        filling.skip(skipped)
        marking.skip(skipped)
        filling.fill(("", 0), how, whole)
        found = marking.marks(how, COUNT, dtype)
        assert marking.position == filling.position
        part = CaffeStream(seed, boost).part(how, found, range(*span), COUNT, dtype)
    assert part.dtype == dtype
    assert part.tobytes() == whole[slice(*span)].tobytes()


def test_gaussians_have_a_mark_every_so_often_and_at_both_ends() -> None:
    found = CaffeStream(1).marks(Gaussian(0.0, 1.0), COUNT, np.float32)
    values = [value for value, _ in found]
    assert values[0] == 0
    assert values[-1] == COUNT
    assert all(100 <= gap <= 164 for gap in np.diff(values)[:-1])


def test_uniforms_have_marks_only_where_a_draw_was_dropped() -> None:
    assert CaffeStream(1).marks(Uniform(-1.0, 1.0), COUNT, np.float32) == [(0, 0), (COUNT, COUNT)]
    assert len(CaffeStream(1).marks(Uniform(0.5, 0.5), COUNT, np.float32)) > 5


def test_a_blob_that_is_made_as_a_whole_has_one_mark() -> None:
    assert len(CaffeStream(1).marks(WHOLE, COUNT, np.float32)) == 1


def test_a_part_between_marks_without_a_drop_makes_no_value_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = CaffeStream(1).marks(Uniform(-1.0, 1.0), COUNT, np.float32)
    made = []

    def filled(how: Distribution, out: np.ndarray, engine: object, team: object) -> None:
        made.append(out.size)

    monkeypatch.setattr(marks, "fill", filled)
    monkeypatch.setattr(marks, "discard", lambda *_: pytest.fail("values are made and forgotten"))
    CaffeStream(1).part(Uniform(-1.0, 1.0), found, range(1200, 1250), COUNT, np.float32)
    assert made == [50]
