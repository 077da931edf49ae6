"""``python -m fillerkit.pycaffe SCRIPT``: an old script, as it is."""

from __future__ import annotations

import builtins
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from caffe_nets import NET, RunScript, WriteNet

from fillerkit.pycaffe.command import flags
from fillerkit.pycaffe.script import _run_command


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return tmp_path / "script.py"


@pytest.fixture
def said_of(
    script: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], str]:
    """``said_of(line)``: what is said of a script with that line, which ends in an error.

    It runs in this process, which costs less than one of its own.
    """
    from fillerkit.pycaffe.program import script as program_of
    from fillerkit.pycaffe.script import run

    def said(line: str) -> str:
        for name in ("meta_path", "path", "argv"):
            monkeypatch.setattr(sys, name, getattr(sys, name)[:])
        monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
        monkeypatch.setattr(builtins, "__import__", builtins.__import__)
        monkeypatch.setenv("FILLERKIT_PYCAFFE_SHAPES", "")
        monkeypatch.setenv("PYTHONPATH", os.environ.get("PYTHONPATH", ""))
        script.write_text(f"import sys\n{line}\n")
        with pytest.raises(SystemExit) as stop:
            run(lambda: program_of(str(script)), [])
        assert stop.value.code == 1
        return capsys.readouterr().err

    return said


def test_all_of_caffe_is_ours_one_copy_of_each(run_script: RunScript, script: Path) -> None:
    script.write_text("""
import caffe
import caffe.proto.caffe_pb2
from caffe.proto import caffe_pb2
from caffe import Net, TRAIN, TEST, SGDSolver
import sys, fillerkit.pycaffe
import fillerkit.pycaffe.proto.caffe_pb2
assert caffe is fillerkit.pycaffe and caffe.Net is Net
assert caffe_pb2 is fillerkit.pycaffe.proto.caffe_pb2 is caffe.proto.caffe_pb2
assert caffe.__name__ == caffe.__spec__.name == 'fillerkit.pycaffe'
assert caffe._caffe.BlobVec is caffe.BlobVec
assert not hasattr(caffe_pb2, '__path__')
try:
    import caffe.nothing
except ImportError as error:
    print(error)
""")
    done = run_script(script)
    assert done.stderr == ""
    assert done.stdout == "No module named 'caffe.nothing' in fillerkit.pycaffe\n"


def test_the_script_is_the_main_program_as_under_python(
    run_script: RunScript, script: Path
) -> None:
    script.write_text(
        """
import sys, __main__
print(__name__, __file__, sys.argv, sys.path[0], __main__.here)
""".replace("import", "here = 1\nimport", 1)
    )
    arguments = ("script.py", "a", "--shape", "-h", "x=1,2")
    plain = subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=script.parent
    )
    ours = run_script(*arguments)
    assert ours.stdout == plain.stdout != ""


def test_modules_beside_the_script_are_found(run_script: RunScript, script: Path) -> None:
    (script.parent / "beside.py").write_text("import caffe\nvalue = caffe.TEST")
    script.write_text("import beside\nprint(beside.value)")
    assert run_script(script).stdout == "1\n"


def test_a_real_pycaffe_on_the_path_is_told_of_once_and_not_used(
    run_script: RunScript, script: Path
) -> None:
    other = script.parent / "caffe-master/python/caffe/__init__.py"
    other.parent.mkdir(parents=True)
    other.write_text("raise ImportError('the real one')")
    script.write_text("""
import sys
sys.path.insert(0, 'caffe-master/python')
import caffe
import caffe.proto
print(caffe.TRAIN)
""")
    done = run_script(script)
    assert done.stdout == "0\n"
    assert done.stderr.count("\n") == 1
    assert str(Path("caffe-master/python/caffe/__init__.py")) in done.stderr


def test_an_exception_shows_the_scripts_traceback_and_nothing_of_ours(
    run_script: RunScript, script: Path
) -> None:
    script.write_text("def f():\n    raise KeyError('mine')\nf()\n")
    done = run_script(script)
    assert done.returncode == 1
    assert done.stderr.startswith("Traceback (most recent call last):\n  File ")
    assert done.stderr.count("File ") == 2
    assert f'File "{script}", line 3, in <module>' in done.stderr
    assert done.stderr.endswith("KeyError: 'mine'\n")


@pytest.mark.parametrize(("code", "exit_code"), [("3", 3), ("", 0), ("'why'", 1)])
def test_the_exit_code_is_the_scripts(
    run_script: RunScript, script: Path, code: str, exit_code: int
) -> None:
    script.write_text(f"import sys\nsys.exit({code})")
    assert run_script(script).returncode == exit_code


def test_an_interrupt_is_shown_as_python_shows_it(run_script: RunScript, script: Path) -> None:
    script.write_text("raise KeyboardInterrupt")
    done = run_script(script)
    assert done.returncode == 130
    assert done.stderr.endswith("KeyboardInterrupt\n")


def test_an_interrupt_of_caffes_commands_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(flags, "run", interrupted)
    with pytest.raises(SystemExit) as stop:
        _run_command(["train"])
    assert stop.value.code == 130
    assert capsys.readouterr().err == "fillerkit.pycaffe: interrupted\n"


@pytest.mark.parametrize(
    "line",
    [
        "print 'hello'",
        "print net",
        "try:\n    pass\nexcept ValueError, e:\n    pass",
        "exec 'x = 1'",
        "raise ValueError, 'x'",
        "x = 0777",
        "x = 10L",
        "x = `3`",
        "assert 1 <> 2",
        "x = ur'a'",
        "f = lambda (a, b): a",
        "def f(x, (a, b)): pass",
    ],
)
def test_python_2_is_said_with_file_and_line(
    said_of: Callable[[str], str], script: Path, line: str
) -> None:
    said = said_of(line)
    number = 4 if "except" in line else 2
    assert f"{script}:{number}: this is Python 2" in said
    assert "Traceback" not in said


def test_python_2_in_a_module_that_the_script_imports_is_said_too(
    run_script: RunScript, script: Path
) -> None:
    (script.parent / "beside.py").write_text("\nprint 'hello'\n")
    script.write_text("import beside")
    done = run_script(script)
    assert f"{script.parent / 'beside.py'}:2: this is Python 2" in done.stderr


@pytest.mark.parametrize(
    "line",
    [
        "print >>sys.stderr, 'hello'",
        "{}.iteritems()",
        "for i in xrange(3): pass",
        "import cPickle",
        "from itertools import izip",
        "{}.has_key(1)",
        "{}.keys()[0]",
        "import numpy; numpy.zeros(3 / 1)",
        "import numpy; numpy.zeros(3)[2 / 1]",
        "list('abc')[2 / 1]",
    ],
)
def test_what_works_otherwise_in_python_2_is_remarked(
    said_of: Callable[[str], str], script: Path, line: str
) -> None:
    said = said_of(line)
    assert said.startswith("Traceback")
    assert f"{script}:2 may be written for Python 2: 2to3" in said


def test_an_error_about_a_net_shows_the_scripts_frames_only(
    run_script: RunScript, script: Path
) -> None:
    (script.parent / "net.prototxt").write_text('layer { nme: "x" }')
    script.write_text("import caffe\ndef f():\n    caffe.Net('net.prototxt', 1)\nf()\n")
    done = run_script(script)
    assert done.stderr.count("File ") == 2
    assert done.stderr.count(str(script)) == 2
    assert "PrototxtError: net.prototxt:1:9: " in done.stderr


def test_tabs_and_spaces_are_called_that(run_script: RunScript, script: Path) -> None:
    script.write_text("if 1:\n        x = 1\n\ty = 2\n")
    assert "mixes tabs and spaces" in run_script(script).stderr


def test_a_module_that_only_a_fork_has_is_taken_from_its_folder(
    run_script: RunScript, script: Path
) -> None:
    fork = script.parent / "ssd/python/caffe"
    fork.mkdir(parents=True)
    (fork / "__init__.py").write_text("raise ImportError('the real one')")
    (fork / "model_libs.py").write_text("import caffe\nfrom caffe import layers\nx = caffe.TEST")
    (fork / "more").mkdir()
    (fork / "more/__init__.py").write_text("from caffe.more import inner")
    (fork / "more/inner.py").write_text("from .. import model_libs\ny = 5")
    script.write_text("""
import sys
sys.path.insert(0, 'ssd/python')
from caffe.model_libs import *
import caffe, caffe.more.inner
from caffe import model_libs, more
print(x, model_libs.x, more.inner.y, caffe.__name__)
""")
    done = run_script(script)
    assert done.stdout == "1 1 5 fillerkit.pycaffe\n", done.stderr
    assert "caffe.model_libs is taken from" in done.stderr


def test_a_script_that_imports_the_messages_alone_gets_its_own_or_ours(
    run_script: RunScript, script: Path
) -> None:
    script.write_text("import caffe_pb2\nfrom caffe.proto import caffe_pb2 as ours\n"
                      "print(caffe_pb2 is ours)")  # fmt: skip
    done = run_script(script)
    assert done.stdout == "True\n"
    assert done.stderr.count("caffe_pb2 is on no folder of sys.path") == 1
    (script.parent / "caffe_pb2.py").write_text("")
    assert (run_script(script).stdout, run_script(script).stderr) == ("False\n", "")


def test_where_a_forks_module_is_looked_for_is_said(run_script: RunScript, script: Path) -> None:
    script.write_text("from caffe.model_libs import *")
    done = run_script(script)
    assert "No module named 'caffe.model_libs' in fillerkit.pycaffe" in done.stderr
    assert "taken from the fork's python folder, where that is in PYTHONPATH" in done.stderr
    assert done.stderr.count("File ") == 1


def test_an_option_that_is_not_there_is_said(run_script: RunScript, script: Path) -> None:
    script.write_text("")
    done = run_script("--shapes", "data=1", script)
    assert done.returncode == 2
    assert "--shapes" in done.stderr


def test_a_shape_that_no_net_has_asked_for_is_said(
    run_script: RunScript, script: Path, write: WriteNet
) -> None:
    script.write_text("import caffe")
    assert run_script("--shape", "dta=1,2", script).stderr == ""
    script.write_text(f"import caffe\ncaffe.Net({write(NET)!r}, caffe.TEST)")
    done = run_script("--shape", "dta=1,2", script)
    assert done.stderr.endswith("no net had a blob 'dta' whose shape was asked for\n")


@pytest.mark.parametrize(
    "layer",
    [
        'type: "AnnotatedData" annotated_data_param { }',
        'type: "MemoryData" memory_data_param { batch_size: 1 channels: 1 height: 1 width: 1 }',
        'type: "Python" python_param { module: "voc_layers" layer: "SBDDSegDataLayer" }',
        'type: "Mystery"',
    ],
)
def test_a_shape_is_given_for_every_kind_of_data_layer(
    run_script: RunScript, script: Path, write: WriteNet, layer: str
) -> None:
    net = write(f'layer {{ name: "d" top: "data" top: "label" {layer} }}')
    script.write_text(f"import caffe\nprint(caffe.Net({net!r}, 0).blobs['data'].shape)")
    done = run_script("--shape", "data=7,3,5,5", "--shape", "label=7", script)
    assert done.stdout == "[7, 3, 5, 5]\n", done.stderr


def test_another_syntax_error_is_shown_as_python_shows_it(
    run_script: RunScript, script: Path
) -> None:
    script.write_text("x = (1,\n")
    done = run_script(script)
    assert done.returncode == 1
    assert "SyntaxError" in done.stderr
    assert "Python 2" not in done.stderr
    assert "runner.py" not in done.stderr


def test_a_script_that_is_not_there_is_one_line(run_script: RunScript) -> None:
    done = run_script("nothing.py")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "nothing.py" in done.stderr


def test_a_shape_is_given_for_an_unchanged_script(
    run_script: RunScript, script: Path, write: WriteNet
) -> None:
    data = 'layer { name: "d" type: "Data" top: "data" top: "label" data_param { source: "no" } }'
    train = write(data + NET[NET.index('layer { name: "conv"') :])
    deploy = write(NET)  # an Input has its own shape
    script.write_text(f"""
import caffe
for file in ({train!r}, {deploy!r}):
    print(caffe.Net(file, caffe.TRAIN).blobs['data'].shape)
""")
    done = run_script("--shape", "data=7,3,5,5", script)
    assert done.stdout == "[7, 3, 5, 5]\n[2, 3, 5, 5]\n"
    done = run_script(script)
    assert "python -m fillerkit.pycaffe --shape" in done.stderr
    done = run_script("--shape", "data", script)
    assert done.returncode == 2


def test_fillerkit_init_imports_nothing_of_it(write: WriteNet, tmp_path: Path) -> None:
    code = (
        "import sys; from fillerkit.cli import main\n"
        "try: main()\n"
        "finally: assert not [m for m in sys.modules if 'pycaffe' in m or m == 'torch']"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "init", write(NET), "-o", str(tmp_path / "a.npz")],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr.count("Assertion")) == (0, 0), done.stderr


def test_a_shape_may_leave_the_batch_to_each_net(
    run_script: RunScript, script: Path, write: WriteNet
) -> None:
    data = 'layer {{ name: "d" type: "Data" top: "data" data_param {{ source: "no" {} }} }}'
    nets = [write(data.format(f"batch_size: {batch}")) for batch in (3, 5)]
    script.write_text(f"""
import caffe
print([caffe.Net(net, 0).blobs['data'].shape for net in {nets!r}])
caffe.Net({write(data.format(""))!r}, 0)
""")
    done = run_script("--shape", "data=N,1,2,2", script)
    assert done.stdout == "[[3, 1, 2, 2], [5, 1, 2, 2]]\n"
    assert "layer 'd' has no batch_size" in done.stderr


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('{"cells": [{"source": ["import caffe"], "x": null}]}', "jupyter nbconvert --to script"),
        ("import caffe\n%matplotlib inline\n", "what begins with % or ! is not Python: %matplot"),
    ],
)
def test_a_notebook_is_called_one(
    run_script: RunScript, script: Path, source: str, said: str
) -> None:
    script.write_text(source)
    done = run_script(script)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert said in done.stderr


def test_a_notebook_may_let_import_caffe_find_ours(script: Path) -> None:
    script.write_text("""
import fillerkit.pycaffe
fillerkit.pycaffe.install()
fillerkit.pycaffe.install()
import sys, caffe
from caffe import layers as L
from caffe.proto import caffe_pb2
print(caffe is fillerkit.pycaffe, sum(type(f).__name__ == "CaffeFinder" for f in sys.meta_path))
""")
    done = subprocess.run([sys.executable, script], capture_output=True, text=True)
    assert done.stdout == "True 1\n", done.stderr


def test_what_a_notebook_calls_is_called_that(run_script: RunScript, script: Path) -> None:
    script.write_text("import caffe\nget_ipython().run_line_magic('matplotlib', 'inline')\n")
    assert "is from a notebook: take out what calls get_ipython" in run_script(script).stderr


def test_an_error_in_a_python_layer_shows_its_frames_and_none_of_ours(
    run_script: RunScript, script: Path, write: WriteNet
) -> None:
    (script.parent / "bad.py").write_text("""
import caffe

class Bad(caffe.Layer):
    def setup(self, bottom, top):
        raise KeyError("mine")

    def reshape(self, bottom, top):
        pass
""")
    net = write(
        'layer { name: "b" type: "Python" top: "b" python_param { module: "bad" layer: "Bad" } }'
    )
    script.write_text(f"import caffe\ncaffe.Net({net!r}, 0)\n")
    done = run_script(script)
    assert done.stderr.count("File ") == 2
    assert 'bad.py", line 6, in setup' in done.stderr


def test_words_in_a_comment_are_not_python_2(run_script: RunScript, script: Path) -> None:
    script.write_text("x = = 3  # uses `code`, and 10L\n")
    done = run_script(script)
    assert "SyntaxError" in done.stderr
    assert "Python 2" not in done.stderr


def test_an_error_that_another_one_caused_is_shown_with_it(
    run_script: RunScript, script: Path
) -> None:
    script.write_text("""
import caffe
try:
    {}["mine"]
except KeyError:
    caffe.Net("nothing", caffe.TEST)
""")
    done = run_script(script)
    assert "KeyError: 'mine'" in done.stderr
    assert "fillerkit/" not in done.stderr
    assert "Could not open file nothing" in done.stderr


def test_what_only_caffes_core_has_can_be_imported(run_script: RunScript, script: Path) -> None:
    script.write_text("from caffe._caffe import RawBlobVec, LayerVec, BlobVec\nprint(RawBlobVec())")
    assert run_script(script).stdout == "[]\n"


def test_the_reason_of_a_scripts_own_error_is_shown(
    run_script: RunScript, script: Path, write: WriteNet
) -> None:
    bad = write('layer { name: "r" type: "ReLU" bottom: "x" top: "y" }')
    script.write_text(f"""
import caffe
try:
    caffe.Net({bad!r}, caffe.TEST)
except Exception as error:
    raise RuntimeError("cannot load") from error
""")
    done = run_script(script)
    assert "no layer before it makes its bottom 'x'" in done.stderr
    assert done.stderr.endswith("RuntimeError: cannot load\n")
    assert done.stderr.count("File ") == 2


def test_an_error_that_is_not_on_purpose_shows_where_it_is(
    run_script: RunScript, script: Path, write: WriteNet
) -> None:
    script.write_text(f"import caffe\ncaffe.Net({write(NET)!r}, 1).blobs['data'].reshape('a')\n")
    assert "blob.py" in run_script(script).stderr
