"""Names that are not there: the nearest is offered, and the exception is Caffe's."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable

import numpy as np
import pytest

import fillerkit.pycaffe as caffe


@pytest.mark.parametrize(
    ("look", "error", "message"),
    [
        (lambda net: net.params["cnov"], KeyError, "no layer with parameters 'cnov'.*'conv'"),
        (lambda net: net.blobs["dta"], KeyError, "no blob 'dta'.*'data'"),
        (lambda net: net.layer_dict["rlu"], KeyError, "no layer 'rlu'.*'relu'"),
        (lambda net: net.forward(end="cov"), ValueError, "no layer 'cov'.*'conv'"),
        (lambda net: net.backward(start="cov"), ValueError, "no layer 'cov'.*'conv'"),
        (lambda net: net.forward("conv"), KeyError, r"a list: \['conv'\]"),
        (lambda net: net.param, AttributeError, "'param'.*'params'"),
        (lambda net: net.set_phase_test(), AttributeError, r"caffe\.Net\(file, weights, caffe\."),
        (lambda net: net.set_mean("data", 0), AttributeError, r"caffe\.io\.Transformer"),
        (lambda net: net.share_with("file"), TypeError, "takes a Net, not 'file'"),
        (lambda net: net.forward_all(), ValueError, "values for the net's inputs"),
        (lambda _: caffe.Nett, AttributeError, "'Nett'; did you mean 'Net'"),
        (lambda _: caffe.set_mode_cup, AttributeError, "'set_mode_cpu'"),
    ],
)
def test_a_name_that_is_not_there_offers_what_is(
    net: caffe.Net,
    look: Callable[[caffe.Net], object],
    error: type[Exception],
    message: str,
) -> None:
    with pytest.raises(error, match=message):
        look(net)


def test_a_blob_cannot_be_replaced_by_an_array(net: caffe.Net) -> None:
    with pytest.raises(TypeError, match=r"'ndarray' is no Blob.*data\[\.\.\.\] = values"):
        net.params["ip"][0] = np.zeros((3, 36))
    net.params["ip"][0] = other = caffe.Blob((3, 36))
    assert net.params["ip"][0] is other


def test_what_goes_by_name_is_an_ordinary_ordered_dict(net: caffe.Net) -> None:
    copied = net.params.copy()
    assert isinstance(copied, OrderedDict)
    assert list(copied.items()) == list(net.params.items())
    assert net.params.get("nothing") is None


def test_nets_layers_and_solvers_show_what_they_are(net: caffe.Net) -> None:
    assert repr(net) == "<Net 'small', TRAIN, 5 layers>"
    assert repr(net.layer_dict["ip"]) == "<InnerProduct layer, blobs 3x36, 3>"
    assert repr(net.layer_dict["relu"]) == "<ReLU layer>"


def test_what_python_2_has_besides_is_there(net: caffe.Net) -> None:
    assert [name for name, _ in net.params.iteritems()] == ["conv", "ip"]
    assert list(net.blobs.iterkeys()) == list(net.blobs)
    assert next(net.blobs.itervalues()).count == 150
    assert net.layer_dict.has_key("ip") and not net.layer_dict.has_key("up")
