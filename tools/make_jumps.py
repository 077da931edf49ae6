"""Write ``src/fillerkit/random/jumps.bin``: polynomials that move MT19937 ahead by powers of two.

    python tools/make_jumps.py

The draws of MT19937 obey a linear recurrence over GF(2). Its characteristic polynomial p falls out
of the lowest bits of 2 x 19937 draws by the algorithm of Berlekamp and Massey; by squaring come the
x^(2^k - 1) mod p (Haramoto, Matsumoto, Nishimura, Panneton, L'Ecuyer 2008). A polynomial is a whole
number here, bit i the coefficient of x^i. It takes a second.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fillerkit.random.jump import DEGREE, EXPONENTS, WORDS

FILE = Path(__file__).parents[1] / "src" / "fillerkit" / "random" / "jumps.bin"


def polynomials() -> NDArray[np.uint32]:
    """The x^(2^k - 1) mod p of all k in `EXPONENTS`, a row of little-endian words each."""
    modulus = characteristic()
    power, rows = 2, []
    for exponent in range(1, EXPONENTS[-1] + 1):
        power = _reduced(_square(power), modulus)
        if exponent in EXPONENTS:
            rows.append(_words(_divided_by_x(power, modulus)))
    return np.array(rows, "<u4")


def characteristic() -> int:
    """The characteristic polynomial of MT19937, from draws alone."""
    bits = np.random.RandomState(1).randint(0, 2**32, size=2 * DEGREE, dtype=np.uint32) & 1
    return int(f"{_connection(bits.tolist()):b}"[::-1], 2)


def _connection(bits: list[int]) -> int:
    """The shortest recurrence of a sequence: the sum of bits n - i over its terms i is 0."""
    connection, before, length, behind, history = 1, 1, 0, 1, 0
    for n, bit in enumerate(bits):
        history = history << 1 | bit
        if (connection & history).bit_count() % 2:
            longer = connection ^ before << behind
            if 2 * length <= n:
                length, before, behind = n + 1 - length, connection, 0
            connection = longer
        behind += 1
    return connection


def _square(polynomial: int) -> int:
    """Over GF(2) a square has the same terms at twice their places."""
    return int("0".join(f"{polynomial:b}"), 2)


def _reduced(polynomial: int, modulus: int) -> int:
    low = [i for i in range(DEGREE) if modulus >> i & 1]
    while polynomial.bit_length() > DEGREE:
        high, polynomial = polynomial >> DEGREE, polynomial & (1 << DEGREE) - 1
        for i in low:
            polynomial ^= high << i
    return polynomial


def _divided_by_x(polynomial: int, modulus: int) -> int:
    return (polynomial ^ modulus if polynomial & 1 else polynomial) >> 1


def _words(polynomial: int) -> NDArray[np.uint32]:
    return np.frombuffer(polynomial.to_bytes(4 * WORDS, "little"), "<u4")


if __name__ == "__main__":
    polynomials().tofile(FILE)
