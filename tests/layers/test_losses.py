"""Losses: shapes and refusals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


BOTH = ["EuclideanLoss", "SigmoidCrossEntropyLoss"]


@pytest.mark.parametrize("kind", BOTH)
def test_a_loss_is_a_single_value(set_up: SetUp, kind: str) -> None:
    assert set_up(kind, (2, 3), (2, 3)).tops == (("t0", ()),)


@pytest.mark.parametrize("kind", BOTH)
def test_a_loss_without_a_top_makes_one_itself(set_up: SetUp, kind: str) -> None:
    assert set_up(kind, (2, 3), (2, 3), tops=0).tops == (("(automatic)", ()),)


@pytest.mark.parametrize("kind", BOTH)
def test_as_many_elements_under_other_axes_will_do(set_up: SetUp, kind: str) -> None:
    set_up(kind, (2, 3, 4), (2, 12))


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("label", [(3, 3), (), (6, 1)])
def test_both_bottoms_need_one_batch(set_up: SetUp, kind: str, label: tuple[int, ...]) -> None:
    with pytest.raises(fk.LayerError, match=r"same first axis.*2x3"):
        set_up(kind, (2, 3), label)


@pytest.mark.parametrize("kind", BOTH)
def test_both_bottoms_need_as_many_elements(set_up: SetUp, kind: str) -> None:
    with pytest.raises(fk.LayerError, match=r"as many elements.*2x3.*2x4"):
        set_up(kind, (2, 3), (2, 4))


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("bottoms", [1, 3])
def test_a_loss_takes_two_bottoms(set_up: SetUp, kind: str, bottoms: int) -> None:
    with pytest.raises(fk.LayerError, match=f"2 bottoms, not {bottoms}"):
        set_up(kind, *[(2, 3)] * bottoms)


@pytest.mark.parametrize("kind", BOTH)
def test_a_loss_has_no_parameters(set_up: SetUp, kind: str) -> None:
    assert set_up(kind, (2, 3), (2, 3)).params == ()


@pytest.mark.parametrize("kind", ["HingeLoss", "MultinomialLogisticLoss"])
def test_a_loss_of_classes_is_a_single_value(set_up: SetUp, kind: str) -> None:
    assert set_up(kind, (4, 10), (4,)).tops == (("t0", ()),)
    assert set_up(kind, (4, 10), (4, 1, 1, 1), tops=0).tops == (("(automatic)", ()),)


@pytest.mark.parametrize("kind", ["HingeLoss", "MultinomialLogisticLoss"])
def test_a_loss_of_classes_needs_one_batch(set_up: SetUp, kind: str) -> None:
    with pytest.raises(fk.LayerError, match="same first axis"):
        set_up(kind, (4, 10), (5,))


@pytest.mark.parametrize("labels", [(4, 2), (4, 1, 2), (4, 1, 1, 2)])
def test_a_logistic_loss_has_one_label_an_item(set_up: SetUp, labels: tuple[int, ...]) -> None:
    with pytest.raises(fk.LayerError, match="one label an item"):
        set_up("MultinomialLogisticLoss", (4, 10), labels)


def test_a_contrastive_loss_takes_two_vectors_and_whether_they_are_alike(set_up: SetUp) -> None:
    assert set_up("ContrastiveLoss", (4, 3), (4, 3), (4,)).tops == (("t0", ()),)
    set_up("ContrastiveLoss", (4, 3, 1, 1), (4, 3), (4, 1, 1, 1))


@pytest.mark.parametrize(
    "bottoms",
    [
        [(4, 3), (4, 4), (4,)],
        [(4, 3), (5, 3), (4,)],
        [(4, 3, 2), (4, 3, 2), (4,)],
        [(4, 3), (4, 3, 1, 2), (4,)],
        [(4, 3), (4, 3), (4, 2)],
    ],
)
def test_a_contrastive_loss_refuses_other_shapes(
    set_up: SetUp, bottoms: list[tuple[int, ...]]
) -> None:
    with pytest.raises(fk.LayerError, match="bottom"):
        set_up("ContrastiveLoss", *bottoms)
