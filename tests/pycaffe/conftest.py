"""Nets for the tests of pycaffe, and scripts run as `python -m fillerkit.pycaffe SCRIPT`."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from caffe_nets import NET, RunScript, WriteNet

import fillerkit.pycaffe as caffe

collect_ignore = ["scripts"]  # programs, run by test_scripts.py


@pytest.fixture
def write(tmp_path: Path) -> WriteNet:
    """``write(text)``: a prototxt in a file, by its path."""

    def write_net(text: str) -> str:
        path = tmp_path / f"net{len(list(tmp_path.iterdir()))}.prototxt"
        path.write_text(text)
        return str(path)

    return write_net


@pytest.fixture
def net(write: WriteNet) -> caffe.Net:
    """`NET` in phase TRAIN."""
    caffe.set_random_seed(1701)
    return caffe.Net(write(NET), caffe.TRAIN)


@pytest.fixture
def run_script(tmp_path: Path) -> RunScript:
    """``run_script(script, *arguments)``: a script in a process of its own, in a folder of ours."""

    def run(script: Path | str, *arguments: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "fillerkit.pycaffe", *map(str, (script, *arguments))]
        environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
        return subprocess.run(
            command, capture_output=True, text=True, env=environment, cwd=tmp_path, timeout=100
        )

    return run
