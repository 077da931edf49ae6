"""Build the sdist and the wheel in dist/, look at what is in them, and try the wheel.

    python tools/make_wheel.py

They are built of the files that Git knows, as they are here. The wheel is tried (`tools/smoke.py`)
in an empty environment of every Python that ``.ci/found-pythons`` finds; on the oldest also one
that was built with the newest, and one built without a compiler. Needs the extra ``release``, and
PyPI.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZipFile

ROOT = Path(__file__).parents[1]
DIST = ROOT / "dist"
KERNELS = "fillerkit/random/_kernels.abi3.so"
SAME = {"SOURCE_DATE_EPOCH": "315532800", "CFLAGS": "-g0"}
"""What makes packages that are built again the same: one time, and no paths for debuggers."""
OUTSIDE = ("tests/", "docs/", "tools/", "benchmarks/", "sample_nets/", "proto/", "recipe/", ".")
"""What the sdist has nothing of."""


def run(*words: str | Path, **variables: str) -> str:
    """What a command prints; what is wrong with it is shown, and ends all."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    inherited["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{inherited['PATH']}"
    done = subprocess.run(
        words,
        cwd=DIST,
        env=inherited | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\n{' '.join(map(str, words))}: exit code {done.returncode}")
    return done.stdout


def tracked() -> list[str]:
    """The files that Git knows and that are here."""
    files = run("git", "-C", ROOT, "ls-files", "-z").split("\0")
    return [file for file in files if file and (ROOT / file).exists()]


def copy_of_checkout(folder: Path) -> Path:
    """A copy of the tracked files; what lies about in the checkout gets into no package."""
    copy = folder / "checkout"
    for file in tracked():
        (copy / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, copy / file)
    return copy


def built_sdist(source: Path, folder: Path) -> Path:
    """The sdist of a folder."""
    run(sys.executable, "-m", "build", "--sdist", "--outdir", folder, source, **SAME)
    return only_file(folder)


def built_wheel(
    source: Path, folder: Path, python: str | Path = sys.executable, **variables: str
) -> Path:
    """The wheel of a folder, or of an sdist, in which nothing of another build lies."""
    pip = [python, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", folder]
    run(*pip, source, **SAME | variables)
    return only_file(folder)


def only_file(folder: Path) -> Path:
    """What is in a folder."""
    (found,) = folder.iterdir()
    return found


def environment(python: str, folder: Path) -> Path:
    """The Python of a new environment."""
    run(python, "-m", "venv", folder)
    return folder / "bin" / "python"


def contents(wheel: Path) -> dict[str, int]:
    """The files of a wheel, with a checksum of each."""
    with ZipFile(wheel) as archive:
        return {file.filename: file.CRC for file in archive.infolist()}


def check_sdist(sdist: Path) -> None:
    """The sdist has the sources and the texts about them, and nothing else of the checkout."""
    with tarfile.open(sdist) as archive:
        files = {name.partition("/")[2] for name in archive.getnames()}
    sources = {file for file in tracked() if file.startswith("src/")}
    texts = {"LICENSE", "README.md", "CHANGELOG.md", "CITATION.cff", "pyproject.toml"}
    expect("the sdist", {*sources, *texts} - files, "lacks")
    expect("the sdist", {file for file in files if file.startswith(OUTSIDE)}, "has")


def check_wheel(wheel: Path) -> None:
    """The wheel has the package's files, its kernels, and the license."""
    files = {name for name in contents(wheel) if ".dist-info/" not in name}
    package = {file.removeprefix("src/") for file in tracked() if file.startswith("src/")}
    sources = {file for file in package if file.endswith((".c", ".h"))}
    expect(wheel.name, {*package - sources, KERNELS} - files, "lacks")
    expect(wheel.name, files - package - {KERNELS} | files & sources, "has")
    if not any(name.endswith(".dist-info/licenses/LICENSE") for name in contents(wheel)):
        sys.exit(f"{wheel.name} lacks the license")


def expect(package: str, wrong: Iterable[str], what: str) -> None:
    """Nothing is wrong."""
    if wrong:
        sys.exit(f"{package} {what} {', '.join(sorted(wrong))}")


def for_all_linuxes(wheel: Path) -> Path:
    """The wheel under the name that says which Linuxes it is for, in dist/."""
    if sys.platform != "linux":
        return Path(shutil.copy(wheel, DIST))
    print(run("auditwheel", "repair", "--wheel-dir", DIST, wheel))
    (repaired,) = DIST.glob("*.whl")
    return repaired


def try_wheel(python: str, wheel: Path, kernels: str = "compiled") -> None:
    """Install a wheel in an empty environment and run `tools/smoke.py` there."""
    with TemporaryDirectory() as name:
        there = environment(python, Path(name))
        run(there, "-m", "pip", "install", "--quiet", wheel)
        run(there, "-P", ROOT / "tools" / "smoke.py", kernels)


def minor(version: str) -> int:
    """Of "3.11" the 11."""
    return int(version.partition(".")[2])


def main() -> None:
    """Do all of it, and say at each step what holds."""
    shutil.rmtree(DIST, ignore_errors=True)
    DIST.mkdir()
    pythons = dict(line.split(" ") for line in run(ROOT / ".ci" / "found-pythons").splitlines())
    oldest, newest = min(pythons, key=minor), max(pythons, key=minor)
    with TemporaryDirectory() as name:
        folder = Path(name)
        checkout = copy_of_checkout(folder)
        sdist = built_sdist(checkout, folder / "sdist")
        check_sdist(sdist)
        plain = built_wheel(sdist, folder / "wheel")
        check_wheel(plain)
        again = built_wheel(checkout, folder / "again")
        if contents(plain) != contents(again):
            sys.exit("the wheel that is built from the sdist is not the one of the checkout")
        shutil.copy(sdist, DIST)
        wheel = for_all_linuxes(plain)
        run("twine", "check", "--strict", *DIST.iterdir())
        run("check-wheel-contents", wheel)
        run("abi3audit", "--strict", wheel)
        print(f"{sdist.name} and {wheel.name}: all is in them, and nothing else")
        for version, python in pythons.items():
            try_wheel(python, wheel)
            print(f"Python {version}: the wheel works", flush=True)
        other = built_wheel(sdist, folder / "newest", environment(pythons[newest], folder / "venv"))
        run("abi3audit", "--strict", other)
        try_wheel(pythons[oldest], other)
        print(f"Python {oldest}: a wheel that was built with {newest} works")
        pure = built_wheel(sdist, folder / "pure", CC="false")
        try_wheel(pythons[oldest], pure, kernels="numpy")
        print(f"Python {oldest}: a wheel that was built without a compiler works")


if __name__ == "__main__":
    main()
