"""Layers that are Python classes: set up, asked for shapes, run."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from caffe_nets import WriteNet

import fillerkit as fk
import fillerkit.pycaffe as caffe

MODULE = """
import fillerkit.pycaffe as caffe

class Times(caffe.Layer):
    def setup(self, bottom, top):
        assert len(bottom) == len(top) == 1
        self.factor = float(self.param_str or 10)
        self.seen = [("setup", self.phase)]

    def reshape(self, bottom, top):
        self.seen.append("reshape")
        top[0].reshape(*bottom[0].data.shape)

    def forward(self, bottom, top):
        top[0].data[...] = self.factor * bottom[0].data

    def backward(self, top, propagate_down, bottom):
        self.down = list(propagate_down)
        bottom[0].diff[...] = self.factor * top[0].diff

class Count(caffe.Layer):
    def setup(self, bottom, top):
        top[0].reshape(3)
        self.next = 0

    def reshape(self, bottom, top):
        pass

    def forward(self, bottom, top):
        top[0].data[...] = [self.next, self.next + 1, self.next + 2]
        self.next += 3

    def backward(self, top, propagate_down, bottom):
        pass

class Weighted(Times):
    def setup(self, bottom, top):
        super().setup(bottom, top)
        self.blobs.add_blob(2, 3)
        self.blobs[0].data[...] = 5

class Shapeless(caffe.Layer):
    pass

class OnlySetup(caffe.Layer):
    def setup(self, bottom, top):
        1 / 0

class Loss(caffe.Layer):
    def setup(self, bottom, top):
        pass

    def reshape(self, bottom, top):
        top[0].reshape(1)

    def forward(self, bottom, top):
        top[0].data[...] = bottom[0].data.sum()

    def backward(self, top, propagate_down, bottom):
        bottom[0].diff[...] = top[0].diff

class Own(Times):
    def __init__(self, p):
        super(Own, self).__init__(p)
        self.name = p.name
        self.seen = []

    def setup(self, bottom, top):
        self.factor = 1

class Grows(Own):
    def forward(self, bottom, top):
        top[0].reshape(7)
        top[0].data[...] = 5

class Learns(Own):
    def setup(self, bottom, top):
        super(Learns, self).setup(bottom, top)
        self.blobs.add_blob(1)

    def backward(self, top, propagate_down, bottom):
        self.blobs[0].diff[0] = 1

class Raises(Own):
    def raise_in(self, place):
        if self.param_str == place:
            raise ZeroDivisionError(place)

    def setup(self, bottom, top):
        self.raise_in("setup")

    def reshape(self, bottom, top):
        self.raise_in("reshape")
        top[0].reshape(*bottom[0].data.shape)

    def forward(self, bottom, top):
        self.raise_in("forward")

    def backward(self, top, propagate_down, bottom):
        self.raise_in("backward")

class Bare(caffe.Layer):
    def setup(self, bottom, top):
        pass

    def reshape(self, bottom, top):
        top[0].reshape(*bottom[0].data.shape)
"""

CHAIN = """force_backward: true
input: "data" input_shape { dim: 4 dim: 3 }
layer { name: "one" type: "Python" bottom: "data" top: "one"
        python_param { module: "pylayers" layer: "Times" } }
layer { name: "two" type: "Python" bottom: "one" top: "two"
        python_param { module: "pylayers" layer: "Times" param_str: "3" } }
"""


@pytest.fixture(autouse=True)
def _module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "modules"
    folder.mkdir()
    (folder / "pylayers.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(__import__("sys").modules, "pylayers", raising=False)


def test_setup_and_reshape_say_the_shapes(write: WriteNet) -> None:
    net = caffe.Net(write(CHAIN), caffe.TRAIN)
    assert {name: blob.shape for name, blob in net.blobs.items()} == {
        "data": [4, 3],
        "one": [4, 3],
        "two": [4, 3],
    }


def test_layers_are_the_instances_with_param_str_and_phase(write: WriteNet) -> None:
    net = caffe.Net(write(CHAIN), caffe.TEST)
    layer = net.layers[2]
    assert type(layer).__name__ == "Times"
    assert layer.type == "Python"
    assert (layer.param_str, layer.phase) == ("3", caffe.TEST)
    assert layer.param_str_ == "3"  # type: ignore[attr-defined]  # as it was called before 2015
    assert layer.seen == [("setup", caffe.TEST), "reshape"]  # type: ignore[attr-defined]


def test_forward_and_backward_run_them(write: WriteNet) -> None:
    net = caffe.Net(write(CHAIN), caffe.TRAIN)
    given = net.forward(data=np.full((4, 3), 2))
    assert (given["two"] == 60).all()
    net.blobs["two"].diff[...] = 1
    assert (net.backward()["data"] == 30).all()
    assert net.layers[1].down == [True]  # type: ignore[attr-defined]


def test_new_shapes_flow_through_them_and_setup_runs_once(write: WriteNet) -> None:
    net = caffe.Net(write(CHAIN), caffe.TRAIN)
    net.blobs["data"].reshape(2, 2, 2, 2)
    net.forward()
    assert all(blob.data.shape == (2, 2, 2, 2) for blob in net.blobs.values())
    assert net.layers[1].seen.count(("setup", caffe.TRAIN)) == 1  # type: ignore[attr-defined]


def test_a_python_layer_can_be_a_source(write: WriteNet) -> None:
    net = caffe.Net(
        write("""layer { name: "n" type: "Python" top: "n"
                         python_param { module: "pylayers" layer: "Count" } }"""),
        caffe.TRAIN,
    )
    assert net.inputs == []
    assert [net.forward()["n"].tolist() for _ in range(2)] == [[0, 1, 2], [3, 4, 5]]


def test_its_blobs_are_parameters_of_the_net(write: WriteNet, tmp_path: Path) -> None:
    path = write(CHAIN.replace('"Times" }', '"Weighted" }'))
    net = caffe.Net(path, caffe.TRAIN)
    assert [blob.data.tolist() for blob in net.params["one"]] == [[[5] * 3] * 2]
    net.params["one"][0].data[...] = 6
    net.save(str(tmp_path / "a.caffemodel"))
    again = caffe.Net(path, caffe.TRAIN, weights=str(tmp_path / "a.caffemodel"))
    assert (again.layers[1].blobs[0].data == 6).all()


def test_it_stands_between_layers_of_caffe_and_in_its_loss(write: WriteNet) -> None:
    pytest.importorskip("torch")
    net = caffe.Net(
        write("""
        input: "data" input_shape { dim: 2 dim: 3 }
        layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
                inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }
        layer { name: "t" type: "Python" bottom: "ip" top: "t"
                python_param { module: "pylayers" layer: "Times" } }
        layer { name: "l" type: "Python" bottom: "t" top: "l" loss_weight: 1
                python_param { module: "pylayers" layer: "Loss" } }
        """),
        caffe.TRAIN,
    )
    net.forward(data=np.ones((2, 3)))
    assert np.isclose(net.blobs["l"].data[0], 20 * net.params["ip"][0].data.sum(), atol=1e-3)
    net.backward()
    assert net.blobs["l"].diff.tolist() == [1]
    assert net.params["ip"][0].diff.tolist() == [[20] * 3] * 3


def test_it_takes_no_draws(write: WriteNet) -> None:
    ip = """layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
                    inner_product_param { num_output: 3 weight_filler { type: "xavier" } } }"""
    values = []
    for text in (CHAIN + ip, CHAIN[: CHAIN.index("layer")] + ip):
        caffe.set_random_seed(1)
        values.append(caffe.Net(write(text), caffe.TRAIN).params["ip"][0].data.tolist())
    assert values[0] == values[1]


def test_a_module_that_is_not_there_is_an_import_error(write: WriteNet) -> None:
    path = write(CHAIN.replace("pylayers", "no_such_module"))
    with pytest.raises(ImportError) as missing:
        caffe.Net(path, caffe.TRAIN)
    assert "sys.path" in missing.value.__notes__[0]


def test_a_class_that_is_not_there_is_an_attribute_error(write: WriteNet) -> None:
    with pytest.raises(AttributeError):
        caffe.Net(write(CHAIN.replace('"Times"', '"Nothing"')), caffe.TRAIN)


def test_a_well_known_layer_whose_code_is_not_there_has_its_shapes_all_the_same(
    write: WriteNet,
) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    net = caffe.Net(
        write("""
        layer { name: "d" type: "Input" top: "s" top: "b" top: "i" input_param {
                shape { dim: [1, 18, 4, 4] } shape { dim: [1, 36, 4, 4] } shape { dim: [1, 3] } } }
        layer { name: "p" type: "Python" bottom: "s" bottom: "b" bottom: "i" top: "rois"
                python_param { module: "rpn.proposal_layer" layer: "ProposalLayer" } }
        """),
        caffe.TEST,
    )
    assert net.blobs["rois"].shape == [1, 5]
    with pytest.raises(fk.UsageError, match="Python 'p'"):
        net.forward()


def test_reading_the_net_with_fillerkit_itself_runs_no_code(write: WriteNet) -> None:
    with pytest.raises(fk.LayerError, match="code"):
        fk.load_net(write(CHAIN))


def test_a_module_that_imports_caffe_finds_ours(write: WriteNet, tmp_path: Path) -> None:
    module = tmp_path / "modules" / "imports_caffe.py"
    module.write_text(MODULE.replace("fillerkit.pycaffe as caffe", "caffe"))
    net = caffe.Net(write(CHAIN.replace('"pylayers"', '"imports_caffe"')), caffe.TRAIN)
    assert isinstance(net.layers[1], caffe.Layer)


def test_a_class_that_is_not_in_its_module_is_named(write: WriteNet) -> None:
    with pytest.raises(AttributeError, match=r"layer 'one': .*no class 'Tims'; did.*'Times'"):
        caffe.Net(write(CHAIN.replace('"Times" }', '"Tims" }')), caffe.TRAIN)


def test_a_class_without_reshape_is_refused_after_its_setup(write: WriteNet) -> None:
    with pytest.raises(AttributeError, match="has no reshape") as error:
        caffe.Net(write(CHAIN.replace('"Times" }', '"Shapeless" }')), caffe.TRAIN)
    assert "layer 'one'" in error.value.__notes__[0]
    with pytest.raises(ZeroDivisionError):
        caffe.Net(write(CHAIN.replace('"Times" }', '"OnlySetup" }')), caffe.TRAIN)


def one(kind: str, fields: str = "", param_str: str = "") -> str:
    """A net of one Python layer."""
    return f"""force_backward: true
    input: "data" input_shape {{ dim: 2 dim: 3 }}
    layer {{ name: "one" type: "Python" bottom: "data" {fields or 'top: "top"'}
            python_param {{ module: "pylayers" layer: "{kind}" param_str: "{param_str}" }} }}
    """


@pytest.mark.parametrize("place", ["setup", "reshape", "forward", "backward"])
def test_what_a_layer_raises_comes_through_as_it_is(write: WriteNet, place: str) -> None:
    path = write(one("Raises", param_str=place))
    with pytest.raises(ZeroDivisionError, match=f"^{place}"):
        net = caffe.Net(path, caffe.TRAIN)
        assert place in ("forward", "backward")
        net.forward()
        assert place == "backward"
        net.backward()


@pytest.mark.parametrize("run", ["forward", "backward"])
def test_a_method_that_is_missing_is_missed_when_the_net_runs(write: WriteNet, run: str) -> None:
    net = caffe.Net(write(one("Bare")), caffe.TRAIN)
    with pytest.raises(AttributeError, match=f"'Bare' object has no attribute '{run}'"):
        getattr(net, run)()


def test_a_class_may_have_an_init_of_its_own_which_takes_the_layers_message(
    write: WriteNet,
) -> None:
    layer: Any = caffe.Net(write(one("Own")), caffe.TRAIN).layers[1]
    assert (layer.name, layer.type, len(layer.blobs)) == ("one", "Python", 0)


def test_a_phase_of_the_layer_itself_is_its_phase(write: WriteNet) -> None:
    net = caffe.Net(write(one("Own", 'top: "top" phase: TEST')), caffe.TRAIN)
    assert net.layers[1].phase == caffe.TEST


def test_a_layer_in_place_writes_to_its_bottom(write: WriteNet) -> None:
    net = caffe.Net(write(one("Times", 'top: "data"')), caffe.TRAIN)
    assert net._blob_names == net.outputs == ["data"]
    assert net.forward(data=np.full((2, 3), 2))["data"].tolist() == [[20] * 3] * 2
    assert net.backward(data=np.ones((2, 3)))["data"].tolist() == [[10] * 3] * 2


def test_a_shape_that_forward_gives_is_what_the_next_layer_takes(write: WriteNet) -> None:
    after = """layer { name: "two" type: "Python" bottom: "top" top: "two"
               python_param { module: "pylayers" layer: "Times" param_str: "2" } }"""
    net = caffe.Net(write(one("Grows") + after), caffe.TRAIN)
    assert net.blobs["two"].shape == [2, 3]
    assert net.forward()["two"].tolist() == [10] * 7


def test_its_parameters_are_learned_shared_and_cleared(write: WriteNet) -> None:
    """From pycaffe's own tests."""
    path = write(one("Learns"))
    net, other = caffe.Net(path, caffe.TRAIN), caffe.Net(path, caffe.TRAIN)
    net.forward()
    net.backward()
    blob = net.layers[1].blobs[0]
    assert (blob.data.tolist(), blob.diff.tolist()) == ([0], [1])
    blob.data[0] += blob.diff[0]
    other.share_with(net)
    assert other.layers[1].blobs[0].data.tolist() == [1]
    assert other.layers[1].blobs[0].diff.tolist() == [0]
    net.clear_param_diffs()
    assert blob.diff.tolist() == [0]


def test_type_and_blobs_cannot_be_replaced(write: WriteNet) -> None:
    for layer in caffe.Net(write(CHAIN), caffe.TRAIN).layers:
        for name in ("type", "blobs"):
            with pytest.raises(AttributeError):
                setattr(layer, name, getattr(layer, name))


def test_layers_of_every_type_are_layers_whose_setup_and_reshape_leave_the_net_alone(
    write: WriteNet,
) -> None:
    net = caffe.Net(write(CHAIN.replace('"Python"', '"ReLU"', 1)), caffe.TRAIN)
    assert all(isinstance(layer, caffe.Layer) for layer in net.layers)
    for layer in net.layers[:2]:
        for call in (layer.setup, layer.reshape):
            returned: object = call([net.blobs["data"]], [net.blobs["one"]])
            assert returned is None
    assert net.blobs["one"].shape == [4, 3]


def test_a_phase_is_a_number_and_in_words_train_or_test(write: WriteNet) -> None:
    layer = caffe.Net(write(CHAIN), caffe.TEST).layers[1]
    assert (layer.phase, str(layer.phase), f"{layer.phase:d}") == (1, "TEST", "1")


def test_an_error_in_the_set_up_names_the_layer(write: WriteNet) -> None:
    with pytest.raises(ZeroDivisionError) as error:
        caffe.Net(write(one("Raises", param_str="setup")), caffe.TRAIN)
    (note,) = error.value.__notes__
    assert note.startswith("in the set-up of layer 'one' (Python), ")
    assert note.endswith(".Raises")


def test_a_layer_without_a_module_is_refused(write: WriteNet) -> None:
    with pytest.raises(fk.LayerError, match=r"needs python_param \{ module layer \}"):
        caffe.Net(write('layer { name: "p" type: "Python" top: "p" }'), caffe.TRAIN)


def test_caffe_is_ours_only_while_a_python_layer_has_its_turn(
    write: WriteNet, tmp_path: Path
) -> None:
    (tmp_path / "modules" / "caffe.py").write_text("theirs = True")
    caffe.Net(write(CHAIN), caffe.TRAIN).forward()
    assert importlib.import_module("caffe").theirs
    del sys.modules["caffe"]
