"""Netron's own reader, driven by Node.js: what its page shows of each layer's blobs."""

import json
import subprocess
from pathlib import Path

import netron
import numpy as np
from client_files import CAFFEMODEL, OUT, tell

script = Path(__file__).with_name("run_netron.mjs")
subprocess.run(["node", script, Path(netron.__file__).parent, CAFFEMODEL, OUT], check=True)
index = json.loads((OUT / "index.json").read_text())
values = np.fromfile(OUT / "values", "<f4")
starts = np.cumsum([0, *index.values()])
tell({}, {name: values[at : at + count] for (name, count), at in zip(index.items(), starts)})
