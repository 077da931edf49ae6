"""LSTM and RNN: shapes, parameters, the copies of every timestep."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


STEPS, STREAMS, SIZE = 4, 3, 5
X, CONT, STATIC = (STEPS, STREAMS, 7), (STEPS, STREAMS), (STREAMS, 2, 2)
HIDDEN = (1, STREAMS, SIZE)
BOTH = ["LSTM", "RNN"]


def text(rest: str = "") -> str:
    return f"recurrent_param {{ num_output: {SIZE} {rest} }}"


def params(layer: fk.Layer) -> list[tuple[int, ...]]:
    return [param.shape for param in layer.params]


@pytest.mark.parametrize("kind", BOTH)
def test_every_step_of_every_stream_has_an_output(set_up: SetUp, kind: str) -> None:
    assert set_up(kind, X, CONT, body=text()).tops == (("t0", (STEPS, STREAMS, SIZE)),)


def test_an_lstms_weights_are_of_four_gates(set_up: SetUp) -> None:
    assert params(set_up("LSTM", X, CONT, body=text())) == [(20, 7), (20,), (20, 5)]


def test_a_static_input_has_a_weight_of_its_own_in_an_lstm(set_up: SetUp) -> None:
    layer = set_up("LSTM", X, CONT, STATIC, body=text())
    assert params(layer) == [(20, 7), (20,), (20, 4), (20, 5)]


def test_an_rnns_weights_are_of_input_hidden_and_output(set_up: SetUp) -> None:
    layer = set_up("RNN", X, CONT, body=text())
    assert params(layer) == [(5, 7), (5,), (5, 5), (5, 5), (5,)]


def test_a_static_input_has_a_weight_of_its_own_in_an_rnn(set_up: SetUp) -> None:
    layer = set_up("RNN", X, CONT, STATIC, body=text())
    assert params(layer) == [(5, 7), (5,), (5, 4), (5, 5), (5, 5), (5,)]


@pytest.mark.parametrize("kind", BOTH)
def test_all_axes_after_the_streams_are_one_input(set_up: SetUp, kind: str) -> None:
    layer = set_up(kind, (STEPS, STREAMS, 2, 3), CONT, body=text())
    assert layer.params[0].shape[1] == 6


@pytest.mark.parametrize("kind", BOTH)
def test_fillers_are_of_all_weights_and_of_all_biases(set_up: SetUp, kind: str) -> None:
    fillers = 'weight_filler { type: "uniform" } bias_filler { value: 2 }'
    for param in set_up(kind, X, CONT, body=text(fillers)).params:
        expected = fk.Constant(2) if len(param.shape) == 1 else fk.Uniform(0, 1)
        assert param.distribution == expected


@pytest.mark.parametrize(("kind", "hidden"), [("LSTM", 2), ("RNN", 1)])
def test_hidden_states_may_be_bottoms_and_tops(set_up: SetUp, kind: str, hidden: int) -> None:
    layer = set_up(
        kind, X, CONT, *[HIDDEN] * hidden, body=text("expose_hidden: true"), tops=1 + hidden
    )
    assert [shape for _, shape in layer.tops] == [(STEPS, STREAMS, SIZE), *[HIDDEN] * hidden]


@pytest.mark.parametrize(("kind", "hidden"), [("LSTM", 2), ("RNN", 1)])
def test_hidden_states_may_follow_a_static_input(set_up: SetUp, kind: str, hidden: int) -> None:
    bottoms = [X, CONT, STATIC, *[HIDDEN] * hidden]
    layer = set_up(kind, *bottoms, body=text("expose_hidden: true"), tops=1 + hidden)
    assert any(param.shape[1:] == (4,) for param in layer.params)


@pytest.mark.parametrize(("kind", "hidden"), [("LSTM", 2), ("RNN", 1)])
@pytest.mark.parametrize("other", [(1, STREAMS, SIZE + 1), (STEPS, STREAMS, SIZE), (STREAMS, SIZE)])
def test_hidden_states_of_another_shape_are_refused(
    set_up: SetUp, kind: str, hidden: int, other: tuple[int, ...]
) -> None:
    bottoms = [X, CONT, *[HIDDEN] * (hidden - 1), other]
    with pytest.raises(fk.LayerError, match="1x3x5"):
        set_up(kind, *bottoms, body=text("expose_hidden: true"), tops=1 + hidden)


@pytest.mark.parametrize(("kind", "shapes"), [("LSTM", [(20, 5)]), ("RNN", [(5, 5), (5, 5), (5,)])])
def test_every_further_step_fills_copies_that_are_forgotten(
    set_up: SetUp, kind: str, shapes: list[tuple[int, ...]]
) -> None:
    layer = set_up(kind, X, CONT, body=text())
    assert [param.shape for param in layer.forgotten] == shapes * (STEPS - 1)


@pytest.mark.parametrize("kind", BOTH)
def test_a_single_step_forgets_nothing(set_up: SetUp, kind: str) -> None:
    assert set_up(kind, (1, STREAMS, 7), (1, STREAMS), body=text()).forgotten == ()


@pytest.mark.parametrize("kind", BOTH)
def test_more_steps_change_what_comes_after_but_not_its_own_weights(kind: str) -> None:
    def fill(steps: int) -> fk.Blobs:
        weights = 'weight_filler { type: "uniform" }'
        return fk.load_net(f"""
            layer {{ name: "x" type: "Input" top: "x" top: "cont"
                     input_param {{ shape {{ dim: [{steps}, 3, 7] }}
                                    shape {{ dim: [{steps}, 3] }} }} }}
            layer {{ name: "r" type: "{kind}" bottom: "x" bottom: "cont" top: "r"
                     {text(weights)} }}
            layer {{ name: "ip" type: "InnerProduct" bottom: "r" top: "ip"
                     inner_product_param {{ num_output: 2 axis: 2 {weights} }} }}
        """).fill(seed=1)

    short, long = fill(1), fill(2)
    for ours, theirs in zip(short["r"], long["r"], strict=True):
        assert (ours == theirs).all()
    assert (short["ip"].weight != long["ip"].weight).any()


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize(
    ("bottoms", "body", "words"),
    [
        ([X, CONT], "recurrent_param { }", "num_output.*1 or more"),
        ([(4,), CONT], text(), "bottom 0"),
        ([(4, 3), CONT], text(), "bottom 0.*3 axes or more, not 4x3"),
        ([X, (5, 3)], text(), "bottom 1.*4x3.*5x3"),
        ([X, (4, 3, 1)], text(), "bottom 1"),
        ([X, CONT, (4, 2)], text(), "bottom 2"),
        ([X, CONT, ()], text(), "bottom 2"),
        ([X, CONT, (3,)], text(), "bottom 2.*2 axes or more, not 3"),
        ([X], text(), "bottoms"),
        ([X, CONT, STATIC, HIDDEN], text(), "bottoms"),
    ],
)
def test_what_caffe_refuses_is_refused(
    set_up: SetUp, kind: str, bottoms: list[tuple[int, ...]], body: str, words: str
) -> None:
    with pytest.raises(fk.LayerError, match=words):
        set_up(kind, *bottoms, body=body)


@pytest.mark.parametrize("kind", BOTH)
def test_hidden_states_are_exposed_on_both_sides_or_not_at_all(set_up: SetUp, kind: str) -> None:
    with pytest.raises(fk.LayerError, match="expose_hidden"):
        set_up(kind, X, CONT, body=text("expose_hidden: true"))
