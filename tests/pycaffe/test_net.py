"""What a script sees of a net: names, order, arrays, files."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from caffe_nets import NET, WriteNet

import fillerkit as fk
import fillerkit.pycaffe as caffe
from fillerkit.pycaffe.proto import caffe_pb2

SHARED = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 4] } } }
layer { name: "a" type: "InnerProduct" bottom: "data" top: "a" param { name: "w" }
        inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }
layer { name: "b" type: "InnerProduct" bottom: "a" top: "b" param { name: "w" }
        inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }
"""


def bits(net: caffe.Net) -> dict[str, list[bytes]]:
    return {name: [blob.data.tobytes() for blob in blobs] for name, blobs in net.params.items()}


@pytest.mark.parametrize("wrong", [None, 5, b"net.prototxt", np.zeros(2)])
def test_what_is_no_path_is_told(wrong: Any) -> None:
    for takes_file in (lambda path: caffe.Net(path, caffe.TEST), caffe.SGDSolver):
        with pytest.raises(TypeError, match="the path of a file is wanted, as a str, not"):
            takes_file(wrong)


def test_layers_and_blobs_are_in_caffes_order_with_its_splits(write: WriteNet) -> None:
    net = caffe.Net(write(NET), caffe.TEST)
    assert net._layer_names == [
        *("data", "label_data_1_split", "conv", "relu", "ip", "ip_ip_0_split"),
        *("accuracy", "loss"),
    ]
    assert list(net.blobs) == net._blob_names
    assert net._blob_names == [
        *("data", "label", "label_data_1_split_0", "label_data_1_split_1", "conv", "ip"),
        *("ip_ip_0_split_0", "ip_ip_0_split_1", "accuracy", "loss"),
    ]


def test_blobs_by_name_have_the_shapes_of_the_net(net: caffe.Net) -> None:
    shapes = {name: blob.shape for name, blob in net.blobs.items()}
    assert shapes == {"data": [2, 3, 5, 5], "label": [2], "conv": [2, 4, 3, 3], "ip": [2, 3]} | {
        "loss": []
    }


def test_params_are_the_layers_with_blobs_by_name(net: caffe.Net) -> None:
    assert {name: [b.shape for b in blobs] for name, blobs in net.params.items()} == {
        "conv": [[4, 3, 3, 3], [4]],
        "ip": [[3, 36], [3]],
    }
    assert net.params["conv"][1].data.tolist() == [0.5] * 4
    assert net.params["conv"][1].num == 4


def test_layers_tell_their_type_and_have_their_blobs(net: caffe.Net) -> None:
    assert [layer.type for layer in net.layers] == [
        *("Input", "Convolution", "ReLU", "InnerProduct", "SoftmaxWithLoss"),
    ]
    assert [len(layer.blobs) for layer in net.layers] == [0, 2, 0, 2, 0]
    assert list(net.layer_dict) == net._layer_names
    assert net.layer_dict["conv"].blobs[0] is net.params["conv"][0]


def test_inputs_are_the_tops_of_input_layers_and_outputs_what_nobody_takes(net: caffe.Net) -> None:
    assert net.inputs == ["data", "label"]
    assert net.outputs == ["loss"]


def test_tops_bottoms_and_loss_weights_go_by_name(net: caffe.Net) -> None:
    assert net.top_names["data"] == ["data", "label"]
    assert net.bottom_names["loss"] == ["ip", "label"]
    assert net.bottom_names["relu"] == net.top_names["relu"] == ["conv"]
    assert list(net.top_names) == list(net.bottom_names) == net._layer_names
    assert net.blob_loss_weights == {"data": 0, "label": 0, "conv": 0, "ip": 0, "loss": 1}


def test_the_same_blob_is_found_under_its_name_and_in_order(net: caffe.Net) -> None:
    assert net.blobs["data"] is net._blobs[0]
    assert net.blobs is net.blobs


def test_activations_cost_no_memory_until_they_are_touched(write: WriteNet) -> None:
    net = caffe.Net(write(NET), caffe.TRAIN)
    assert not any(blob.data_memory.touched for blob in net.blobs.values())
    assert not any(b.diff_memory.touched for blobs in net.params.values() for b in blobs)


def test_arrays_outlive_their_net(write: WriteNet) -> None:
    net = caffe.Net(write(NET), caffe.TRAIN)
    params = [blob for blobs in net.params.values() for blob in blobs]
    blobs = list(net.blobs.values())
    weight = net.params["conv"][0].data
    del net
    assert np.isfinite(weight.sum())
    assert all(np.isfinite(blob.data.sum() + blob.diff.sum()) for blob in (*params, *blobs))


def test_stages_and_level_choose_layers(write: WriteNet) -> None:
    text = NET.replace('name: "relu" ', 'name: "relu" include { stage: "a" min_level: 2 } ')
    path = write(text)
    assert "relu" not in caffe.Net(path, caffe.TRAIN)._layer_names
    assert "relu" not in caffe.Net(path, caffe.TRAIN, stages=["a"])._layer_names
    assert "relu" in caffe.Net(path, caffe.TRAIN, 2, ["a"])._layer_names
    assert "relu" in caffe.Net(path, phase=caffe.TRAIN, level=2, stages=["a"])._layer_names


@pytest.mark.parametrize("old_order", [False, True])
def test_weights_are_given_by_keyword_or_in_the_old_order(
    net: caffe.Net, write: WriteNet, tmp_path: Path, old_order: bool
) -> None:
    file = str(tmp_path / "weights")  # Caffe does not look at the name
    net.save(file)
    path = write(NET)
    again = (
        caffe.Net(path, file, caffe.TEST)
        if old_order
        else caffe.Net(path, caffe.TEST, weights=file)
    )
    assert bits(again) == bits(net)


@pytest.mark.parametrize("arguments", [("missing.prototxt", 0), ("missing.prototxt", "w", 1)])
def test_a_file_that_is_not_there_is_a_runtime_error(arguments: tuple[object, ...]) -> None:
    with pytest.raises(RuntimeError, match=r"Could not open file missing\.prototxt"):
        caffe.Net(*arguments)  # type: ignore[arg-type]


def test_weights_that_are_not_there_are_a_runtime_error(net: caffe.Net, write: WriteNet) -> None:
    with pytest.raises(RuntimeError, match="Could not open file nothing"):
        caffe.Net(write(NET), "nothing", caffe.TEST)
    with pytest.raises(RuntimeError, match="Could not open file nothing"):
        net.copy_from("nothing")


def test_a_phase_is_train_or_test(write: WriteNet) -> None:
    with pytest.raises(TypeError):
        caffe.Net(write(NET), 7)
    with pytest.raises(TypeError):
        caffe.Net(write(NET))  # type: ignore[call-arg]


def test_what_is_written_is_what_is_saved(net: caffe.Net, tmp_path: Path) -> None:
    net.params["ip"][0].data[0, 0] = 42
    net.params["ip"][1].data[...] = [1, 2, 3]
    net.save(str(tmp_path / "a.caffemodel"))
    saved = fk.load(tmp_path / "a.caffemodel")
    assert saved["ip"][0][0, 0] == 42
    assert saved["ip"][1].tolist() == [1, 2, 3]
    assert saved.model is not None
    assert [name for name, _ in saved.model.layers if name] == ["conv", "ip"]


@pytest.mark.parametrize("name", ["a.npz", "a.h5", "a.pt", "a.safetensors", "a"])
def test_a_caffemodel_is_known_whatever_it_is_called(
    net: caffe.Net, write: WriteNet, tmp_path: Path, name: str
) -> None:
    net.save(str(tmp_path / name))
    assert bits(caffe.Net(write(NET), caffe.TEST, weights=str(tmp_path / name))) == bits(net)


@pytest.mark.parametrize("name", ["a.npz", "a.pt", "a.safetensors"])
def test_fillerkits_own_formats_are_read_too(write: WriteNet, tmp_path: Path, name: str) -> None:
    pytest.importorskip({".pt": "torch", ".safetensors": "safetensors"}.get(name[1:], "numpy"))
    blobs = fk.load_net(NET).fill(seed=9)
    blobs.save(tmp_path / name)
    net = caffe.Net(write(NET), caffe.TEST, weights=str(tmp_path / name))
    assert net.params["conv"][0].data.tolist() == blobs["conv"].weight.tolist()


def test_save_hdf5_says_which_layers_caffe_would_not_find(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("h5py", reason="h5py is not installed")
    (tmp_path / "net.prototxt").write_text(
        'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 4] } } }'
        'layer { name: "a/b" type: "InnerProduct" bottom: "data" top: "b"'
        "        inner_product_param { num_output: 4 } }"
    )
    caffe.Net(str(tmp_path / "net.prototxt"), caffe.TEST).save_hdf5(str(tmp_path / "x.h5"))
    assert "takes no blobs of layers whose names hold '/'" in capsys.readouterr().err


def test_save_hdf5_and_load_hdf5_are_each_others_other_way_round(
    net: caffe.Net, write: WriteNet, tmp_path: Path
) -> None:
    pytest.importorskip("h5py")
    file = str(tmp_path / "a.h5")
    net.save_hdf5(file)
    for load in ("load_hdf5", "copy_from"):
        again = caffe.Net(write(NET), caffe.TEST)
        getattr(again, load)(file)
        assert bits(again) == bits(net)


def test_copy_from_takes_layers_by_name_and_leaves_the_others(
    net: caffe.Net, write: WriteNet, tmp_path: Path
) -> None:
    net.save(str(tmp_path / "a.caffemodel"))
    other = caffe.Net(write(NET.replace('"ip"', '"fc"')), caffe.TRAIN)
    before = bits(other)
    other.copy_from(str(tmp_path / "a.caffemodel"))
    assert bits(other)["conv"] == bits(net)["conv"]
    assert bits(other)["fc"] == before["fc"]


def test_copy_from_refuses_a_layer_of_another_shape(
    net: caffe.Net, write: WriteNet, tmp_path: Path
) -> None:
    net.save(str(tmp_path / "a.caffemodel"))
    other = caffe.Net(write(NET.replace("num_output: 3", "num_output: 5")), caffe.TRAIN)
    with pytest.raises(fk.FormatError, match="'ip'"):
        other.copy_from(str(tmp_path / "a.caffemodel"))


def test_share_with_makes_two_nets_have_one_memory(net: caffe.Net, write: WriteNet) -> None:
    other = caffe.Net(write(NET), caffe.TEST)
    other.share_with(net)
    net.params["conv"][0].data[...] = 3
    assert (other.params["conv"][0].data == 3).all()
    assert np.shares_memory(other.params["ip"][0].data, net.params["ip"][0].data)


def test_shared_parameters_are_one_array(write: WriteNet, tmp_path: Path) -> None:
    net = caffe.Net(write(SHARED), caffe.TRAIN)
    net.params["b"][0].data[...] = 5
    net.params["b"][0].diff[...] = 6
    assert (net.params["a"][0].data == 5).all()
    assert (net.params["a"][0].diff == 6).all()
    net.save(str(tmp_path / "a.caffemodel"))
    assert (fk.load(tmp_path / "a.caffemodel")["b"][0] == 5).all()


def test_a_parameter_can_be_given_another_shape_to_be_saved(net: caffe.Net, tmp_path: Path) -> None:
    weight = net.params["ip"][0]
    weight.reshape(3, 4, 3, 3)
    weight.data[1, 0, 0, 0] = 9
    net.save(str(tmp_path / "a.caffemodel"))
    assert fk.load(tmp_path / "a.caffemodel")["ip"][0].shape == (3, 4, 3, 3)


def test_clear_param_diffs_sets_gradients_to_0(net: caffe.Net) -> None:
    net.params["conv"][0].diff[...] = 1
    net.clear_param_diffs()
    assert not net.params["conv"][0].diff.any()


def test_reshape_lets_shapes_flow_and_leaves_parameters(write: WriteNet) -> None:
    text = NET[: NET.index('layer { name: "ip"')]
    net = caffe.Net(write(text), caffe.TEST)
    before = bits(net)
    net.blobs["data"].reshape(1, 3, 9, 7)
    assert net.blobs["conv"].shape == [2, 4, 3, 3]
    net.reshape()
    assert net.blobs["conv"].shape == [1, 4, 7, 5]
    assert net.blobs["conv"].data.shape == (1, 4, 7, 5)
    assert bits(net) == before


def test_reshape_refuses_what_would_need_other_parameters(net: caffe.Net) -> None:
    net.blobs["data"].reshape(2, 3, 6, 6)
    with pytest.raises(fk.UsageError, match="'ip'"):
        net.reshape()


def test_a_data_layer_without_its_data_asks_for_its_shape(write: WriteNet) -> None:
    path = write("""layer { name: "d" type: "Data" top: "data" top: "label"
                            data_param { source: "nowhere" batch_size: 4 } }""")
    with pytest.raises(fk.ShapeNeeded, match=r"shapes=.*4, C, H, W(.|\n)*fillerkit\.pycaffe"):
        caffe.Net(path, caffe.TRAIN)
    net = caffe.Net(path, caffe.TRAIN, shapes={"data": (4, 3, 2, 2)})
    assert net.blobs["label"].shape == [4]
    assert net.inputs == []


def test_every_public_name_is_there() -> None:
    assert not [name for name in caffe.__all__ if not hasattr(caffe, name)]
    assert not [name for name in caffe._WHERE if name not in caffe.__all__]
    assert set(caffe.__all__) <= set(dir(caffe))
    with pytest.raises(AttributeError, match="'nothing'"):
        _ = caffe.nothing


def test_the_old_order_takes_a_phase_and_nothing_else(write: WriteNet, tmp_path: Path) -> None:
    file, weights = write(NET), str(tmp_path / "a.caffemodel")
    caffe.Net(file, caffe.TEST).save(weights)
    with pytest.raises(TypeError, match="as the phase; it is not there"):
        caffe.Net(file, weights)
    with pytest.raises(TypeError, match=r"caffe\.TRAIN or caffe\.TEST as the phase; it is 2"):
        caffe.Net(file, weights, 2)
    assert "accuracy" in caffe.Net(file, weights, caffe.TEST).layer_dict


def test_two_layers_of_one_name_keep_the_parameters_of_the_first(write: WriteNet) -> None:
    net = caffe.Net(write(NET.replace('name: "relu"', 'name: "conv"')), caffe.TRAIN)
    assert list(net.params) == ["conv", "ip"]
    assert net.layer_dict["conv"].type == "ReLU"  # the last of a name, as Python's dicts have it


def test_gradients_are_saved_on_request(net: caffe.Net, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    net.params["ip"][0].diff[...] = 7
    net.save_hdf5(str(tmp_path / "a.h5"), write_diff=True)
    with h5py.File(tmp_path / "a.h5") as file:
        assert list(file["diff"]) == sorted(net._layer_names)
        assert (file["diff/ip/0"][()] == 7).all()
        assert file["diff/conv/0"].shape == file["data/conv/0"].shape
    net.save_hdf5(str(tmp_path / "b.h5"))
    with h5py.File(tmp_path / "b.h5") as file:
        assert "diff" not in file


@pytest.mark.parametrize("suffix", ["caffemodel", "h5"])
@pytest.mark.parametrize("turned", [False, True])
def test_a_layer_with_parameters_on_one_side_only_is_refused(
    write: WriteNet, tmp_path: Path, suffix: str, turned: bool
) -> None:
    if suffix == "h5":
        pytest.importorskip("h5py")
    with_, without = NET, NET.replace('name: "ip"', 'name: "fc"').replace('"relu"', '"ip"')
    source, target = (without, with_) if turned else (with_, without)
    file = str(tmp_path / f"a.{suffix}")
    there = caffe.Net(write(source), caffe.TRAIN)
    (there.save if suffix == "caffemodel" else there.save_hdf5)(file)
    net = caffe.Net(write(target), caffe.TRAIN)
    with pytest.raises(fk.FormatError, match=r"'ip' has \d parameter blobs there"):
        net.copy_from(file)
    with pytest.raises(fk.FormatError, match=r"'ip' has \d parameter blobs there"):
        net.share_with(there)


def test_weights_that_nothing_filled_are_told_of_when_they_are_saved(
    write: WriteNet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net = caffe.Net(write(NET.replace('weight_filler { type: "xavier" }', "")), caffe.TRAIN)
    assert capsys.readouterr().err == ""
    net.save(str(tmp_path / "zeros.caffemodel"))
    assert "zeros.caffemodel: weights that are all zeros" in capsys.readouterr().err
    net.params["conv"][0].data[...] = 1
    net.save(str(tmp_path / "ones.caffemodel"))
    assert capsys.readouterr().err == ""


# Construction


def test_the_arguments_have_caffes_names_and_order(net: caffe.Net, write: WriteNet) -> None:
    path, file = write(NET), write("")
    net.save(file)
    by_name = caffe.Net(network_file=path, phase=caffe.TEST, level=0, stages=None, weights=file)
    by_place = caffe.Net(path, caffe.TEST, 0, None, file)
    assert bits(by_name) == bits(by_place) == bits(net)


def test_stages_may_be_a_tuple(write: WriteNet) -> None:
    path = write(NET.replace('name: "relu" ', 'name: "relu" include { stage: "a" stage: "b" } '))
    assert "relu" in caffe.Net(path, caffe.TRAIN, stages=("a", "b")).layer_dict


def test_a_nets_own_stages_are_kept_and_its_level_and_phase_are_not(write: WriteNet) -> None:
    rules = {
        "conv": 'include { phase: TEST stage: "own" stage: "given" }',
        "relu": "include { min_level: 1 }",
    }
    text = NET[: NET.index('layer { name: "ip"')]
    for name, rule in rules.items():
        text = text.replace(f'name: "{name}"', f'name: "{name}" {rule}')
    path = write('state { phase: TRAIN level: 1 stage: "own" }' + text)
    assert caffe.Net(path, caffe.TEST, stages=["given"])._layer_names == ["data", "conv"]


def test_a_net_without_layers_has_nothing(write: WriteNet) -> None:
    net = caffe.Net(write('name: "nothing"'), caffe.TRAIN)
    assert [len(found) for found in (net.blobs, net.params, net.layer_dict)] == [0, 0, 0]
    assert (net.layers, net.inputs, net.outputs, net._blob_names) == ([], [], [], [])


# Contents


@pytest.mark.parametrize(
    "name", ["blobs", "params", "layer_dict", "top_names", "bottom_names", "blob_loss_weights"]
)
def test_what_goes_by_name_is_in_order(net: caffe.Net, name: str) -> None:
    assert isinstance(getattr(net, name), OrderedDict)


def test_params_are_in_the_order_of_the_layers(write: WriteNet) -> None:
    net = caffe.Net(write(NET.replace('"conv"', '"z"').replace('"ip"', '"a"')), caffe.TRAIN)
    assert list(net.params) == ["z", "a"]


def test_parameters_and_their_gradients_are_float32(net: caffe.Net) -> None:
    blobs = [blob for blobs in net.params.values() for blob in blobs]
    assert {blob.data.dtype for blob in blobs} == {np.dtype(np.float32)}
    assert {blob.diff.dtype for blob in blobs} == {np.dtype(np.float32)}


def test_layers_without_names_have_an_empty_one_and_the_last_of_them_is_found(
    write: WriteNet,
) -> None:
    text = NET.replace('name: "conv"', "").replace('name: "ip"', "")
    net = caffe.Net(write(text), caffe.TEST)
    assert net._layer_names == [
        *("data", "label_data_1_split", "", "relu", "", "ip__0_split", "accuracy", "loss"),
    ]
    assert list(net.params) == [""]
    assert net.params[""] is net.layers[4].blobs
    assert net.layer_dict[""] is net.layers[4]


OLD_INPUTS = """input: "b" input_shape { dim: 2 } input: "a" input_shape { dim: 3 }
layer { name: "more" type: "Input" top: "Z" input_param { shape { dim: 1 } } }
layer { name: "power" type: "Power" bottom: "a" top: "p" }
layer { name: "in_place" type: "ReLU" bottom: "p" top: "p" }
"""


def test_inputs_of_the_old_format_are_tops_of_one_layer_before_all_others(
    write: WriteNet,
) -> None:
    net = caffe.Net(write(OLD_INPUTS), caffe.TEST)
    assert net._layer_names == ["input", "more", "power", "in_place"]
    assert [layer.type for layer in net.layers] == ["Input", "Input", "Power", "ReLU"]
    assert net.inputs == ["b", "a", "Z"]
    assert net.outputs == ["Z", "b", "p"]  # sorted as std::set sorts


def test_the_numbers_behind_the_names_are_those_of_blobs(write: WriteNet) -> None:
    net = caffe.Net(write(OLD_INPUTS), caffe.TEST)
    assert net._blob_names == ["b", "a", "Z", "p"]
    assert net._inputs == [0, 1, 2]
    assert net._outputs == [2, 0, 3]
    assert [net._top_ids(number) for number in range(4)] == [[0, 1], [2], [3], [3]]
    assert [net._bottom_ids(number) for number in range(4)] == [[], [], [1], [3]]
    assert net._blob_loss_weights == [0, 0, 0, 0]


def test_tops_and_bottoms_are_those_that_the_splits_leave(write: WriteNet) -> None:
    net = caffe.Net(write(NET), caffe.TEST)
    labels = ["label_data_1_split_0", "label_data_1_split_1"]
    scores = ["ip_ip_0_split_0", "ip_ip_0_split_1"]
    assert list(net.top_names.items()) == [
        ("data", ["data", "label"]),
        ("label_data_1_split", labels),
        ("conv", ["conv"]),
        ("relu", ["conv"]),
        ("ip", ["ip"]),
        ("ip_ip_0_split", scores),
        ("accuracy", ["accuracy"]),
        ("loss", ["loss"]),
    ]
    assert list(net.bottom_names.items()) == [
        ("data", []),
        ("label_data_1_split", ["label"]),
        ("conv", ["data"]),
        ("relu", ["conv"]),
        ("ip", ["conv"]),
        ("ip_ip_0_split", ["ip"]),
        ("accuracy", [scores[0], labels[0]]),
        ("loss", [scores[1], labels[1]]),
    ]


def test_a_loss_without_a_top_makes_one_that_is_no_output(write: WriteNet) -> None:
    net = caffe.Net(write(NET.replace('bottom: "label" top: "loss"', 'bottom: "label"')), 0)
    assert net.top_names["loss"] == ["(automatic)"]
    assert net.blobs["(automatic)"].shape == []
    assert net.blob_loss_weights["(automatic)"] == 1
    assert net.outputs == []


@pytest.mark.parametrize(
    ("old", "new", "weights"),
    [
        (
            'top: "loss"',
            'top: "loss" top: "prob" loss_weight: 2 loss_weight: 0.5',
            {"loss": 2, "prob": 0.5},
        ),
        # Of a top that another layer takes, the Split's first counts.
        (
            'top: "ip"\n',
            'top: "ip" loss_weight: 0.25\n',
            {"ip": 0, "ip_ip_0_split_0": 0.25, "ip_ip_0_split_1": 0, "loss": 1},
        ),
    ],
)
def test_loss_weights_that_are_given_are_those_of_the_blobs(
    write: WriteNet, old: str, new: str, weights: dict[str, float]
) -> None:
    found = caffe.Net(write(NET.replace(old, new)), caffe.TRAIN).blob_loss_weights
    assert found == {"data": 0, "label": 0, "conv": 0, "ip": 0} | weights
    assert {type(weight) for weight in found.values()} == {float}


@pytest.mark.parametrize(
    "name",
    [
        *("blobs", "params", "layers", "layer_dict", "inputs", "outputs", "top_names"),
        *("bottom_names", "blob_loss_weights", "_blobs", "_blob_names", "_layer_names"),
    ],
)
def test_what_a_net_has_cannot_be_replaced(net: caffe.Net, name: str) -> None:
    with pytest.raises(AttributeError):
        setattr(net, name, [])


def test_layers_go_by_number_from_both_ends(net: caffe.Net) -> None:
    assert net.layers[-1].type == "SoftmaxWithLoss"
    assert [layer.type for layer in net.layers[1:3]] == ["Convolution", "ReLU"]
    with pytest.raises(IndexError):
        net.layers[5]


# Weights


def written(path: str) -> caffe_pb2.NetParameter:
    return caffe_pb2.NetParameter.FromString(Path(path).read_bytes())


def test_a_saved_net_is_written_layer_by_layer_as_it_runs(write: WriteNet) -> None:
    net, file = caffe.Net(write(NET), caffe.TEST), write("")
    returned: object = net.save(file)  # type: ignore[func-returns-value]
    assert returned is None
    message = written(file)
    assert message.name == "small"
    layers = {layer.name: layer for layer in message.layer}
    assert list(layers) == net._layer_names
    assert {name: list(layer.bottom) for name, layer in layers.items()} == net.bottom_names
    assert {name: list(layer.top) for name, layer in layers.items()} == net.top_names
    assert [layer.type for layer in message.layer] == [layer.type for layer in net.layers]
    assert {layer.phase for layer in message.layer} == {caffe.TEST}
    assert [len(layer.blobs) for layer in message.layer] == [0, 0, 2, 0, 2, 0, 0, 0]
    assert list(layers["conv"].blobs[0].shape.dim) == [4, 3, 3, 3]
    assert list(layers["conv"].blobs[1].data) == [0.5] * 4


@pytest.mark.parametrize("save", ["save", "save_hdf5"])
def test_a_folder_that_is_not_there_is_an_error(net: caffe.Net, tmp_path: Path, save: str) -> None:
    if save == "save_hdf5":
        pytest.importorskip("h5py")
    with pytest.raises(fk.FormatError, match="no folder"):
        getattr(net, save)(str(tmp_path / "nowhere" / "weights"))


@pytest.mark.parametrize("save", ["save", "save_hdf5"])
@pytest.mark.parametrize("more_there", [False, True])
def test_another_number_of_blobs_is_refused(
    net: caffe.Net, write: WriteNet, save: str, more_there: bool
) -> None:
    if save == "save_hdf5":
        pytest.importorskip("h5py")
    without = caffe.Net(write(NET.replace("num_output: 3 ", "num_output: 3 bias_term: false ")), 0)
    file, (source, target) = write(""), (net, without) if more_there else (without, net)
    getattr(source, save)(file)
    with pytest.raises(fk.FormatError, match=f"'ip' has {1 + more_there} parameter blobs there"):
        target.copy_from(file)
    with pytest.raises(fk.FormatError, match=f"'ip' has {1 + more_there} parameter blobs there"):
        target.share_with(source)


def test_blobs_of_four_axes_from_the_old_format_are_copied(write: WriteNet) -> None:
    net, file = caffe.Net(write(NET), caffe.TRAIN), write("")
    message = caffe_pb2.NetParameter()
    layer = message.layer.add(name="ip")
    layer.blobs.add(num=1, channels=1, height=3, width=36, data=range(108))
    layer.blobs.add(num=1, channels=1, height=1, width=3, data=[7, 8, 9])
    Path(file).write_bytes(message.SerializeToString())
    net.copy_from(file)
    assert net.params["ip"][0].data.ravel().tolist() == list(range(108))
    assert net.params["ip"][1].data.tolist() == [7, 8, 9]


def test_a_damaged_file_is_an_error_and_changes_nothing(net: caffe.Net, tmp_path: Path) -> None:
    file = tmp_path / "weights"
    net.save(str(file))
    file.write_bytes(file.read_bytes()[:200])
    before = bits(net)
    with pytest.raises(fk.FormatError, match="damaged"):
        net.copy_from(str(file))
    assert bits(net) == before


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (None, RuntimeError, "Could not open file"),
        (b"no HDF5", fk.FormatError, "is not an HDF5 file"),
    ],
)
def test_load_hdf5_takes_hdf5_only(
    net: caffe.Net, tmp_path: Path, content: bytes | None, error: type[Exception], message: str
) -> None:
    if content is not None:
        pytest.importorskip("h5py")
        (tmp_path / "weights.h5").write_bytes(content)
    with pytest.raises(error, match=message):
        net.load_hdf5(str(tmp_path / "weights.h5"))


def test_share_with_shares_values_and_no_gradients(net: caffe.Net, write: WriteNet) -> None:
    other = caffe.Net(write(NET), caffe.TEST)
    returned: object = other.share_with(net)  # type: ignore[func-returns-value]
    assert returned is None
    net.params["ip"][0].diff[...] = 1
    assert not other.params["ip"][0].diff.any()


def test_share_with_takes_layers_by_name_and_leaves_the_others(
    net: caffe.Net, write: WriteNet
) -> None:
    other = caffe.Net(write(NET.replace('"ip"', '"fc"')), caffe.TEST)
    before = bits(other)
    other.share_with(net)
    assert np.shares_memory(other.params["conv"][0].data, net.params["conv"][0].data)
    assert bits(other)["fc"] == before["fc"]


def test_share_with_refuses_a_layer_of_another_shape(net: caffe.Net, write: WriteNet) -> None:
    other = caffe.Net(write(NET.replace("num_output: 3", "num_output: 5")), caffe.TRAIN)
    with pytest.raises(fk.FormatError, match=r"'ip': its blob 0 is 3x36 there, 5x36"):
        other.share_with(net)


def test_clear_param_diffs_sets_those_that_are_shared_to_0(write: WriteNet) -> None:
    net = caffe.Net(write(SHARED), caffe.TRAIN)
    for blobs in net.params.values():
        for blob in blobs:
            blob.diff[...] = 1
    net.clear_param_diffs()
    assert not any(blob.diff.any() for blobs in net.params.values() for blob in blobs)


def test_layers_that_a_weight_file_and_the_net_do_not_share_are_told(
    net: caffe.Net, write: WriteNet, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net.save(str(tmp_path / "whole.caffemodel"))
    caffe.Net(write(NET), str(tmp_path / "whole.caffemodel"), caffe.TEST)
    assert capsys.readouterr().err == ""
    other = caffe.Net(write(NET.replace('name: "ip"', 'name: "fc"')), caffe.TRAIN)
    other.copy_from(str(tmp_path / "whole.caffemodel"))
    said = capsys.readouterr().err
    assert "whole.caffemodel: layers not in the net: ip\n" in said
    assert "whole.caffemodel: layers not in it, so as they were: fc\n" in said


def test_a_stage_is_not_a_list_of_stages(write: WriteNet) -> None:
    with pytest.raises(fk.UsageError, match=r"not one: \['deploy'\]"):
        caffe.Net(write(NET), caffe.TEST, stages="deploy")


def test_a_caffemodel_under_another_suffix_is_told_of(
    net: caffe.Net, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    net.save(str(tmp_path / "a.npz"))
    assert "a.npz: is a .caffemodel, as net.save has it in Caffe" in capsys.readouterr().err


def test_weights_behind_the_phase_are_told_where_they_go(write: WriteNet) -> None:
    with pytest.raises(TypeError, match=r"Net\(FILE, WEIGHTS, PHASE\).*'a' stands behind it"):
        caffe.Net(write(NET), caffe.TEST, "a")  # type: ignore[arg-type]


def test_of_layers_that_share_a_blob_the_last_in_the_file_counts(write: WriteNet) -> None:
    def text(*names: str, share: str = "") -> str:
        layers = "".join(
            f'layer {{ name: "{name}" type: "InnerProduct" bottom: "x" top: "{name}" {share} '
            "inner_product_param { num_output: 1 bias_term: false } }"
            for name in names
        )
        return 'layer { name: "i" type: "Input" top: "x" input_param { shape { dim: 1 } } }' + (
            layers.replace("num_output: 1", "num_output: 1 axis: 0")
        )

    source = caffe.Net(write(text("b", "a")), caffe.TEST)
    source.params["a"][0].data[...], source.params["b"][0].data[...] = 1, 2
    path = write("")
    source.save(path)
    net = caffe.Net(write(text("a", "b", share='param { name: "w" }')), caffe.TEST)
    net.copy_from(path)
    assert net.params["b"][0].data == net.params["a"][0].data == 1  # as in Caffe 1.0
