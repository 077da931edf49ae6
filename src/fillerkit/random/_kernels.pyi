from typing import Any

Buffer = Any

PATHS: tuple[str, ...]

def crc32(data: Buffer, crc: int = 0, /) -> int: ...
def seed(state: Buffer, seed: int, /) -> None: ...
def draw(path: int, state: Buffer, out: Buffer, /) -> None: ...
def uniform(
    path: int,
    state: Buffer,
    out: Buffer,
    itemsize: int,
    first: float,
    end: float,
    halved: bool,
    draws: int = ...,
    /,
) -> int: ...
def gaussian(
    path: int,
    state: Buffer,
    out: Buffer,
    itemsize: int,
    mean: float,
    std: float,
    plain: bool,
    normal: Buffer,
    exponential: Buffer,
    draws: int = ...,
    /,
) -> int: ...
def box_muller(
    path: int, state: Buffer, out: Buffer, mean: float, std: float, draws: int = ..., /
) -> int: ...
def skip(path: int, state: Buffer, count: int, /) -> None: ...
def jump(path: int, state: Buffer, polynomial: Buffer, count: int, /) -> None: ...
def thin(path: int, state: Buffer, out: Buffer, itemsize: int, limit: float, /) -> None: ...
