"""OpenVINO's converter of the releases that still took Caffe's nets, and its runtime."""

import sys
from pathlib import Path

from client_files import CAFFEMODEL, OUT, PROTOTXT, call, inputs, tell, wanted
from openvino.runtime import Core

command = [Path(sys.executable).with_name("mo"), "--framework", "caffe"]
command += ["--input_proto", PROTOTXT, "--input_model", CAFFEMODEL, "--output_dir", OUT]
command += ["--compress_to_fp16=False"]
call(*command)
net = Core().compile_model(str(OUT / "net.xml"), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
made = net(inputs())
outputs = {
    name: made[output] for output in net.outputs for name in output.get_names() if name in wanted()
}
tell(outputs, files=[OUT / "net.bin"])
