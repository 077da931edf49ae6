"""What docs/onnx.md says, run."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from fillerkit.cli import main

for name in ("cv2", "torch", "onnx", "onnxscript", "onnxruntime"):
    pytest.importorskip(name, reason=f"{name} is not installed")

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "onnx.md").read_text()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "sample_nets").symlink_to(ROOT / "sample_nets")
    return tmp_path


@pytest.mark.long
def test_the_programs_run_one_after_the_other(folder: Path) -> None:
    found: dict[str, object] = {}
    for program in re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL):
        exec(program, found)
        for line in re.findall(r"^(.*)  # (\(\(.*)$", program, re.MULTILINE):
            assert eval(line[0], found) == eval(line[1])
    assert sum(found["prob"].ravel()) == pytest.approx(1)  # type: ignore[attr-defined]


@pytest.mark.long
def test_the_first_command_writes_the_file_that_the_programs_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = re.findall(r"```sh\n(.*?)\n```", PAGE, re.DOTALL)[0]
    monkeypatch.setattr(sys, "argv", shlex.split(command))
    main()
    assert (folder / "lenet.onnx").exists()
