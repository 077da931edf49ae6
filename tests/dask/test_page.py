"""What docs/streams.md shows of a cluster, run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import weights

pytest.importorskip("safetensors", reason="safetensors is not installed")

PAGE = Path(__file__).parents[2] / "docs" / "streams.md"


@pytest.mark.long
def test_the_ten_lines_do_what_they_say(tmp_path: Path) -> None:
    part = PAGE.read_text().partition("## On a cluster")[2]
    code = re.findall(r"```python\n(.*?)```", part, re.DOTALL)[0]
    (tmp_path / "page.py").write_text(code)
    (tmp_path / "sample_nets").symlink_to(weights.SAMPLE_NETS)
    subprocess.run([sys.executable, "page.py"], cwd=tmp_path, check=True)
    assert (tmp_path / "lenet" / "model-00004-of-00004.safetensors").is_file()
