"""Two runs that write one file at once, and who reads it meanwhile: each sees a whole one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import weights

import fillerkit as fk

WRITER = """
import sys
import fillerkit as fk
net = fk.load_net(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
for _ in range(int(sys.argv[4])):
    net.save(sys.argv[1], seed=int(sys.argv[3]))
"""


@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_two_writers_of_one_file_leave_that_of_either(suffix: str, tmp_path: Path) -> None:
    target = tmp_path / f"x.{suffix}"
    net = fk.load_net(weights.LENET)
    wanted = []
    for seed in (1, 2):
        net.save(target, seed=seed)
        wanted.append(target.read_bytes())
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITER, target, weights.LENET, str(seed), "5"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for seed in (1, 2)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write(b"\n")
        writer.stdin.flush()
    seen = set()
    while any(writer.poll() is None for writer in writers):
        seen.add(wanted.index(target.read_bytes()))
    assert seen
    for writer in writers:
        _, said = writer.communicate()
        assert (writer.returncode, said) == (0, b"")
    assert target.read_bytes() in wanted
    assert [each.name for each in tmp_path.iterdir()] == [target.name]
