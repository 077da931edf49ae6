"""Lstm, as caffe-lstm and caffe_ocr have it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]
Make = Callable[..., Any]


BODY = 'num_output: 7 weight_filler { type: "gaussian" std: 0.1 }'


def test_caffe_lstm_has_the_weights_of_x_and_of_h_and_a_bias(set_up: SetUp) -> None:
    layer = set_up("Lstm", (320, 5), (320, 1), body=f"lstm_param {{ {BODY} }}")
    assert [param.shape for param in layer.params] == [(28, 5), (28, 7), (28,)]
    assert [param.distribution.std for param in layer.params] == pytest.approx([0.1, 0.1, 0])
    assert layer.tops == (("t0", (320, 7)),)


def test_caffe_lstm_has_the_steps_of_all_streams_on_axis_0(made: Make) -> None:
    body = f"lstm_param {{ {BODY} batch_size: 4 }}"
    assert made("Lstm", (320, 5, 3), body=body) == ([(320, 7)], [(28, 15), (28, 7), (28,)])
    with pytest.raises(fk.LayerError, match="batch_size 4 does not divide"):
        made("Lstm", (321, 5, 3), body=body)


def test_caffe_ocr_has_steps_and_streams_apart(made: Make) -> None:
    planned = made("Lstm", (35, 2, 192), body=f"lstm_param {{ {BODY} }}")
    assert planned == ([(35, 2, 7)], [(28, 192), (28, 7), (28,)])
