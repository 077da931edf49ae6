"""Netron's own reader, driven by Node.js: what its page shows of each layer's blobs."""

import json
from pathlib import Path

import netron
import numpy as np
from client_files import CAFFEMODEL, OUT, call, tell

script = Path(__file__).with_name("run_netron.mjs")
call("node", script, Path(netron.__file__).parent, CAFFEMODEL, OUT)
index = json.loads((OUT / "index.json").read_text())
values = np.fromfile(OUT / "values", "<f4")
starts = np.cumsum([0, *index.values()])
tell({}, {name: values[at : at + count] for (name, count), at in zip(index.items(), starts)})
