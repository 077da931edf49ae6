"""What is said of a net besides its file."""

from __future__ import annotations

from inspect import signature

import numpy as np
import pytest
from net_texts import INPUT, layer

import fillerkit as fk
from fillerkit.nets.asked import Asked


def test_shapes_that_are_given_go_before_the_texts() -> None:
    net = fk.load_net(INPUT + layer("r", "data > r"), shapes={"data": [5, 4]})
    assert net.layers[1].tops == (("r", (5, 4)),)
    assert net.asked == {"shapes": {"data": [5, 4]}}


def test_a_shape_for_a_blob_that_no_layer_makes_is_refused_with_those_of_data_layers() -> None:
    with pytest.raises(fk.UsageError, match=r"'q'.*make 'data'") as caught:
        fk.load_net(INPUT + layer("r", "data > r"), shapes={"q": (1,)})
    assert not isinstance(caught.value, fk.LayerError)


@pytest.mark.parametrize("shape", [(-1, 3), (2**31,), (1.5, 2), "12", 5, None, ("a",)])
def test_a_shape_that_is_none_is_refused_by_name(shape: object) -> None:
    with pytest.raises(fk.UsageError, match="'data'"):
        fk.load_net(INPUT, shapes={"data": shape})  # type: ignore[dict-item]


def test_a_shape_in_words_is_refused_with_one_in_numbers() -> None:
    with pytest.raises(fk.UsageError, match=r"whole numbers, like \(64, 3, 227, 227\)"):
        fk.load_net(INPUT, shapes={"data": "64,1,28,28"})  # type: ignore[dict-item]


def test_a_shape_may_hold_numpys_integers() -> None:
    net = fk.load_net(INPUT, shapes={"data": list(np.array([5, 4]))})
    assert net.layers[0].tops == (("data", (5, 4)),)


def test_the_keywords_of_load_net_are_those_of_check() -> None:
    keywords = signature(fk.load_net).parameters.keys() - {"path_or_text", "python_layers"}
    assert keywords == Asked.__annotations__.keys()


def test_a_keyword_that_there_is_not_is_refused() -> None:
    with pytest.raises(TypeError, match="'shape'"):
        fk.check(INPUT, shape={"data": (1,)})  # type: ignore[call-arg]
