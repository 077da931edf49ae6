"""LSTM and RNN against their steps written out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")

FILLER = 'weight_filler { type: "uniform" min: -0.5 max: 0.5 } bias_filler { type: "uniform" }'
T, N, D, H = 4, 3, 5, 2


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def cont(rng: np.random.Generator) -> Any:
    on = rng.integers(0, 2, (T, N)).astype(float)
    on[0] = 0
    on[:, 0] = 1
    return on


@pytest.mark.parametrize("static", [False, True])
def test_an_lstm_is_its_steps(
    run: Callable[..., Any], rng: np.random.Generator, static: bool
) -> None:
    x, on, more = rng.normal(size=(T, N, D)), cont(rng), rng.normal(size=(N, 3))
    h0, c0 = rng.normal(size=(1, N, H)), rng.normal(size=(1, N, H))
    body = f"recurrent_param {{ num_output: {H} expose_hidden: true {FILLER} }}"
    given = [x, on, *([more] if static else []), h0, c0]
    found, h_last, c_last, w_x, b, *w_rest = run("LSTM", *given, body=body, tops=3)
    w_h = w_rest[-1]
    h, c, outputs = h0[0], c0[0], []
    for t in range(T):
        gates = x[t] @ w_x.T + b + (on[t][:, None] * h) @ w_h.T
        if static:
            gates = gates + more @ w_rest[0].T
        i, f, o, g = np.split(gates, 4, 1)
        c = on[t][:, None] * sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        outputs.append(h)
    np.testing.assert_allclose(found, outputs, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(h_last[0], h, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(c_last[0], c, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("static", [False, True])
def test_an_rnn_is_its_steps(
    run: Callable[..., Any], rng: np.random.Generator, static: bool
) -> None:
    x, on, more = rng.normal(size=(T, N, D)), cont(rng), rng.normal(size=(N, 3))
    h0 = rng.normal(size=(1, N, H))
    body = f"recurrent_param {{ num_output: {H} expose_hidden: true {FILLER} }}"
    given = [x, on, *([more] if static else []), h0]
    found, h_last, w_xh, b_h, *rest = run("RNN", *given, body=body, tops=2)
    w_hh, w_ho, b_o = rest[-3:]
    h, outputs = h0[0], []
    for t in range(T):
        before = x[t] @ w_xh.T + b_h + (on[t][:, None] * h) @ w_hh.T
        h = np.tanh(before + (more @ rest[0].T if static else 0))
        outputs.append(np.tanh(h @ w_ho.T + b_o))
    np.testing.assert_allclose(found, outputs, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(h_last[0], h, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("kind", ["LSTM", "RNN"])
def test_the_state_is_carried_over_until_it_is_reset(
    build: Callable[..., Any], rng: np.random.Generator, kind: str
) -> None:
    body = f"recurrent_param {{ num_output: {H} {FILLER} }}"
    long = build(kind, (2 * T, N, D), (2 * T, N), body=body)
    half = build(kind, (T, N, D), (T, N), body=body)
    half.load_state_dict(long.state_dict())
    x, on = torch.tensor(rng.normal(size=(2 * T, N, D))), torch.ones(2 * T, N)
    whole = long(b0=x, b1=on)["t0"]
    first = half(b0=x[:T], b1=on[:T])["t0"]
    second = half(b0=x[T:], b1=on[T:])["t0"]
    torch.testing.assert_close(torch.cat([first, second]), whole)
    half.reset()
    torch.testing.assert_close(half(b0=x[:T], b1=on[:T])["t0"], first)


@pytest.mark.parametrize("kind", ["LSTM", "RNN"])
def test_a_smaller_batch_goes_on_from_the_first_sequences(
    build: Callable[..., Any], rng: np.random.Generator, kind: str
) -> None:
    body = f"recurrent_param {{ num_output: {H} {FILLER} }}"
    net = build(kind, (T, N, D), (T, N), body=body)
    x, on = torch.tensor(rng.normal(size=(T, N, D))), torch.ones(T, N)
    first, second, third = (net(b0=x, b1=on)["t0"] for _ in range(3))
    net.reset()
    torch.testing.assert_close(net(b0=x, b1=on)["t0"], first)
    torch.testing.assert_close(net(b0=x[:, :2], b1=on[:, :2])["t0"], second[:, :2])
    again = net(b0=x, b1=on)["t0"]
    torch.testing.assert_close(again[:, :2], third[:, :2])
    torch.testing.assert_close(again[:, 2], second[:, 2])  # it stood still for a pass
    more = torch.cat([x, x], 1), torch.cat([on, on], 1)
    torch.testing.assert_close(net(b0=more[0], b1=more[1])["t0"][:, :N], first)


@pytest.mark.parametrize(("kind", "states"), [("LSTM", 2), ("RNN", 1)])
def test_no_gradient_goes_through_exposed_states_nor_to_cont(
    build: Callable[..., Any], rng: np.random.Generator, kind: str, states: int
) -> None:
    body = f"recurrent_param {{ num_output: {H} expose_hidden: true {FILLER} }}"
    shapes = [(T, N, D), (T, N), *[(1, N, H)] * states]
    net = build(kind, *shapes, body=body, tops=1 + states)
    given = [torch.tensor(rng.normal(size=s), dtype=torch.float32) for s in shapes]
    for tensor in given:
        tensor.requires_grad_()
    names = [f"t{i}" for i in range(1 + states)]
    found = net({f"b{i}": tensor for i, tensor in enumerate(given)}, blobs=names)
    assert [found[name].requires_grad for name in names] == [True] + [False] * states
    found["t0"].sum().backward()
    assert [tensor.grad is not None for tensor in given] == [True] + [False] * (1 + states)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["LSTM", "RNN"])
def test_a_compiled_net_carries_the_state_over_too(
    build: Callable[..., Any], rng: np.random.Generator, kind: str
) -> None:
    plain, net = (
        build(kind, (2, N, D), (2, N), body=f"recurrent_param {{ num_output: {H} {FILLER} }}")
        for _ in range(2)
    )
    torch.compiler.reset()  # of what other tests compiled; there is a limit for each function
    compiled = torch.compile(net, fullgraph=True, backend="eager")
    for sequences in (N, N, N - 1, N):
        x = torch.tensor(rng.normal(size=(2, sequences, D)), dtype=torch.float32)
        on = torch.ones(2, sequences)
        torch.testing.assert_close(compiled(b0=x, b1=on)["t0"], plain(b0=x, b1=on)["t0"])
    plain.reset()
    net.reset()
    torch.testing.assert_close(compiled(b0=x, b1=on)["t0"], plain(b0=x, b1=on)["t0"])


@pytest.mark.parametrize("strict", [False, pytest.param(True, marks=pytest.mark.long)])
@pytest.mark.parametrize("kind", ["LSTM", "RNN"])
def test_an_export_begins_at_0_and_tells_so(
    build: Callable[..., Any], rng: np.random.Generator, kind: str, strict: bool
) -> None:
    net = build(kind, (2, N, D), (2, N), body=f"recurrent_param {{ num_output: {H} {FILLER} }}")
    x = torch.tensor(rng.normal(size=(2, N, D)), dtype=torch.float32)
    given = {"b0": x, "b1": torch.ones(2, N)}
    first = net(given)["t0"]
    told = rf"layer 'x' \({kind}, line 3\): every pass of what is exported begins at 0; .*hidden"
    with pytest.warns(UserWarning, match=told):
        exported = torch.export.export(net, (given,), strict=strict).module()
    for _ in range(2):
        torch.testing.assert_close(exported(given)["t0"], first)
