"""ncnn: caffe2ncnn, the converter of its own tools, and its runtime. It takes one image."""

import ncnn
import numpy as np
from client_files import CAFFEMODEL, OUT, PROTOTXT, call, inputs, tell, wanted

param, binary = OUT / "net.param", OUT / "net.bin"
call("caffe2ncnn", PROTOTXT, CAFFEMODEL, param, binary)
net = ncnn.Net()
# The defaults count in float16 and by Winograd's products: fast, and a few digits less.
for option in ("fp16_packed", "fp16_storage", "fp16_arithmetic", "bf16_storage"):
    setattr(net.opt, f"use_{option}", False)
net.opt.use_winograd_convolution = net.opt.use_sgemm_convolution = False
if net.load_param(str(param)) or net.load_model(str(binary)):
    raise SystemExit("ncnn does not load what its converter wrote")
extractor = net.create_extractor()
for name, array in inputs().items():
    extractor.input(name, ncnn.Mat(np.ascontiguousarray(array[0])).clone())
found = {blob: extractor.extract(blob) for blob in wanted()}
tell({blob: np.array(mat) for blob, (code, mat) in found.items() if code == 0}, files=[binary])
