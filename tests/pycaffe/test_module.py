"""The module itself: what it holds, and how its functions are called."""

from __future__ import annotations

from inspect import Parameter, signature
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from caffe_nets import RunScript

import fillerkit.pycaffe as caffe


@pytest.mark.parametrize(
    "name", ["classifier", "coord_map", "detector", "draw", "io", "net_spec", "proto"]
)
def test_a_module_is_an_attribute_without_an_import_of_its_own(name: str) -> None:
    module = getattr(caffe, name)
    assert isinstance(module, ModuleType)
    assert module.__name__ == f"fillerkit.pycaffe.{name}"


def test_classes_and_functions_are_those_of_their_modules() -> None:
    assert caffe.Classifier is caffe.classifier.Classifier
    assert caffe.Detector is caffe.detector.Detector
    assert caffe.NetSpec is caffe.net_spec.NetSpec
    assert caffe.layers is caffe.net_spec.layers
    assert caffe.params is caffe.net_spec.params
    assert caffe.to_proto is caffe.net_spec.to_proto
    assert caffe.TRAIN == caffe.proto.caffe_pb2.TRAIN
    assert caffe.TEST == caffe.proto.caffe_pb2.TEST


@pytest.mark.parametrize("name", ["NCCL", "Timer"])
def test_what_is_for_training_is_not_there(name: str) -> None:
    assert not hasattr(caffe, name)
    assert name not in dir(caffe)


def test_scripts_import_from_every_place_where_pycaffe_has_a_name(
    run_script: RunScript, tmp_path: Path
) -> None:
    script = tmp_path / "script.py"
    script.write_text("""
from caffe import *
from caffe.pycaffe import Net as PyNet, SGDSolver as PySolver, AdamSolver as PyAdam
from caffe._caffe import Net as CNet, Blob, Layer, get_solver as c_solver, layer_type_list as c_list
from caffe.classifier import Classifier as C
from caffe.detector import Detector as D
from caffe.net_spec import NetSpec as N, Top, Function, layers as L, params as P
from caffe.coord_map import crop
from caffe.draw import draw_net_to_file
from caffe.io import Transformer
import caffe
assert Net is PyNet is CNet is caffe.Net
assert SGDSolver is PySolver is caffe.SGDSolver and AdamSolver is PyAdam
assert (get_solver, layer_type_list, Blob, Layer) == (c_solver, c_list, caffe.Blob, caffe.Layer)
assert (Classifier, Detector, NetSpec, layers, params) == (C, D, N, L, P)
assert (TRAIN, TEST, set_mode_cpu, set_device) == (0, 1, caffe.set_mode_cpu, caffe.set_device)
assert (io, proto, net_spec) == (caffe.io, caffe.proto, caffe.net_spec)
assert (to_proto, set_random_seed) == (caffe.to_proto, caffe.set_random_seed)
print("all there")
""")
    done = run_script(script)
    assert (done.stdout, done.stderr) == ("all there\n", "")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("Net.forward", "self, blobs=None, start=None, end=None, **"),
        ("Net.backward", "self, diffs=None, start=None, end=None, **"),
        ("Net.forward_all", "self, blobs=None, **"),
        ("Net.forward_backward_all", "self, blobs=None, diffs=None, **"),
        ("Net.set_input_arrays", "self, data, labels"),
        (
            "Classifier",
            "model_file, pretrained_file, image_dims=None, mean=None, input_scale=None, "
            "raw_scale=None, channel_swap=None",
        ),
        ("Classifier.predict", "self, inputs, oversample=True"),
        (
            "Detector",
            "model_file, pretrained_file, mean=None, input_scale=None, raw_scale=None, "
            "channel_swap=None, context_pad=None",
        ),
        ("Detector.detect_windows", "self, images_windows"),
        ("Detector.detect_selective_search", "self, image_fnames"),
        ("Detector.crop", "self, im, window"),
        ("Detector.configure_crop", "self, context_pad"),
        ("net_spec.Top", "fn, n"),
        ("net_spec.Function", "type_name, inputs, params"),
        ("net_spec.NetSpec", ""),
        ("net_spec.NetSpec.update", "self, name, params"),
        ("net_spec.to_proto", "*tops"),
        ("net_spec.assign_proto", "proto, name, val"),
        ("net_spec.param_name_dict", ""),
        ("coord_map.conv_params", "fn"),
        ("coord_map.crop_params", "fn"),
        ("coord_map.coord_map", "fn"),
        ("coord_map.compose", "base_map, next_map"),
        ("coord_map.inverse", "coord_map"),
        ("coord_map.coord_map_from_to", "top_from, top_to"),
        ("coord_map.crop", "top_from, top_to"),
        ("draw.get_pooling_types_dict", ""),
        ("draw.get_edge_label", "layer"),
        ("draw.get_layer_lr_mult", "layer"),
        ("draw.get_layer_label", "layer, rankdir, display_lrm=False"),
        ("draw.choose_color_by_layertype", "layertype"),
        (
            "draw.get_pydot_graph",
            "caffe_net, rankdir, label_edges=True, phase=None, display_lrm=False",
        ),
        ("draw.draw_net", "caffe_net, rankdir, ext='png', phase=None, display_lrm=False"),
        (
            "draw.draw_net_to_file",
            "caffe_net, filename, rankdir='LR', phase=None, display_lrm=False",
        ),
    ],
)
def test_arguments_have_caffes_names_order_and_defaults(name: str, arguments: str) -> None:
    found: Any = caffe
    for part in name.split("."):
        found = getattr(found, part)
    parameters = signature(found).parameters.values()
    shown = [
        "**" if each.kind is Parameter.VAR_KEYWORD else str(each.replace(annotation=each.empty))
        for each in parameters
    ]
    assert ", ".join(shown) == arguments


@pytest.mark.parametrize("name", ["NCCL", "Timer"])
def test_what_is_for_several_gpus_is_refused_with_what_trains_here(name: str) -> None:
    with pytest.raises(AttributeError, match=r"several GPUs.*solve\(\).*caffe train"):
        getattr(caffe, name)
