"""A fault at any call of the system leaves the old file or the new one, whole, in every format.

Some calls are tried, the first and the last ones too; ``make faults`` tries all of them.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from errno import EDQUOT, EIO, ENOSPC
from pathlib import Path

import pytest
import weights
from moments import Became

KILL = f"signal:{signal.SIGKILL:d}"
ENDS = {
    KILL: (-signal.SIGKILL, ""),
    f"signal:{signal.SIGTERM:d}": (128 + signal.SIGTERM, "error: stopped"),
    f"signal:{signal.SIGINT:d}": (128 + signal.SIGINT, "error: interrupted"),
}
ERRORS = {f"errno:{number}": os.strerror(number) for number in (ENOSPC, EIO, EDQUOT)}
MOST = int(os.environ.get("FILLERKIT_MOMENTS", "5"))

every_format = pytest.mark.parametrize("suffix", weights.FORMATS)


def became(shim: Path, folder: Path, suffix: str, *faults: str) -> list[Became]:
    """What became of a run at each moment."""
    program = Path(__file__).parents[1] / "helpers" / "moments.py"
    done = subprocess.run(
        [sys.executable, program, folder, suffix, str(MOST), *faults],
        env=os.environ | {"LD_PRELOAD": str(shim), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=3000,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = [Became(*each) for each in json.loads(done.stdout)]
    assert {each.fault for each in found} == set(faults)
    assert len(found) >= min(MOST, 20) * len(faults)
    return found


@every_format
def test_a_signal_at_any_call_leaves_the_old_file_or_the_new_one_and_no_other_for_long(
    suffix: str, shim: Path, tmp_path: Path
) -> None:
    found = became(shim, tmp_path, suffix, *ENDS)
    for each in found:
        assert (each.code, each.said.strip()) == ENDS[each.fault], each
        # The signal comes before the call, and all but SIGKILL are acted upon after it.
        late = each.call == "rename" and each.fault != KILL
        assert each.file == ("new" if late else "old"), each
        assert each.fault == KILL or not each.left, each
        for name in each.left:
            assert re.fullmatch(rf"\.x\.{suffix}\.[0-9a-f]{{16}}\.part", name), each
        assert not each.left_again, each
    assert sum(len(each.left) for each in found) > 1


@every_format
def test_an_error_of_the_disk_at_any_call_is_told_and_leaves_the_old_file(
    suffix: str, shim: Path, tmp_path: Path
) -> None:
    for each in became(shim, tmp_path, suffix, *ERRORS):
        target = tmp_path / "out" / f"x.{suffix}"
        assert each.said == f"error: {target}: cannot be written: {ERRORS[each.fault]}\n", each
        assert (each.code, each.file, each.left) == (1, "old", []), each


@every_format
def test_a_write_that_takes_half_is_gone_on_with(suffix: str, shim: Path, tmp_path: Path) -> None:
    for each in became(shim, tmp_path, suffix, "short"):
        assert (each.code, each.said, each.file, each.left) == (0, "", "new", []), each
