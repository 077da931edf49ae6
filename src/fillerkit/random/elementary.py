"""float32 logarithm, sine and cosine with the bits of the C library that Caffe ran on.

Gaussians of older Boost are made with the C library's ``logf``, ``sinf`` and ``cosf``, which are
close to the true value but not always the nearest float, so that a better function gives other
bits. These are glibc's since 2.27 (those of Arm's optimized routines): the argument is reduced in
float64 and a short polynomial finishes, so they come out alike on every machine. NumPy's own
float32 functions are others.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Singles = NDArray[np.float32]

# 1/c and log(c) for a c near the middle of each sixteenth of the binade from 0.7 to 1.4.
LOG_TABLE = [
    (float.fromhex(inverse), float.fromhex(logarithm))
    for inverse, logarithm in [
        ("0x1.661ec79f8f3bep+0", "-0x1.57bf7808caadep-2"),
        ("0x1.571ed4aaf883dp+0", "-0x1.2bef0a7c06ddbp-2"),
        ("0x1.49539f0f010bp+0", "-0x1.01eae7f513a67p-2"),
        ("0x1.3c995b0b80385p+0", "-0x1.b31d8a68224e9p-3"),
        ("0x1.30d190c8864a5p+0", "-0x1.6574f0ac07758p-3"),
        ("0x1.25e227b0b8eap+0", "-0x1.1aa2bc79c81p-3"),
        ("0x1.1bb4a4a1a343fp+0", "-0x1.a4e76ce8c0e5ep-4"),
        ("0x1.12358f08ae5bap+0", "-0x1.1973c5a611cccp-4"),
        ("0x1.0953f419900a7p+0", "-0x1.252f438e10c1ep-5"),
        ("0x1p+0", "0x0p+0"),
        ("0x1.e608cfd9a47acp-1", "0x1.aa5aa5df25984p-5"),
        ("0x1.ca4b31f026aap-1", "0x1.c5e53aa362eb4p-4"),
        ("0x1.b2036576afce6p-1", "0x1.526e57720db08p-3"),
        ("0x1.9c2d163a1aa2dp-1", "0x1.bc2860d22477p-3"),
        ("0x1.886e6037841edp-1", "0x1.1058bc8a07ee1p-2"),
        ("0x1.767dcf5534862p-1", "0x1.4043057b6ee09p-2"),
    ]
]
_INVERSES, _LOGARITHMS = np.array(LOG_TABLE).T
_LOG_2 = float.fromhex("0x1.62e42fefa39efp-1")
_LOG_POLYNOMIAL = [
    float.fromhex(c)
    for c in ("-0x1.00ea348b88334p-2", "0x1.5575b0be00b6ap-2", "-0x1.ffffef20a4123p-2")
]
_FIRST = 0x3F330000  # the bits of the float where the first sixteenth begins, about 0.7


def log(x: Singles) -> Singles:
    """The natural logarithm of normal positive floats."""
    bits = x.view(np.int32) - np.int32(_FIRST)
    part = (bits >> 19) & 15
    exponent = bits >> 23
    reduced = (x.view(np.int32) - (exponent << 23)).view(np.float32).astype(np.float64)
    r = reduced * _INVERSES[part] - 1
    base = _LOGARITHMS[part] + exponent * _LOG_2
    square = r * r
    a, b, c = _LOG_POLYNOMIAL
    value: Singles = ((a * square + (b * r + c)) * square + (base + r)).astype(np.float32)
    return value


_QUARTERS = float.fromhex("0x1.45F306DC9C883p+23")  # 2^24 * 2 / pi
_QUARTER = float.fromhex("0x1.921FB54442D18p0")  # pi / 2
_COSINE = [
    float.fromhex(c)
    for c in (
        "0x1p0",
        "-0x1.ffffffd0c621cp-2",
        "0x1.55553e1068f19p-5",
        "-0x1.6c087e89a359dp-10",
        "0x1.99343027bf8c3p-16",
    )
]
_SINE = [
    float.fromhex(c)
    for c in ("-0x1.555545995a603p-3", "0x1.1107605230bc4p-7", "-0x1.994eb3774cf24p-13")
]


def cos(x: Singles) -> Singles:
    """The cosine of floats from 0 to 2 pi."""
    return _turned(x, 1)


def sin(x: Singles) -> Singles:
    """The sine of floats from 0 to 2 pi."""
    return _turned(x, 0)


def _turned(x: Singles, quarters: int) -> Singles:
    """sin(x + quarters pi / 2), by the sine or cosine of what is left of x beyond quarter turns."""
    wide = x.astype(np.float64)
    turns = ((wide * _QUARTERS).astype(np.int32) + 0x800000) >> 24
    rest = wide - turns * _QUARTER
    square = rest * rest
    quarter = (turns + quarters) & 3
    value = np.where(quarter & 1, _cosine(square), _sine(rest, square))
    return np.where(quarter & 2, -value, value).astype(np.float32)


def _sine(x: NDArray[np.float64], square: NDArray[np.float64]) -> NDArray[np.float64]:
    a, b, c = _SINE
    cube = x * square
    value: NDArray[np.float64] = (x + cube * a) + cube * square * (b + square * c)
    return value


def _cosine(square: NDArray[np.float64]) -> NDArray[np.float64]:
    a, b, c, d, e = _COSINE
    fourth = square * square
    value: NDArray[np.float64] = ((a + square * b) + fourth * c) + fourth * square * (
        d + square * e
    )
    return value
