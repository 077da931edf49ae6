"""The ``caffe`` command: ``python -m fillerkit.pycaffe caffe train --solver=FILE``."""
