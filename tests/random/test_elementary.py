"""float32 log, cos and sin: the bits of the C library, where this machine's is glibc."""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fillerkit.random import elementary

ARGUMENTS = st.integers(0, 2**32 - 129)


def _c_function(name: str) -> Callable[[float], float]:
    library, version = platform.libc_ver()
    if library != "glibc" or tuple(map(int, version.split("."))) < (2, 27):
        pytest.skip("the C library is not glibc 2.27 or later")
    function = getattr(ctypes.CDLL("libm.so.6"), name)
    function.restype, function.argtypes = ctypes.c_float, [ctypes.c_float]
    found: Callable[[float], float] = function
    return found


def _same(ours: Callable[[np.ndarray], np.ndarray], name: str, argument: np.float32) -> None:
    wanted = np.float32(_c_function(name)(float(argument)))
    assert ours(np.array([argument]))[0].tobytes() == wanted.tobytes()


@given(ARGUMENTS)
def test_log_has_glibc_s_bits(draw: int) -> None:
    _same(elementary.log, "logf", np.float32(1) - np.float32(draw) * np.float32(2.0**-32))


@given(ARGUMENTS)
def test_cos_has_glibc_s_bits(draw: int) -> None:
    _same(elementary.cos, "cosf", np.float32(2 * np.pi) * (np.float32(draw) * np.float32(2**-32)))


@given(ARGUMENTS)
def test_sin_has_glibc_s_bits(draw: int) -> None:
    _same(elementary.sin, "sinf", np.float32(2 * np.pi) * (np.float32(draw) * np.float32(2**-32)))


def test_each_is_within_a_unit_in_the_last_place_of_the_true_value() -> None:
    turns = np.linspace(0, 1, 100_001, dtype=np.float32)[:-1]
    angles = np.float32(2 * np.pi) * turns
    for ours, true, x in (
        (elementary.log, np.log, np.float32(1) - turns),
        (elementary.cos, np.cos, angles),
        (elementary.sin, np.sin, angles),
    ):
        wanted = true(x.astype(np.float64))
        unit = np.spacing(np.abs(wanted).astype(np.float32))
        assert (np.abs(ours(x) - wanted) <= unit).all()
