"""``fillerkit.messages``: Caffe's messages for those who build upon fillerkit."""

from __future__ import annotations

import numpy as np
import pytest

import fillerkit as fk
from fillerkit import messages


def test_a_filler_is_made_and_asked_what_it_means() -> None:
    spec = messages.FillerParameter(type="xavier", variance_norm="AVERAGE")
    assert spec.variance_norm == messages.FillerParameter.AVERAGE
    assert fk.distribution(spec, (2, 3), np.float32) == fk.Uniform.symmetric(
        np.sqrt(np.float32(1.2))
    )


def test_messages_of_a_net_are_of_these_classes() -> None:
    net = fk.load_net("""
layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 1 } } }
""")
    assert type(net.layers[0].message) is messages.LayerParameter


def test_names_are_told_and_one_that_is_not_there_offers_the_nearest() -> None:
    assert {"NetParameter", "Phase", "TEST"} <= {*dir(messages)}
    with pytest.raises(AttributeError, match="'NetParametr'; did you mean 'NetParameter'"):
        getattr(messages, "NetParametr")  # noqa: B009
