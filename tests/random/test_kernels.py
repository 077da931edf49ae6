"""How the kernels are compiled."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXTENSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"][
    "ext-modules"
][0]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the old processor is Intel's")
@pytest.mark.skipif(shutil.which("gcc") is None, reason="GCC is not installed")
@pytest.mark.parametrize(("unit", "compiles"), [("sse", True), ("387", False)])
def test_kernels_are_not_compiled_where_float32_is_worked_out_in_wider_types(
    unit: str, compiles: bool
) -> None:
    include = sysconfig.get_path("include")
    flags = [*EXTENSION["extra-compile-args"], f"-mfpmath={unit}", "-fsyntax-only", "-I", include]
    environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    done = subprocess.run(
        ["gcc", *flags, *EXTENSION["sources"]],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert (done.returncode == 0) == compiles
    assert ("the bits would be others" in done.stderr) != compiles


def test_none_is_as_often_referred_to_as_before_whoever_compiled_the_kernels() -> None:
    # A file that Python 3.13 made is loaded by 3.11 too, where None can be freed.
    kernels = pytest.importorskip("fillerkit.random._kernels", reason="built without a compiler")
    state, before = bytearray(4 * 627), sys.getrefcount(None)
    for _ in range(10_000):
        kernels.seed(state, 1)
    assert abs(sys.getrefcount(None) - before) < 1000
