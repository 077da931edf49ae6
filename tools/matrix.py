"""The digests of ``tools/bits.py`` wherever this machine can ask for them, as a table.

    python tools/matrix.py               # everything that is here
    python tools/matrix.py --extremes    # the oldest of all with NumPy's kernels, and the newest

Every Python that ``.ci/found-pythons`` finds, with the oldest and the newest libraries that
pyproject.toml allows; then, with both ends of it, protobuf in pure Python, each path of the
kernels, NumPy without the processor's vectors, and other locales. The environments are kept, in
``.venv-matrix-*``; fillerkit itself is that of this checkout, as are the kernels, which any Python
loads.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
FIRST_NUMPY = {"3.12": "1.26", "3.13": "2.1", "3.14": "2.3.2"}
"""The first NumPy that has wheels for a Python; before those, the first that is allowed."""
LOCALES = ("C", "de_DE.utf8", "tr_TR.utf8")
"""ASCII; a decimal comma; letters whose capitals are others."""


@dataclass(frozen=True)
class Environment:
    """A Python with the oldest or the newest libraries."""

    version: str
    base: str
    age: str

    @property
    def python(self) -> Path:
        """The interpreter, in an environment that is made if it is not there."""
        folder = ROOT / f".venv-matrix-{self.version}-{self.age}"
        wanted = "\n".join(requirements(self.version, self.age))
        stamp, python = folder / "made-of", folder / "bin" / "python"
        if not stamp.exists() or stamp.read_text() != wanted:
            subprocess.run([self.base, "-m", "venv", "--clear", folder], check=True)
            pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
            subprocess.run([*pip, "--only-binary", ":all:", *wanted.split("\n")], check=True)
            stamp.write_text(wanted)
        return python

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """A process there, of this checkout's fillerkit."""
        return subprocess.run(
            [self.python, *arguments],
            env={**os.environ, "PYTHONPATH": str(ROOT / "src"), **variables},
            capture_output=True,
            text=True,
        )


@dataclass(frozen=True)
class Row:
    """A line of the table: where the digests are made, and what is set there."""

    environment: Environment
    what: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)

    def run(self) -> tuple[bool, str]:
        """Whether all digests are right there, and what is said of them."""
        result = self.environment.run(str(ROOT / "tools" / "bits.py"), **self.variables)
        said = (result.stdout or result.stderr).strip().splitlines() or ["nothing was said"]
        return result.returncode == 0, said[-1]


def requirements(version: str, age: str) -> Iterator[str]:
    """What an environment is to have of what fillerkit depends on."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for dependency in project["dependencies"]:
        name, oldest = re.findall(r"([\w-]+)>=([\d.]+)", dependency)[0]
        if name == "numpy":
            oldest = FIRST_NUMPY.get(version, oldest)
        yield f"{name}=={oldest}" if age == "oldest" else dependency


def environments() -> list[Environment]:
    """Every Python with the oldest libraries and with the newest."""
    found = subprocess.run([ROOT / ".ci" / "found-pythons"], check=True, capture_output=True)
    pythons = [line.partition(" ") for line in found.stdout.decode().splitlines()]
    ages = ("oldest", "newest")
    return [Environment(version, base, age) for version, _, base in pythons for age in ages]


def rows(extremes: bool) -> Iterator[Row]:
    """The lines of the table."""
    every = environments()
    ends = every[0], every[-1]
    if extremes:
        yield Row(ends[0], "numpy kernels", {"FILLERKIT_KERNELS": "numpy"})
        yield Row(ends[1])
        return
    yield from map(Row, every)
    for end in ends:
        pure = {"PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION": "python"}
        yield Row(end, "protobuf in pure Python", pure)
        for path in kernel_paths(end):
            yield Row(end, f"{path} kernels", {"FILLERKIT_KERNELS": path})
        without = {"FILLERKIT_KERNELS": "numpy", "NPY_DISABLE_CPU_FEATURES": "AVX2 FMA3"}
        yield Row(end, "numpy kernels, without vectors", without)
        for locale in locales():
            coerced = {"PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
            yield Row(end, f"locale {locale}", {"LC_ALL": locale, **coerced})


def kernel_paths(environment: Environment) -> list[str]:
    """The paths of the kernels there."""
    code = "from fillerkit.random import kernel_paths; print(*kernel_paths())"
    result = environment.run("-c", code)
    result.check_returncode()
    return result.stdout.split()


def locales() -> list[str]:
    """Those of `LOCALES` that this machine has."""
    here = subprocess.run(["locale", "-a"], capture_output=True, text=True).stdout.split()
    return [locale for locale in LOCALES if locale in here]


def main() -> None:
    """Print the table; fail where a line of it is not right."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--extremes", action="store_true", help="the oldest with NumPy's kernels, and the newest"
    )
    failed = False
    print("| Python | libraries | set | digests |\n| --- | --- | --- | --- |", flush=True)
    for row in rows(parser.parse_args().extremes):
        right, said = row.run()
        failed |= not right
        environment = row.environment
        print(f"| {environment.version} | {environment.age} | {row.what} | {said} |", flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
