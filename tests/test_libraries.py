"""Packages that are optional: whatever their import ends in is one line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fillerkit.errors import UsageError
from fillerkit.libraries import found, library

# What a package is that cannot be imported, and how the error ends.
BROKEN = {
    "class VersionError(Exception): ...\nraise VersionError('Protobuf: gencode 6 runtime 5')": (
        "(VersionError: Protobuf: gencode 6 runtime 5): pip install --upgrade broken protobuf"
    ),
    "raise TypeError('Descriptors cannot be created.\\n1. Use protoc')": (
        "(TypeError: Descriptors cannot be created.): pip install --upgrade broken"
    ),
    "raise ValueError('numpy.dtype size changed')": (
        "(ValueError: numpy.dtype size changed): pip install --upgrade broken numpy"
    ),
    "raise OSError('libgone.so: cannot open')": (
        "(OSError: libgone.so: cannot open): pip install --upgrade broken"
    ),
    "import another_that_is_gone": (
        "(ModuleNotFoundError: No module named 'another_that_is_gone'): "
        "pip install --upgrade broken"
    ),
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose packages can be imported."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "broken", raising=False)
    return tmp_path


@pytest.mark.parametrize("text", BROKEN)
def test_a_package_that_cannot_be_imported_is_one_line_with_the_way_out(
    site: Path, text: str
) -> None:
    (site / "broken.py").write_text(text)
    with pytest.raises(UsageError) as error:
        library("broken", "a picture", "draw")
    assert str(error.value) == f"broken is installed, but cannot be imported {BROKEN[text]}"
    with pytest.raises(UsageError, match=r"^broken is installed, but"):
        found("gone", "broken")


def test_a_package_that_is_missing_is_told_of_with_its_extra() -> None:
    assert found("gone", "json") is sys.modules["json"]
    assert found("gone") is None
    with pytest.raises(UsageError) as error:
        library("gone.part", "a picture", "draw")
    assert str(error.value) == "a picture needs gone: pip install 'fillerkit[draw]'"


@pytest.mark.parametrize(("there", "is_old"), [("0.10", True), ("2.8rc1", False), ("2.9", False)])
def test_a_package_that_is_too_old_is_not_imported(site: Path, there: str, is_old: bool) -> None:
    (site / f"broken-{there}.dist-info").mkdir()
    metadata = f"Metadata-Version: 2.1\nName: broken\nVersion: {there}\n"
    (site / f"broken-{there}.dist-info" / "METADATA").write_text(metadata)
    (site / "broken.py").write_text("raise OSError" if is_old else "")
    if not is_old:
        assert library("broken", "a picture", "draw", "2.8").__name__ == "broken"
        return
    with pytest.raises(UsageError) as error:
        library("broken", "a picture", "draw", "2.8")
    words = f"a picture needs broken 2.8 or later, not {there}: pip install 'fillerkit[draw]'"
    assert str(error.value) == words
