"""The processes that a script starts, and what their ``import caffe`` finds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from caffe_nets import RunScript, WriteNet

from fillerkit.pycaffe import children

DATA = 'layer { name: "d" top: "data" type: "Data" data_param { source: "no" } }'


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return tmp_path / "script.py"


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_processes_that_the_script_starts_find_ours_too(
    run_script: RunScript, script: Path, method: str
) -> None:
    script.write_text(f"""
import multiprocessing as mp
import caffe

def phase(number):
    return caffe.__name__, caffe.TEST + number

if __name__ == "__main__":
    mp.set_start_method({method!r})
    with mp.Pool(2) as pool:
        print(pool.map(phase, [1, 2]))
""")
    done = run_script(script)
    assert done.stdout == "[('fillerkit.pycaffe', 2), ('fillerkit.pycaffe', 3)]\n", done.stderr


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_processes_that_the_script_starts_know_the_shapes(
    run_script: RunScript, script: Path, write: WriteNet, method: str
) -> None:
    net = write('layer { name: "d" top: "data" type: "Data" data_param { source: "no" } }')
    script.write_text(f"""
import multiprocessing as mp
import caffe

def shape(_):
    return caffe.Net({net!r}, 0).blobs["data"].shape

if __name__ == "__main__":
    mp.set_start_method({method!r})
    with mp.Pool(1) as pool:
        print(pool.map(shape, [1]))
""")
    done = run_script("--shape", "data=7,3,5,5", script)
    assert done.stdout == "[[7, 3, 5, 5]]\n", done.stderr


STARTS = {
    "os.system": "os.system(f'{sys.executable} child.py')",
    "subprocess": "subprocess.check_call([sys.executable, 'child.py'])",
    "a shell": "subprocess.check_call(f'cd . && {sys.executable} child.py', shell=True)",
    "code": "subprocess.check_call([sys.executable, '-c', 'import child'])",
    "a child's child": "subprocess.check_call([sys.executable, '-c', 'import os, sys; "
    'os.system(sys.executable + " child.py")\'])',
    "the runner": "subprocess.check_call([sys.executable, '-m', 'fillerkit.pycaffe', 'child.py'])",
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS)
def test_scripts_that_a_script_starts_find_ours_and_its_shapes(
    run_script: RunScript, script: Path, write: WriteNet, start: str
) -> None:
    child = (
        f"import caffe\nprint(caffe.__name__, caffe.Net({write(DATA)!r}, 0).blobs['data'].shape)"
    )
    (script.parent / "child.py").write_text(child)
    script.write_text(f"import os, subprocess, sys\n{start}\n")
    done = run_script("--shape", "data=7,3,5,5", script)
    assert (done.stdout, done.stderr) == ("fillerkit.pycaffe [7, 3, 5, 5]\n", "")


def test_a_shape_that_only_a_child_s_net_asked_for_is_not_called_unused(
    run_script: RunScript, script: Path, write: WriteNet
) -> None:
    child = f"import caffe\ncaffe.Net({write(DATA)!r}, 0)"
    (script.parent / "child.py").write_text(child)
    (script.parent / "other.prototxt").write_text(
        'layer { name: "a" type: "Input" top: "a" input_param { shape { dim: 1 } } }'
    )
    script.write_text(
        "import os, sys, caffe\n"
        "caffe.Net('other.prototxt', 1)\n"
        "os.system(sys.executable + ' child.py')\n"
    )
    done = run_script("--shape", "data=7,3,5,5", "--shape", "dta=1", script)
    assert "'data'" not in done.stderr
    assert "no net had a blob 'dta'" in done.stderr


def test_an_error_in_a_child_shows_its_own_lines(run_script: RunScript, script: Path) -> None:
    child = "import caffe\ndef f():\n    caffe.Net('nothing', caffe.TEST)\nf()\n"
    (script.parent / "child.py").write_text(child)
    script.write_text("import os, sys\nos.system(f'{sys.executable} child.py')\n")
    done = run_script(script)
    assert done.stderr.count("File ") == 2
    assert "Could not open file nothing" in done.stderr


def test_a_real_pycaffe_on_a_childs_path_is_not_used_either(
    run_script: RunScript, script: Path
) -> None:
    other = script.parent / "caffe-master/python/caffe/__init__.py"
    other.parent.mkdir(parents=True)
    other.write_text("raise ImportError('the real one')")
    (script.parent / "child.py").write_text(
        "import sys\nsys.path.insert(0, 'caffe-master/python')\nimport caffe\nprint(caffe.TEST)"
    )
    script.write_text("import os, sys\nos.system(f'{sys.executable} child.py')\n")
    done = run_script(script)
    assert done.stdout == "1\n"
    assert done.stderr.count("there is a caffe in") == 1


def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *others: str) -> dict[str, str]:
    """The environment that a child of this process would have."""
    monkeypatch.setenv("FILLERKIT_PYCAFFE_SHAPES", "")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *others]))
    children.tell()
    children.tell()
    return dict(os.environ)


def run(code: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, capture_output=True, text=True, env=environment)


def test_the_folder_of_children_is_told_once_and_leaves_their_path_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = told(tmp_path, monkeypatch)
    assert environment["PYTHONPATH"].count("for_children") == 1
    done = run("import sys; print([p for p in sys.path if 'for_children' in p])", environment)
    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.parametrize(("written", "said"), [("print('mine')", "mine\nTrue\n"), (None, "True\n")])
def test_a_childs_own_sitecustomize_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str | None, said: str
) -> None:
    if written is not None:
        (tmp_path / "sitecustomize.py").write_text(written)
    done = run("import sys; print('sitecustomize' in sys.modules)", told(tmp_path, monkeypatch))
    assert (done.stdout, done.stderr) == (said, "")


def test_a_child_that_never_imports_caffe_imports_nothing_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    code = "import sys; print([m for m in sys.modules if m.startswith(('fillerkit', 'numpy'))])"
    assert run(code, told(tmp_path, monkeypatch)).stdout == "[]\n"


def without_fillerkit(tmp_path: Path) -> None:
    """A Python that cannot import fillerkit: a package of that name that ends in an error."""
    (tmp_path / "fillerkit").mkdir()
    (tmp_path / "fillerkit/__init__.py").write_text("raise SyntaxError('too new')")


def test_a_python_without_fillerkit_says_why_there_is_no_caffe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_fillerkit(tmp_path)
    done = run("import caffe", told(tmp_path, monkeypatch))
    assert f"ImportError: no caffe in {sys.executable}" in done.stderr
    assert "(too new)" in done.stderr


def test_a_python_without_fillerkit_takes_its_own_caffe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_fillerkit(tmp_path)
    (tmp_path / "caffe.py").write_text("name = 'the real one'")
    done = run("import caffe; print(caffe.name)", told(tmp_path, monkeypatch))
    assert (done.stdout, done.stderr) == ("the real one\n", "")
