"""A caffe among the packages of a Python, which a person puts there and takes away."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

import fillerkit as fk
from fillerkit.pycaffe.installed import install_caffe, uninstall_caffe
from fillerkit.pycaffe.script import command
from fillerkit.python_layers.stand_in import STAND_IN


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of packages of this Python, as far as it is asked for."""
    folder = tmp_path / "site-packages"
    folder.mkdir()
    monkeypatch.setattr(sysconfig, "get_path", lambda _: str(folder))
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path[1:], str(folder)])
    return folder


def run(packages: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    paths = [os.environ.get("PYTHONPATH", ""), str(packages)]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        env=environment,
        cwd=packages.parent,
    )


def test_import_caffe_finds_ours_in_any_program(packages: Path) -> None:
    said = install_caffe()
    assert f"wrote {packages / 'caffe/__init__.py'}" in said
    assert "--uninstall-caffe" in said
    code = (
        "import caffe, fillerkit.pycaffe; from caffe.proto import caffe_pb2; import caffe.io; "
        "print(caffe is fillerkit.pycaffe, caffe_pb2.__name__)"
    )
    done = run(packages, "-c", code)
    assert (done.stdout, done.stderr) == ("True fillerkit.pycaffe.proto.caffe_pb2\n", "")


def test_pytest_and_the_runner_find_it(packages: Path) -> None:
    install_caffe()
    test = packages.parent / "test_of_a_script.py"
    test.write_text("import caffe\ndef test_it():\n    assert caffe.TEST == 1\n")
    assert "1 passed" in run(packages, "-m", "pytest", "-q", test.name).stdout
    done = run(packages, "-m", "fillerkit.pycaffe", "-c", "import caffe; print(caffe.TEST)")
    assert (done.stdout, done.stderr) == ("1\n", "")


def test_it_is_taken_away_without_a_trace(packages: Path) -> None:
    install_caffe()
    run(packages, "-c", "import caffe")
    assert uninstall_caffe() == f"took away {packages / 'caffe'}"
    assert list(packages.iterdir()) == []
    assert "nothing to take away" in uninstall_caffe()


def test_what_is_there_already_is_left(packages: Path) -> None:
    install_caffe()
    assert "is there already" in install_caffe()
    assert (packages / "caffe/__init__.py").read_text() == STAND_IN


@pytest.mark.parametrize("file", ["site-packages/caffe/__init__.py", "python/caffe/__init__.py"])
@pytest.mark.parametrize("do", [install_caffe, uninstall_caffe])
def test_a_real_pycaffe_stays(
    packages: Path, monkeypatch: pytest.MonkeyPatch, file: str, do: Callable[[], str]
) -> None:
    other = packages.parent / file
    other.parent.mkdir(parents=True)
    other.write_text("real = True\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(other.parents[1])])
    if do is uninstall_caffe and other.parents[1] != packages:
        assert "nothing to take away" in do()
    else:
        with pytest.raises(fk.UsageError, match="it stays"):
            do()
    assert other.read_text() == "real = True\n"
    assert other.parents[1] == packages or not (packages / "caffe").exists()


def test_a_caffe_in_the_working_folder_does_not_hinder(packages: Path) -> None:
    (packages.parent / "caffe").mkdir()
    (packages.parent / "caffe/__init__.py").write_text("")
    assert "wrote" in install_caffe()


def test_a_file_that_somebody_put_into_it_stays(packages: Path) -> None:
    install_caffe()
    (packages / "caffe/mine.py").write_text("")
    with pytest.raises(fk.UsageError, match="cannot take all of"):
        uninstall_caffe()
    assert (packages / "caffe/mine.py").exists()


def test_a_folder_that_cannot_be_written_is_said(packages: Path) -> None:
    packages.rmdir()
    with pytest.raises(fk.UsageError, match=r"cannot write .*: No such file or directory"):
        install_caffe()


def test_without_fillerkit_it_says_what_to_do(packages: Path) -> None:
    install_caffe()
    (packages / "fillerkit.py").write_text("")
    done = subprocess.run(
        [sys.executable, "-c", "import caffe"], capture_output=True, text=True, cwd=packages
    )
    assert "hands over to fillerkit, which cannot be imported" in done.stderr


def test_the_command_says_what_it_does_and_fails_in_one_line(packages: Path) -> None:
    first = CliRunner().invoke(command, ["--install-caffe"])
    assert first.output.startswith("fillerkit.pycaffe: wrote ")
    assert first.exit_code == 0
    (packages / "caffe/__init__.py").write_text("")
    second = CliRunner().invoke(command, ["--uninstall-caffe"])
    assert second.exit_code == 2
