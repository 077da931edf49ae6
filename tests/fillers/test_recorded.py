"""Recorded streams: fillers that Caffe does not have never change their bits either."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pytest

from .conftest import made

# Filler, type, the first three values and the SHA-256 of all of 300x200, with the seed 1701.
RECORDED = [
    ("xavier_normal", "float32", [-0.007726267, -0.11822402, -0.014479866], "c093f7fbcc77fefd"),
    (
        "xavier_normal",
        "float64",
        [-0.012951194431413416, -0.05690668319214679, -0.04495330880422327],
        "06b4703a9a4070f7",
    ),
    (
        "xavier_normal(gain=1.5, variance_norm=AVERAGE)",
        "float32",
        [-0.010365876, -0.15861417, -0.01942678],
        "c8ebcaaaa85fb1eb",
    ),
    (
        "xavier_normal(gain=1.5, variance_norm=AVERAGE)",
        "float64",
        [-0.01737585068307428, -0.07634832719501097, -0.060311192579869805],
        "8a9aa3531ae0f3f3",
    ),
    (
        'xavier_normal(nonlinearity="tanh")',
        "float32",
        [-0.012877112, -0.19704004, -0.02413311],
        "c8d08f60079df298",
    ),
    (
        'xavier_normal(nonlinearity="tanh")',
        "float64",
        [-0.021585324052355692, -0.09484447198691132, -0.07492218134037211],
        "0982f74995f9820e",
    ),
    ("msra_uniform", "float32", [-0.14222449, 0.0064914227, -0.13323708], "d09898d02ed09de7"),
    (
        "msra_uniform",
        "float64",
        [-0.14222449981947916, 0.006491416459737692, -0.1332370777579229],
        "8d5cc8957e06ba16",
    ),
    (
        "msra_uniform(negative_slope=0.25)",
        "float32",
        [-0.13797803, 0.006297618, -0.12925896],
        "b913ac95fa4cb59f",
    ),
    (
        "msra_uniform(negative_slope=0.25)",
        "float64",
        [-0.13797803183678883, 0.006297598993734527, -0.12925895172812932],
        "22e09c5cd28ee104",
    ),
    ("lecun_normal", "float32", [-0.007726267, -0.11822402, -0.014479866], "c093f7fbcc77fefd"),
    (
        "lecun_normal",
        "float64",
        [-0.012951194431413416, -0.05690668319214679, -0.04495330880422327],
        "06b4703a9a4070f7",
    ),
    ("lecun_uniform", "float32", [-0.10056791, 0.0045901313, -0.09421284], "79ebe33f94c8d1d9"),
    (
        "lecun_uniform",
        "float64",
        [-0.10056790827321863, 0.004590124598186501, -0.0942128411881066],
        "84a05fd108cd773a",
    ),
    ("truncated_gaussian", "float32", [-0.124218665, -1.9007406, -0.2327993], "bd8fe3c4dac54742"),
    (
        "truncated_gaussian",
        "float64",
        [-0.20822215204932285, -0.9149142268698595, -0.7227344744550805],
        "cccef62991013b14",
    ),
    (
        "truncated_gaussian(mean=0.5, std=0.02)",
        "float32",
        [0.49751562, 0.4619852, 0.495344],
        "99fcb8e1ca4c5c51",
    ),
    (
        "truncated_gaussian(mean=0.5, std=0.02)",
        "float64",
        [0.4958355570520961, 0.4817017158716013, 0.4855453108339859],
        "85e066a97a7651b1",
    ),
]

# Of what LAPACK has a hand in, the values but not the last bits.
ABOUT = [
    ("orthogonal", (3, 4), [-0.17204486, -0.75595362, -0.59716390, 0.20574247, -0.48002484]),
    ("orthogonal(gain=2)", (4, 2), [-0.15848384, -1.18054036, -0.55009391, 1.57501215]),
    ("delta_orthogonal", (3, 2, 3, 3), [-0.71446587, 0.69966515, 0.40635903, 0.41182696]),
]


@pytest.mark.parametrize(("filler", "dtype", "first", "digest"), RECORDED)
def test_the_bits_are_those_recorded(
    filler: str, dtype: str, first: list[float], digest: str
) -> None:
    values = made(filler, (300, 200), dtype, seed=1701)
    assert values.ravel()[:3].tolist() == np.array(first, dtype).tolist()
    little = values.astype(values.dtype.newbyteorder("<"))
    assert sha256(little.tobytes()).hexdigest().startswith(digest)


@pytest.mark.parametrize(("filler", "shape", "first"), ABOUT)
def test_the_values_are_those_recorded(
    filler: str, shape: tuple[int, ...], first: list[float]
) -> None:
    values = made(filler, shape, "float64", seed=1701)
    np.testing.assert_allclose(values[values != 0][: len(first)], first, atol=1e-6)
