"""LSTM and RNN, with the draws that unrolling them over time takes.

Caffe builds such a layer as a net with one copy of its inner products for every timestep, and sets
all of them up before they share their weights. So every copy's fillers take their draws, though
the first copy's values are kept; the others are `Plan.forgotten` (goldens ``lstm_*``, ``rnn_*``).
"""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Param, Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import count, positive, shown
from fillerkit.layers.traits import rows
from fillerkit.schema.forks_pb2 import LayerParameter


def _lstm_blobs(layer: LayerParameter, number: int) -> tuple[str, ...]:
    static = ("weight_xc_static",) * (number == 4)
    return "weight_xc", "bias_c", *static, "weight_hc"


def _rnn_blobs(layer: LayerParameter, number: int) -> tuple[str, ...]:
    static = ("weight_xh_static",) * (number == 6)
    return "weight_xh", "bias_h", *static, "weight_hh", "weight_ho", "bias_o"


@layer(
    "LSTM",
    bottoms=(2, 5),
    tops=(1, 3),
    blobs=_lstm_blobs,
    weights=("weight_xc", "weight_xc_static", "weight_hc"),
    sums=rows,
    activates=True,
    marks=1,
    fixed_batch=True,
)
def lstm(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """Long short-term memory over T timesteps (Hochreiter & Schmidhuber 1997).

    Bottoms: x (T x N x ...), cont (T x N), optionally a static input (N x ...), and with
    expose_hidden h and c before the first step (1 x N x num_output). The weights are of the four
    gates at once: of x and its bias, of the static input, of h.
    """
    p = layer.recurrent_param
    steps, streams, static = _inputs(layer, bottoms, hidden=2)
    size = positive(p.num_output, "recurrent_param.num_output")
    from_hidden = Param("weight_hc", (4 * size, size), p.weight_filler)
    params = [
        Param("weight_xc", (4 * size, count(bottoms[0][2:])), p.weight_filler),
        Param("bias_c", (4 * size,), p.bias_filler),
        *(
            [Param("weight_xc_static", (4 * size, count(static[1:])), p.weight_filler)]
            * bool(static)
        ),
        from_hidden,
    ]
    tops = [(steps, streams, size), (1, streams, size), (1, streams, size)]
    return Plan(tops=tops, params=params, forgotten=[from_hidden] * (steps - 1))


@layer(
    "RNN",
    bottoms=(2, 4),
    tops=(1, 2),
    blobs=_rnn_blobs,
    weights=("weight_xh", "weight_xh_static", "weight_hh", "weight_ho"),
    sums=rows,
    activates=True,
    marks=1,
    fixed_batch=True,
)
def rnn(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """H' = tanh(W_hh h + W_xh x + b_h), o = tanh(W_ho h' + b_o).

    Bottoms as for LSTM; with expose_hidden h before the first step.
    """
    p = layer.recurrent_param
    steps, streams, static = _inputs(layer, bottoms, hidden=1)
    size = positive(p.num_output, "recurrent_param.num_output")
    each_step = [
        Param("weight_hh", (size, size), p.weight_filler),
        Param("weight_ho", (size, size), p.weight_filler),
        Param("bias_o", (size,), p.bias_filler),
    ]
    params = [
        Param("weight_xh", (size, count(bottoms[0][2:])), p.weight_filler),
        Param("bias_h", (size,), p.bias_filler),
        *([Param("weight_xh_static", (size, count(static[1:])), p.weight_filler)] * bool(static)),
        *each_step,
    ]
    tops = [(steps, streams, size), (1, streams, size)]
    return Plan(tops=tops, params=params, forgotten=each_step * (steps - 1))


def _inputs(layer: LayerParameter, bottoms: Sequence[Shape], hidden: int) -> tuple[int, int, Shape]:
    """Timesteps, streams, and the shape of the static input or ()."""
    exposed = hidden if layer.recurrent_param.expose_hidden else 0
    if len(layer.top) != 1 + exposed:
        raise LayerError(
            f"makes {1 + exposed} tops{' with expose_hidden' * bool(exposed)}, "
            f"not {len(layer.top)}",
            field="top",
        )
    if not 2 + exposed <= len(bottoms) <= 3 + exposed:
        raise LayerError(
            f"takes {2 + exposed} or {3 + exposed} bottoms{' with expose_hidden' * bool(exposed)}, "
            f"not {len(bottoms)}",
            field="bottom",
        )
    x, cont = bottoms[:2]
    if len(x) < 3:
        raise LayerError(
            f"bottom 0 must be timesteps x streams x ..., of 3 axes or more, not {shown(x)}"
        )
    steps, streams = x[:2]
    if cont != (steps, streams):
        raise LayerError(
            f"bottom 1, cont, must be timesteps x streams, {steps}x{streams}, not {shown(cont)}"
        )
    static = bottoms[2] if len(bottoms) > 2 + exposed else ()
    if len(bottoms) > 2 + exposed and (static[:1] != (streams,) or len(static) < 2):
        raise LayerError(
            f"bottom 2, the static input, must be streams x ..., {streams}x..., of 2 axes or more, "
            f"not {shown(static)}"
        )
    state = (1, streams, layer.recurrent_param.num_output)
    for index, shape in enumerate(bottoms[len(bottoms) - exposed :], len(bottoms) - exposed):
        if shape != state:
            raise LayerError(
                f"bottom {index}, a hidden state, must be {shown(state)}, not {shown(shape)}"
            )
    return steps, streams, static
