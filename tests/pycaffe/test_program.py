"""What else than a script is run as the main program: it sees what Python would let it see."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from caffe_nets import RunScript

SHOW = """
import sys, __main__
print(__name__, sys.argv, sys.path[0], __package__, __spec__ and __spec__.name)
print(getattr(__main__, "__file__", None), __main__.SHOWN)
""".replace("import", "SHOWN = 1\nimport", 1)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "pkg"
    (folder / "inner").mkdir(parents=True)
    for file in ("__init__.py", "inner/__init__.py"):
        (folder / file).write_text("")
    for file in ("__main__.py", "tool.py"):
        (folder / file).write_text(SHOW)
    (folder / "wrong.py").write_text("import nothing_like_it")
    with ZipFile(tmp_path / "app.zip", "w") as archive:
        archive.writestr("__main__.py", SHOW)
    return folder


@pytest.mark.parametrize(
    "arguments",
    [
        ("-m", "pkg", "a", "--shape", "x"),
        ("-m", "pkg.tool", "-m", "-h"),
        ("-mpkg.tool", "-c"),
        ("pkg", "a", "-h"),
        ("app.zip", "-c"),
        ("-c", SHOW, "a", "-m", "b"),
        ("-m", "pkg.nothing"),
        ("-m", "pkg.inner"),
        ("-m", "nothing.at.all"),
        ("pkg/inner",),
    ],
)
def test_it_runs_as_under_python(
    run_script: RunScript, package: Path, arguments: tuple[str, ...]
) -> None:
    plain = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=package.parent
    )
    ours = run_script(*arguments)
    assert (ours.stdout, ours.returncode) == (plain.stdout, plain.returncode)
    assert bool(ours.stdout) != bool(ours.stderr)
    assert ours.stderr.count("\n") == plain.stderr.count("\n")


@pytest.mark.parametrize(
    "arguments", [("-m", "caller"), ("-c", "import caffe; print(caffe.__name__)"), ("folder",)]
)
def test_import_caffe_finds_ours(
    run_script: RunScript, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "folder").mkdir()
    for file in ("caller.py", "folder/__main__.py"):
        (tmp_path / file).write_text("import caffe\nprint(caffe.__name__)")
    done = run_script(*arguments)
    assert (done.stdout, done.stderr) == ("fillerkit.pycaffe\n", "")


def test_standard_input_is_a_program(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fillerkit.pycaffe", "-", "a", "-b"],
        input="import caffe, sys\nprint(__name__, sys.argv, sys.path[0], caffe.__name__)",
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.stdout == "__main__ ['-', 'a', '-b']  fillerkit.pycaffe\n", done.stderr


def test_what_a_module_cannot_import_is_shown_with_its_traceback(
    run_script: RunScript, package: Path
) -> None:
    done = run_script("-m", "pkg.wrong")
    assert done.stderr.endswith("ModuleNotFoundError: No module named 'nothing_like_it'\n")
    assert done.stderr.count("File ") == 1


def test_nothing_to_run_is_a_usage_error(run_script: RunScript) -> None:
    assert "Missing argument 'SCRIPT'" in run_script("--shape", "data=1").stderr
    assert "-m" in run_script("-m").stderr
