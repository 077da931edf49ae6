"""What pytest is not to look into on a machine where it could not be imported."""

from importlib.util import find_spec

collect_ignore = (
    []
    if find_spec("torch")
    else [
        "src/fillerkit/torch.py",
        "src/fillerkit/running",
        "src/fillerkit/formats/pt.py",
        "src/fillerkit/signals/measure.py",
    ]
)
