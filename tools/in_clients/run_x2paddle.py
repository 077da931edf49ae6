"""X2Paddle, whose converter of Caffe's nets writes PaddlePaddle's code and weights."""

import sys
from pathlib import Path

import numpy as np
import paddle
from client_files import CAFFEMODEL, OUT, PROTOTXT, call, inputs, tell, wanted

command = [Path(sys.executable).with_name("x2paddle"), "--framework=caffe", "--save_dir", OUT]
command += ["--prototxt", PROTOTXT, "--weight", CAFFEMODEL, "--disable_feedback=True"]
call(*command)
sys.path.insert(0, str(OUT))
import x2paddle_code  # noqa: E402

made = x2paddle_code.main(*map(paddle.to_tensor, inputs().values()))
made = made if isinstance(made, (list, tuple)) else [made]
outputs = dict(zip(wanted(), (variable.numpy() for variable in made)))
state = paddle.load(str(OUT / "model.pdparams"))
arrays = [np.asarray(value) for value in state.values()]
# PaddlePaddle keeps matrices the other way round.
(OUT / "joined").write_bytes(b"".join(a.tobytes() + a.T.tobytes() for a in arrays))
tell(outputs, files=[OUT / "joined"])
