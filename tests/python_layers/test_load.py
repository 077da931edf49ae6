"""Nets whose Python layers run to say their shapes, without the facade."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import fillerkit as fk
from fillerkit.python_layers.finder import CaffeFinder
from fillerkit.python_layers.load import load_net_running_layers

NET = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 6] } } }
layer { name: "own" type: "Python" bottom: "data" top: "own"
        python_param { module: "halving" layer: "Halves" param_str: "2" } }
"""
MODULE = """
import caffe

class Halves(caffe.Layer):
    def setup(self, bottom, top):
        self.blobs.add_blob(3)

    def reshape(self, bottom, top):
        top[0].reshape(2, bottom[0].shape[1] // int(self.param_str))
"""


@pytest.fixture(autouse=True)
def _module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "halving.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "halving", raising=False)


def test_a_class_in_the_working_directory_says_its_shapes_and_its_blobs() -> None:
    layer = load_net_running_layers(NET).layers[1]
    assert layer.tops == (("own", (2, 3)),)
    assert [param.shape for param in layer.params] == [(3,)]


def test_the_path_and_what_import_caffe_finds_are_as_before_afterwards() -> None:
    path = sys.path[:]
    load_net_running_layers(NET)
    assert sys.path == path
    assert "caffe" not in sys.modules
    assert not any(isinstance(finder, CaffeFinder) for finder in sys.meta_path)


def test_a_class_that_fails_is_a_layer_error_that_names_the_layer() -> None:
    text = NET.replace('param_str: "2"', 'param_str: "x"')
    with pytest.raises(fk.LayerError, match=r"failed: ValueError: .*layer 'own' \(Python\)"):
        load_net_running_layers(text)


def test_what_is_wrong_in_the_prototxt_is_the_error_that_it_always_is() -> None:
    with pytest.raises(fk.LayerError, match="unknown layer type 'Inputs'"):
        load_net_running_layers(NET.replace('"Input"', '"Inputs"'))
