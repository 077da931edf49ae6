from typing import Any

Buffer = Any

def crc32(data: Buffer, crc: int = 0, /) -> int: ...
def seed(state: Buffer, seed: int, /) -> None: ...
def draw(state: Buffer, out: Buffer, /) -> None: ...
def uniform(
    state: Buffer, out: Buffer, itemsize: int, first: float, end: float, halved: bool, /
) -> None: ...
def gaussian(
    state: Buffer,
    out: Buffer,
    itemsize: int,
    mean: float,
    std: float,
    plain: bool,
    normal: Buffer,
    exponential: Buffer,
    /,
) -> None: ...
def thin(state: Buffer, out: Buffer, itemsize: int, limit: float, /) -> None: ...
