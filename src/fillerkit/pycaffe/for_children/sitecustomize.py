"""Lets ``import caffe`` find fillerkit.pycaffe in the processes that a script starts.

This folder is in their ``PYTHONPATH``, so that every Python reads this file as it starts: old ones
too, and those that never import caffe. So it is written for all of them, and imports nothing that
takes time.
"""

import os
import sys


class _First(object):
    """Before all folders: hands over to fillerkit, where this Python has it."""

    def __init__(self):
        # type: () -> None
        self.error = None  # type: Exception | None
        self.asked = False

    def find_spec(self, fullname, path=None, target=None):
        # type: (str, object, object) -> object
        if self.asked or fullname.split(".")[0] not in ("caffe", "caffe_pb2"):
            return None
        self.asked = True
        try:
            from fillerkit.pycaffe.children import take_over
        except Exception as error:  # of a Python for which fillerkit is not made: of any kind
            self.error = error
            return None
        return take_over().find_spec(fullname, path, target)  # type: ignore[arg-type]

    def find_module(self, fullname, path=None):
        # type: (str, object) -> None
        """What Python 2 asks, for which there is no fillerkit."""


class _Last(object):
    """Behind all folders: says why there is no caffe."""

    def __init__(self, first):
        # type: (_First) -> None
        self.first = first

    def find_spec(self, fullname, path=None, target=None):
        # type: (str, object, object) -> None
        if fullname == "caffe":
            raise ImportError(
                "no caffe in %s, and no fillerkit that can be imported (%s); the script that "
                "started it has one: start it by sys.executable"
                % (sys.executable, self.first.error or "it is too old")
            )

    find_module = find_spec  # what Python 2 asks


def _hand_on():
    # type: () -> None
    """Import the sitecustomize that there would be without this one."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder) != here]
    ours = sys.modules.pop(__name__)
    try:
        __import__(__name__)
    except ImportError as error:
        if getattr(error, "name", __name__) != __name__:
            raise
    finally:
        sys.modules.setdefault(__name__, ours)


_first = _First()
sys.meta_path.insert(0, _first)  # type: ignore[arg-type]
sys.meta_path.append(_Last(_first))
_hand_on()
