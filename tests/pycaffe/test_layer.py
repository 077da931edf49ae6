"""Layers that are Python classes: set up, asked for shapes, run."""

from __future__ import annotations

from pathlib import Path

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

class Loss(caffe.Layer):
    def setup(self, bottom, top):
        pass

    def reshape(self, bottom, top):
        top[0].reshape(1)

    def forward(self, bottom, top):
        top[0].data[...] = bottom[0].data.sum()

    def backward(self, top, propagate_down, bottom):
        bottom[0].diff[...] = top[0].diff
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


@pytest.mark.parametrize(
    ("name", "message"),
    [("Tims", "no class 'Tims'; did you mean 'Times'"), ("Shapeless", "has no reshape")],
)
def test_a_class_that_cannot_be_a_layer_is_named(write: WriteNet, name: str, message: str) -> None:
    with pytest.raises(AttributeError, match=f"layer 'one': .*{message}"):
        caffe.Net(write(CHAIN.replace('"Times" }', f'"{name}" }}')), caffe.TRAIN)
