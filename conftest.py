"""What pytest is not to look into on a machine where it could not be imported.

Property tests have no deadline: how long an example takes says more of the machine than of us.
"""

from importlib.util import find_spec

if find_spec("hypothesis"):
    from hypothesis import settings

    settings.register_profile("fillerkit", deadline=None)
    settings.load_profile("fillerkit")

# It is imported as Python starts, and changes what caffe is.
collect_ignore = ["src/fillerkit/pycaffe/for_children"]
if not find_spec("torch"):
    collect_ignore += [
        "src/fillerkit/torch.py",
        "src/fillerkit/running",
        "src/fillerkit/formats/pt.py",
        "src/fillerkit/adapting",
        "src/fillerkit/signals/measure.py",
        "src/fillerkit/signals/still_module.py",
    ]
if not find_spec("dask"):
    collect_ignore.append("src/fillerkit/dask")
if not all(map(find_spec, ("torch", "onnx", "onnxscript"))):
    collect_ignore.append("src/fillerkit/onnx")
