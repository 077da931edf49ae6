"""What becomes of gradients before an update: clipping, means over passes, weight decay."""

from __future__ import annotations

import numpy as np
import pytest

import fillerkit.pycaffe as caffe
from fillerkit.pycaffe.proto.caffe_pb2 import SolverParameter
from fillerkit.pycaffe.training.gradients import Learned, clip, learned, normalise, regularise
from fillerkit.python_layers.blob import Blob


def param(data: list[float], diff: list[float], decay_mult: float = 1.0) -> Learned:
    blob = Blob((len(data),), np.array(data))
    blob.diff[...] = diff
    return Learned(blob, np.float32(1), np.float32(decay_mult))


def test_gradients_of_a_larger_norm_are_scaled_down_together() -> None:
    params = [param([0, 0], [3, 0]), param([0], [4])]
    clipped = clip(params, 2.5)
    assert clipped is not None
    assert (float(clipped.norm), float(clipped.factor)) == (5, 0.5)
    assert [list(each.diff) for each in params] == [[1.5, 0], [2]]


@pytest.mark.parametrize("most", [5, 6, -1])
def test_gradients_of_a_smaller_norm_stay(most: float) -> None:
    params = [param([0, 0], [3, 4])]
    assert clip(params, most) is None
    assert list(params[0].diff) == [3, 4]


def test_gradients_that_were_added_up_become_their_mean() -> None:
    diff = np.array([3, 6], np.float32)
    normalise(diff, 1)
    assert list(diff) == [3, 6]
    normalise(diff, 4)
    assert list(diff) == [0.75, 1.5]


@pytest.mark.parametrize(
    ("kind", "decay_mult", "after"),
    [("L2", 1, [2, 1, 0]), ("L2", 2, [3, 1, -1]), ("L1", 2, [2, 1, 0]), ("L1", 0, [1, 1, 1])],
)
def test_weight_decay_is_added_with_the_blobs_own_factor(
    kind: str, decay_mult: float, after: list[float]
) -> None:
    solver = SolverParameter(weight_decay=0.5, regularization_type=kind)
    one = param([2, 0, -2], [1, 1, 1], decay_mult)
    regularise(one, one.diff, np.full(3, np.nan, np.float32), solver)
    assert list(one.diff) == after


def test_blobs_that_share_their_values_are_learned_once(net: caffe.Net) -> None:
    names = {id(blob): name for name, blobs in net.params.items() for blob in blobs}
    found = learned(net._state)
    assert [names[id(each.blob)] for each in found] == ["conv", "conv", "ip", "ip"]
    assert {float(each.lr_mult + each.decay_mult) for each in found} == {2}
