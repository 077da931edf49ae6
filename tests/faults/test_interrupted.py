"""Ctrl-C and SIGTERM while a large blob is made: the end comes at once, and nothing is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

NET = """
    layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 1 dim: 16384 } } }
    layer { name: "c" type: "InnerProduct" bottom: "d" top: "c" inner_product_param {
            num_output: 16384 bias_term: false weight_filler { FILLER } } }
"""

# What is made piece by piece, what needs the whole blob, and what changes it as a whole.
FILLERS = ['type: "gaussian"', 'type: "gaussian" sparse: 9', 'type: "gaussian_unitball"']

# The command line, which gets a signal a moment after it opens the file that it writes. What it
# then takes is counted in the processor's time: other programs do not count.
CHILD = """
import os, signal, sys, threading, time
from fillerkit.cli import main

signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs the tests may ignore it

number, begun, sent = int(sys.argv.pop(1)), [], []

def kill():
    sent.append(time.process_time())
    os.kill(os.getpid(), number)

def opens(event, args):
    # Python tells of each opening twice, and a second signal would end the cleaning up.
    if event == "open" and str(args[0]).endswith(".part") and not begun:
        begun.append(event)
        threading.Timer(0.3, kill).start()

sys.addaudithook(opens)
try:
    main()
finally:
    print(time.process_time() - sent[0])
"""

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(os.name != "posix", reason="signals of POSIX"),
]


@pytest.mark.parametrize(
    ("number", "code", "said"),
    [(signal.SIGINT, 130, "interrupted"), (signal.SIGTERM, 143, "stopped")],
    ids=["SIGINT", "SIGTERM"],
)
@pytest.mark.parametrize("stream", ["caffe", "sharded"])
@pytest.mark.parametrize("filler", FILLERS, ids=["pieces", "whole", "changed"])
def test_a_signal_ends_the_making_of_a_large_blob_at_once_and_no_file_is_left(
    tmp_path: Path, filler: str, stream: str, number: int, code: int, said: str
) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text(NET.replace("FILLER", filler))
    # Boost 1.55 makes gaussians slowest: all of them would take seconds.
    init = ["init", str(net), "--seed", "1", "--boost", "1.55", "--stream", stream]
    ended = subprocess.run(
        [sys.executable, "-c", CHILD, str(int(number)), *init, "-o", str(tmp_path / "net.npz")],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert (ended.returncode, ended.stderr.strip()) == (code, f"error: {said}")
    assert float(ended.stdout) < 0.5
    assert [path.name for path in tmp_path.iterdir()] == ["net.prototxt"]
