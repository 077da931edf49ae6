"""The names of NVIDIA's fillers that repeat themselves."""

from __future__ import annotations

import pytest

from ..conftest import made


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("gaussian", "(mean=1, std=0.5)"),
        ("gaussian", "(sparse=2)"),
        ("msra", "(variance_norm=FAN_OUT)"),
        ("positive_unitball", ""),
        ("uniform", "(min=-1)"),
        ("xavier", "(variance_norm=AVERAGE)"),
    ],
)
def test_a_blob_has_the_bits_of_the_plain_filler(name: str, fields: str, dtype: str) -> None:
    static = made(f"{name}static{fields}", (6, 5, 3, 3), dtype)
    assert static.tobytes() == made(f"{name}{fields}", (6, 5, 3, 3), dtype).tobytes()
