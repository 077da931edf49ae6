"""One label for each place of a prediction."""

from __future__ import annotations

import pytest

import fillerkit as fk
from fillerkit.layers.labels import labels_match


@pytest.mark.parametrize(
    ("axis", "prediction", "labels"),
    [
        (1, (4, 10), (4,)),
        (1, (4, 10), (4, 1, 1, 1)),
        (1, (2, 5, 6, 7), (2, 6, 7)),
        (1, (2, 5, 6, 7), (2, 1, 6, 7)),
        (1, (2, 5, 6, 7), (84,)),
        (0, (10,), ()),
        (2, (2, 3, 10), (2, 3)),
    ],
)
def test_labels_match_when_they_are_as_many_as_the_places(
    axis: int, prediction: tuple[int, ...], labels: tuple[int, ...]
) -> None:
    labels_match(axis, [prediction, labels])


@pytest.mark.parametrize(
    ("axis", "prediction", "labels", "needed"),
    [
        (1, (2, 3, 13, 11), (2, 13), 286),
        (0, (4, 10), (4,), 10),
        (1, (4, 10), (4, 10), 4),
        (1, (4, 10), (), 4),
    ],
)
def test_another_number_of_labels_is_refused_with_the_number_needed(
    axis: int, prediction: tuple[int, ...], labels: tuple[int, ...], needed: int
) -> None:
    with pytest.raises(fk.LayerError, match=f"need {needed} labels"):
        labels_match(axis, [prediction, labels])
