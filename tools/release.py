"""Make a release but for the upload: checks, the packages in dist/, the tag.

    python tools/release.py 1.0.0            # as `make release VERSION=1.0.0` does
    python tools/release.py 1.0.0 --checks   # .ci/run first
    python tools/release.py 1.0.0 --no-tag   # a trial

What it needs, and what it leaves to be done, is in CONTRIBUTING.md.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import make_wheel

ROOT = Path(__file__).parents[1]
STATED = {
    "src/fillerkit/version.py": '__version__ = "{version}"',
    "CHANGELOG.md": "## {version} - {date}",
    "CITATION.cff": "version: {version}",
    "recipe/recipe.yaml": 'version: "{version}"',
}
"""The files that state the version, and the line that does."""
DATE = r"20\d\d-[01]\d-[0-3]\d"


def missing(root: Path, version: str) -> Iterator[str]:
    """What the files do not say of a version that they have to, in words."""
    for file, line in STATED.items():
        pattern = re.escape(line.format(version=version, date="DATE")).replace("DATE", DATE)
        if not re.search(rf"^\s*{pattern}$", (root / file).read_text(), re.MULTILINE):
            yield f"{file} does not say {line.format(version=version, date='YYYY-MM-DD')}"
    if re.search(r"^## Unreleased$", (root / "CHANGELOG.md").read_text(), re.MULTILINE):
        yield "CHANGELOG.md still has a section Unreleased"


def obstacles(version: str) -> Iterator[str]:
    """What keeps a version from being released, in words."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        yield f"{version!r} is no version like 1.0.0"
    if changed := git("status", "--porcelain"):
        yield f"the checkout is not clean: commit or remove\n{changed}"
    if git("tag", "--list", f"v{version}"):
        yield f"the tag v{version} is there already"
    yield from missing(ROOT, version)


def git(*words: str) -> str:
    """What Git prints."""
    done = subprocess.run(["git", *words], cwd=ROOT, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def main() -> None:
    """Do all but the upload, and say how that goes."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("version", metavar="VERSION")
    parser.add_argument("--checks", action="store_true", help="run .ci/run first")
    parser.add_argument("--no-tag", action="store_true", help="make no tag: a trial")
    asked = parser.parse_args()
    if found := list(obstacles(asked.version)):
        sys.exit("\n".join([f"{asked.version} cannot be released:", *found]))
    if asked.checks:
        subprocess.run([ROOT / ".ci" / "run"], check=True)
    make_wheel.main()
    tag = f"v{asked.version}"
    if not asked.no_tag:
        git("tag", "--annotate", tag, "--message", f"fillerkit {asked.version}")
    (sdist,) = make_wheel.DIST.glob("*.tar.gz")
    digest = hashlib.sha256(sdist.read_bytes()).hexdigest()
    print(
        f"All but the upload is done. What is left:\n"
        f"  {Path(sys.executable).parent}/twine upload dist/*\n"
        f"  git push origin {tag}\n"
        f"  recipe/recipe.yaml: sha256: {digest}\n"
        "then that recipe to conda-forge/staged-recipes, as recipes/fillerkit/recipe.yaml"
    )


if __name__ == "__main__":
    main()
