"""MT19937 moved ahead by very many draws at once, without making them.

Word n + j of the engine's sequence is the sum over GF(2) of those words i + j for which x^i is a
term of x^n mod p, p being the characteristic polynomial of the engine's recurrence (Haramoto,
Matsumoto, Nishimura, Panneton, L'Ecuyer: "Efficient Jump Ahead for F2-Linear Random Number
Generators", 2008). ``jumps.bin`` has such polynomials for powers of two; ``tools/make_jumps.py``
makes them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from fillerkit.random.pieces import pieces

Words = NDArray[np.uint32]

WORDS, _NEAR = 624, 397
DEGREE = 19937
"""The degree of the characteristic polynomial."""
_AT_A_TIME = 400
"""Terms whose words are summed at a time: few enough to stay in a processor's cache."""

EXPONENTS = range(20, 41)
"""Of two: how far a jump goes. Below, walking is as fast."""


def jumps(count: int) -> tuple[list[int], int]:
    """What adds up to `count` draws: exponents of two to jump by, and draws that are walked."""
    longest = EXPONENTS[-1]
    exponents = [longest] * (count >> longest)
    count %= 1 << longest
    exponents += [exponent for exponent in EXPONENTS if count >> exponent & 1]
    return exponents, count % (1 << EXPONENTS[0])


def polynomial(exponent: int) -> Words:
    """The coefficients of x^(2^exponent - 1) mod p, 32 to a word, the lowest first.

    It is not x^(2^exponent), for the words are summed from the second on: of the first word of a
    state one bit counts only, the others are no part of the recurrence.
    """
    row: Words = _table()[exponent - EXPONENTS[0]]
    return row


@cache
def _table() -> Words:
    words = np.frombuffer(Path(__file__).with_name("jumps.bin").read_bytes(), "<u4")
    return words.astype(np.uint32).reshape(len(EXPONENTS), WORDS)


def jump(words: Words, exponent: int) -> Words:
    """The 624 words of a state 2^exponent draws on; what the kernel is held against."""
    terms = np.unpackbits(polynomial(exponent).astype("<u4").view(np.uint8), bitorder="little")
    windows = sliding_window_view(_ahead(words)[1:], WORDS)
    moved = np.zeros(WORDS, np.uint32)
    for some in pieces(np.flatnonzero(terms), _AT_A_TIME):
        moved ^= np.bitwise_xor.reduce(windows[some], axis=0)
    return moved


def _ahead(words: Words) -> Words:
    """The words of a state and all that a jump looks at behind them."""
    sequence = np.empty(DEGREE + WORDS + 1, np.uint32)
    sequence[:WORDS] = words
    reach = WORDS - _NEAR  # so many depend on none of one another
    for start in range(WORDS, sequence.size, reach):
        end = min(start + reach, sequence.size)
        first = sequence[start - WORDS : end - WORDS] & np.uint32(0x80000000)
        rest = sequence[start - WORDS + 1 : end - WORDS + 1] & np.uint32(0x7FFFFFFF)
        mixed = (first | rest) >> np.uint32(1) ^ (rest & np.uint32(1)) * np.uint32(0x9908B0DF)
        sequence[start:end] = sequence[start - reach : end - reach] ^ mixed
    return sequence
