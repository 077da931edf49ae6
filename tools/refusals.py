"""Write tests/conformance/refusals.txt anew: what is said of each net that Caffe refuses.

A person reads the difference before it is committed.
"""

from __future__ import annotations

import json
from pathlib import Path

import fillerkit as fk

HERE = Path(__file__).resolve().parents[1] / "tests" / "conformance"


def main() -> None:
    """Ask for every net that has an error in the goldens, in the first phase that has one."""
    lines = []
    for golden in map(json.loads, (HERE / "expected.jsonl").read_text().splitlines()):
        phase = next((phase for phase in ("TRAIN", "TEST") if "error" in golden[phase]), None)
        if phase is None:
            continue
        try:
            fk.load_net(HERE / "nets" / f"{golden['net']}.prototxt", phase=phase)
        except fk.FillerkitError as error:
            lines.append(f"{golden['net']}:{error.line}:{error.column}: {error.message}\n")
    (HERE / "refusals.txt").write_text("".join(lines))


if __name__ == "__main__":
    main()
