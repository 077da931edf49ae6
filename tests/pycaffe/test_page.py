"""What docs/pycaffe.md says, run."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from toy_solver import write_toy

import fillerkit as fk
import fillerkit.pycaffe as caffe

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "pycaffe.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(autouse=True)
def _in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("deploy", "train_val"):
        shutil.copy(ROOT / "sample_nets" / "lenet" / f"{name}.prototxt", tmp_path)


def test_the_first_lines_run() -> None:
    exec(BLOCKS[0], {})
    start, blobs = fk.load("start.caffemodel"), fk.load_net("deploy.prototxt").fill(seed=1701)
    assert (start["conv1"][0] == 2 * blobs["conv1"].weight).all()


def test_training_runs() -> None:
    torch = pytest.importorskip("torch")
    images, labels = torch.rand(64, 1, 28, 28), torch.randint(0, 10, (64,))
    exec(BLOCKS[-1], {"batches": [(images, labels)] * 3})
    read = fk.load_net("train_val.prototxt", phase="TRAIN", shapes={"data": (64, 1, 28, 28)})
    trained = fk.load("trained.caffemodel")
    assert list(trained) == ["conv1", "conv2", "ip1", "ip2"]
    assert (trained["ip2"][0] != read.fill(seed=1701)["ip2"].weight).any()


def test_a_script_trains(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch")
    write_toy(Path())
    exec(BLOCKS[-2], {})
    iteration, rate, loss = capsys.readouterr().out.split()
    assert iteration == "100"
    assert float(rate) == pytest.approx(0.1)
    assert float(loss) < 0.1
    assert Path("solver_iter_100.solverstate").is_file()


def test_every_method_of_a_solver_is_on_the_page() -> None:
    methods = {name for name in dir(caffe.Solver) if not name.startswith("_")}
    assert [name for name in methods - {"of_text"} if f"`{name}`" not in PAGE] == []


def test_every_public_name_is_on_the_page() -> None:
    left_out = {"Blob", "BlobVec", "Net", "NetSpec", "Layer", "Solver"}  # told of by what they do
    accepted = {name for name in caffe.__all__ if name.startswith(("set_solver", "set_multi"))}
    accepted |= {"has_nccl", "solver_count", "solver_rank"}
    names = (
        {*caffe.__all__} - left_out - accepted - {"classifier", "detector", "io", "draw", "proto"}
    )
    assert [name for name in sorted(names) if f"`{name}" not in PAGE] == []


def test_every_method_of_a_net_is_on_the_page() -> None:
    methods = {name for name in dir(caffe.Net) if not name.startswith("_")}
    callbacks = {"after_forward", "before_backward", "after_backward"}
    missing = [name for name in methods - callbacks - {"of_text", "name"} if name not in PAGE]
    assert missing == []
