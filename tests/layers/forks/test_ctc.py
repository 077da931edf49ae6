"""CTC layers, as ChWick, crnn.caffe and caffe_ocr have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]


PROBABILITIES = (19, 16, 33)


@pytest.mark.parametrize(
    ("kind", "bottoms"),
    [
        ("CTCLoss", [PROBABILITIES, (19, 16), (19, 16)]),
        ("CTCLoss", [PROBABILITIES, (16, 8)]),
        ("WarpCTCLoss", [PROBABILITIES, (16, 8)]),
        ("CtcLoss", [PROBABILITIES, (16, 8)]),
        ("LabelsequenceAccuracy", [(16, 19, 33), (16, 8)]),
    ],
)
def test_a_ctc_loss_or_accuracy_is_one_number(
    kind: str, bottoms: list[tuple[int, ...]], made: Make
) -> None:
    assert made(kind, *bottoms) == ([()], [])


def test_crnn_ctc_loss_needs_labels_for_every_stream(made: Make) -> None:
    body = "ctc_loss_param { blank_label: 32 alphabet_size: 33 time_step: 19 }"
    with pytest.raises(fk.LayerError, match="each of 16 streams"):
        made("CtcLoss", PROBABILITIES, (19, 8), body=body)


def test_chwick_greedy_decoder_makes_sequences_scores_and_with_labels_accuracy(
    made: Make,
) -> None:
    sequences, scores, accuracy = (16, 19, 1, 1), (16, 1, 1, 1), (1, 1, 1, 1)
    two, three = [PROBABILITIES, (19, 16)], [PROBABILITIES, (19, 16), (19, 16)]
    assert made("CTCGreedyDecoder", *two, tops=2).tops == [sequences, scores]
    assert made("CTCGreedyDecoder", *three, tops=2).tops == [sequences, accuracy]
    assert made("CTCGreedyDecoder", *three, tops=3).tops == [sequences, scores, accuracy]


def test_probabilities_have_three_axes(made: Make) -> None:
    with pytest.raises(fk.LayerError, match="time steps x streams x classes"):
        made("WarpCTCLoss", (19, 16), (16, 8))
