"""MNN: its converter and its runtime."""

import subprocess
import sys
from pathlib import Path

import MNN.expr
import MNN.nn
from client_files import CAFFEMODEL, OUT, PROTOTXT, inputs, tell, wanted

model = OUT / "net.mnn"
command = [Path(sys.executable).with_name("mnnconvert"), "-f", "CAFFE", "--bizCode", "clients"]
command += ["--prototxt", PROTOTXT, "--modelFile", CAFFEMODEL, "--MNNModel", model]
subprocess.run(command, check=True)
given = inputs()
net = MNN.nn.load_module_from_file(str(model), list(given), list(wanted()))
variables = []
for array in given.values():
    variable = MNN.expr.placeholder(list(array.shape), MNN.expr.NCHW)
    variable.write(array.reshape(-1).tolist())
    variables.append(MNN.expr.convert(variable, MNN.expr.NC4HW4))
made = net.forward(variables)
outputs = {
    name: MNN.expr.convert(variable, MNN.expr.NCHW).read() for name, variable in zip(wanted(), made)
}
tell(outputs, files=[model])
