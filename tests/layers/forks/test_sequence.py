"""Layers for sequences, as crnn.caffe, CC4.0 and ChWick have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

Make = Callable[..., Any]


SEQUENCE = (19, 16, 100)


def test_crnn_continuation_indicator_is_time_steps_by_streams(made: Make) -> None:
    body = "continuation_indicator_param { time_step: 19 batch_size: 16 }"
    assert made("ContinuationIndicator", body=body).tops == [(19, 16)]


def test_crnn_continuation_indicator_needs_both_lengths(made: Make) -> None:
    with pytest.raises(fk.LayerError, match="batch_size"):
        made("ContinuationIndicator", body="continuation_indicator_param { time_step: 19 }")


def test_cc4_reverse_keeps_the_shape_and_needs_an_axis_that_is_there(made: Make) -> None:
    assert made("Reverse", SEQUENCE, body="reverse_param { axis: 0 }").tops == [SEQUENCE]
    with pytest.raises(fk.LayerError, match="axis 3 is out of range"):
        made("Reverse", SEQUENCE, body="reverse_param { axis: 3 }")


def test_chwick_reverse_time_takes_a_length_for_each_stream(made: Make) -> None:
    assert made("ReverseTime", SEQUENCE, (16,)).tops == [SEQUENCE]
    with pytest.raises(fk.LayerError, match="one length for each stream"):
        made("ReverseTime", SEQUENCE, (19,))
