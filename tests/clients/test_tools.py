"""The tools that hold other programs against us see what is wrong, and say what is missing."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import client_runs
import clients
import numpy as np
import passes
import pytest
import weights
from client_nets import ClientNet, difference

import fillerkit as fk

pytest.importorskip("torch", reason="PyTorch is not installed")
pytest.importorskip("cv2", reason="OpenCV is not installed")

import client_nets
import torch

import fillerkit.torch

NETS = Path(__file__).parent / "nets"


def lenet(folder: Path) -> ClientNet:
    return client_nets.write(weights.LENET, folder / "lenet", "lenet")


def test_opencv_has_all_of_lenet_s_weights_and_makes_its_outputs(tmp_path: Path) -> None:
    verdict = client_runs.run(sys.executable, "run_opencv4.py", lenet(tmp_path))
    assert verdict.right
    assert set(verdict.differences) == {"prob", "ip2"}
    assert verdict.equal == verdict.of == 8


@pytest.mark.parametrize("path", sorted(NETS.glob("*.prototxt")), ids=lambda path: path.stem)
def test_opencv_takes_every_kind_of_name_and_parameter(path: Path, tmp_path: Path) -> None:
    net = client_nets.write(path, tmp_path / "net", path.stem)
    verdict = client_runs.run(sys.executable, "run_opencv4.py", net)
    assert verdict.right
    assert verdict.equal == verdict.of > 0


def test_weights_in_float64_hold_the_same_values_and_are_shared(tmp_path: Path) -> None:
    net = client_nets.write(
        NETS / "shared.prototxt", tmp_path / "net", "shared", suffixes=[".pt"], dtype="float64"
    )
    verdict = client_runs.run(sys.executable, "run_torch.py", net)
    assert verdict.equal == verdict.of == 8
    read = fk.load(net.folder / "net.pt")
    assert {array.dtype.name for arrays in read.values() for array in arrays} == {"float64"}


RECURRENT = """
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [3, 2, 4] } } }
    layer { name: "marks" type: "Input" top: "marks" input_param { shape { dim: 6 } } }
    layer { name: "cont" type: "Reshape" bottom: "marks" top: "cont"
            reshape_param { shape { dim: [3, 2] } } }
    layer { name: "lstm" type: "LSTM" bottom: "data" bottom: "cont" top: "lstm" recurrent_param {
            num_output: 5 weight_filler { type: "xavier" } } }
"""


def test_an_lstm_begins_where_another_program_begins_it(tmp_path: Path) -> None:
    path = tmp_path / "lstm.prototxt"
    path.write_text(RECURRENT)
    net = client_nets.write(path, tmp_path / "net", "lstm")
    first = fillerkit.torch.module(net.net, net.blobs)
    with np.load(tmp_path / "net" / "inputs.npz") as given:
        made = first({name: torch.from_numpy(given[name]) for name in given})
    np.testing.assert_array_equal(made["lstm"].detach().numpy(), net.expected["lstm"])


def test_a_converter_that_fails_has_the_last_word(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(
        "import sys; from client_files import call\n"
        "call(sys.executable, '-c', 'print(\"[ ERROR ] no such field\"); exit(1)')\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client_runs, "SCRIPTS", tmp_path)
        (tmp_path / "client_files.py").symlink_to(clients.ROOT / "tools/in_clients/client_files.py")
        verdict = client_runs.run(sys.executable, "run.py", lenet(tmp_path))
    assert verdict.refused == "[ ERROR ] no such field"


def test_the_version_of_a_program_is_read_from_its_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "ROOT", tmp_path)
    client = clients.Client("x", "some-program", "3.7", ())
    assert client.version() == ""
    told = client.folder / "lib/python3.7/site-packages/some_program-1.2.dist-info"
    told.mkdir(parents=True)
    (told / "METADATA").write_text("Name: some-program\nVersion: 1.2\n")
    assert client.version() == "1.2"


def test_a_net_that_a_form_cannot_say_is_given_as_it_is(tmp_path: Path) -> None:
    client = clients.Client("x", "x", "3.11", (), forms=("caffe",))
    path = tmp_path / "net.prototxt"
    path.write_text('layer { name: "p" type: "Permute" top: "p" permute_param { order: 0 } }')
    assert client.form_of(path) == path.read_text()
    path.write_text('layer { name: "r" type: "ReLU" top: "r" forward_type: FLOAT16 }')
    assert "forward_type" not in client.form_of(path)


def test_outputs_of_other_weights_are_seen(tmp_path: Path) -> None:
    net = lenet(tmp_path)
    other = {blob: array * np.float32(1.001) for blob, array in net.expected.items()}
    net = dataclasses.replace(net, expected=other)
    assert not client_runs.run(sys.executable, "run_opencv4.py", net).right


def test_a_program_that_refuses_a_net_is_quoted(tmp_path: Path) -> None:
    net = lenet(tmp_path)
    (net.folder / "net.prototxt").write_text("layer {")
    verdict = client_runs.run(sys.executable, "run_opencv4.py", net)
    assert "cv2.error" in verdict.refused
    assert not verdict.right


def test_words_of_caffe_s_log_are_the_same_on_every_day(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(
        "import sys; sys.exit('F20261129 09:38:32.702844 20763 net.cpp:90] Check failed: a == b')"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client_runs, "SCRIPTS", tmp_path)
        verdict = client_runs.run(sys.executable, "run.py", lenet(tmp_path))
    assert verdict.refused == "net.cpp:90] Check failed: a == b"


def test_a_program_that_is_not_done_in_time_is_ended(tmp_path: Path) -> None:
    verdict = client_runs.run(sys.executable, "run_opencv4.py", lenet(tmp_path), limit=0.01)
    assert verdict.refused == "not done in 0.01 s"


def test_an_output_that_is_not_told_is_not_equal(tmp_path: Path) -> None:
    net = lenet(tmp_path)
    np.savez(tmp_path / "outputs.npz", ip2=net.expected["ip2"])
    (tmp_path / "weights.bin").write_bytes(b"")
    assert client_runs.judge(net, tmp_path).differences == {"ip2": 0, "prob": np.inf}


def test_weights_without_names_are_found_by_their_bytes(tmp_path: Path) -> None:
    net = lenet(tmp_path)
    np.savez(tmp_path / "outputs.npz")
    arrays = [array.tobytes() for _, array in net.weights()]
    (tmp_path / "weights.bin").write_bytes(b"head" + b"".join(arrays[1:]))
    verdict = client_runs.judge(net, tmp_path)
    assert (verdict.equal, verdict.of) == (7, 8)
    assert not verdict.right


def test_a_batch_norm_makes_values_of_the_size_of_its_scale(tmp_path: Path) -> None:
    prototxt = tmp_path / "small.prototxt"
    prototxt.write_text(weights.SMALL)
    net = client_nets.write(prototxt, tmp_path / "small", "small")
    assert net.blobs["bn"][1].min() > 0
    assert np.abs(net.expected["sum"]).max() < 100


def test_a_batch_norm_is_found_behind_layers_of_one_name(tmp_path: Path) -> None:
    prototxt = tmp_path / "small.prototxt"
    prototxt.write_text(weights.SMALL.replace('name: "relu"', 'name: "data"'))
    net = client_nets.write(prototxt, tmp_path / "small", "small")
    assert net.blobs["bn"][1].min() > 0


def test_a_batch_norm_of_maps_of_one_value_is_of_its_size_for_other_inputs(tmp_path: Path) -> None:
    prototxt = tmp_path / "small.prototxt"
    prototxt.write_text(
        'input: "data" input_shape { dim: 1 dim: 200 }\n'
        'layer { name: "bn" type: "BatchNorm" bottom: "data" top: "bn" }'
    )
    net = client_nets.write(prototxt, tmp_path / "small", "small")
    assert np.abs(net.expected["bn"]).max() < 12


def test_labels_among_the_inputs_are_classes(tmp_path: Path) -> None:
    prototxt = tmp_path / "loss.prototxt"
    prototxt.write_text(
        'input: "data" input_shape { dim: 50 dim: 3 } input: "label" input_shape { dim: 50 }\n'
        'layer { name: "loss" type: "SoftmaxWithLoss" bottom: "data" bottom: "label" top: "loss" }'
    )
    with np.load(
        client_nets.write(prototxt, tmp_path / "loss", "loss").folder / "inputs.npz"
    ) as given:
        assert set(given["label"]) == {0, 1, 2}


@pytest.mark.parametrize(
    ("theirs", "far"),
    [
        pytest.param([[1, 2], [4, 3]], 0, id="the same"),
        pytest.param([[1, 2], [4, 2]], 0.25, id="relative to the largest"),
        pytest.param([1, 2], 0, id="the first of a batch"),
        pytest.param([1, 2, 3], np.inf, id="another shape"),
        pytest.param([[1, 2], [4, np.nan]], np.inf, id="no number"),
    ],
)
def test_how_far_outputs_are_apart(theirs: list[float], far: float) -> None:
    ours = np.array([[1, 2], [4, 3]], np.float32)
    assert difference(ours, np.array(theirs, np.float32), rows=False) == far


def test_a_single_value_is_compared() -> None:
    assert difference(np.array(4, np.float32), np.array([3], np.float32), rows=False) == 0.25


def test_rows_of_found_boxes_are_compared_in_any_order() -> None:
    ours = np.array([[1, 2], [4, 3]], np.float32)
    assert difference(ours, ours[::-1], rows=True) == 0
    assert difference(ours, ours[::-1], rows=False) > 0
    assert difference(ours, np.vstack([ours[::-1], np.zeros((2, 2))]), rows=True) == 0


def test_rows_may_be_without_the_number_of_their_image() -> None:
    ours = np.array([[0, 1, 2], [0, 4, 3]], np.float32)
    assert difference(ours, ours[::-1, 1:], rows=True) == 0
    assert difference(ours, ours[::-1, :2], rows=True) > 0


def test_a_python_that_is_not_here_is_named_with_the_way_to_get_it() -> None:
    client = clients.Client("old", "old", "2.0", ())
    assert client.missing() == f"needs Python 2.0: {clients.GET_PYTHON}"


def test_a_table_goes_between_the_marks_of_a_page(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{clients.MARKS[0]}| old |\n{clients.MARKS[1]}after\n")
    clients.keep(page, ["| new |"])
    assert page.read_text() == f"before\n{clients.MARKS[0]}| new |\n{clients.MARKS[1]}after\n"


def test_a_page_without_a_place_for_the_table_is_left_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("no marks\n")
    with pytest.raises(SystemExit, match="no place for a table"):
        clients.keep(page, ["| new |"])
    assert page.read_text() == "no marks\n"


def test_every_client_has_its_script_and_its_row_on_the_page() -> None:
    page = (clients.ROOT / "docs" / "clients.md").read_text()
    for client in clients.CLIENTS:
        assert (client_runs.SCRIPTS / client.script).exists()
        assert f"| `{client.name}`" in page


def test_nets_that_name_data_are_no_deploy_nets() -> None:
    names = [name for name, _ in passes.deploy_nets([weights.SAMPLE_NETS], "/lenet/")]
    assert names == ["lenet/deploy.prototxt"]


def test_small_nets_pass_first_and_larger_ones_than_asked_not_at_all() -> None:
    found = passes.deploy_nets([weights.SAMPLE_NETS], "deploy", most=10_000_000)
    assert [name.split("/")[0] for name, _ in found] == ["lenet", "mnist_autoencoder", "googlenet"]


BOXES = """
layer { name: "data" type: "Input" top: "data" input_param {
  shape { dim: 1 dim: 8 dim: 4 dim: 4 }
} }
layer {
  name: "priors" type: "PriorBox" bottom: "data" bottom: "data" top: "priors"
  prior_box_param { min_size: 2 }
}
layer {
  name: "loc" type: "Convolution" bottom: "data" top: "loc"
  convolution_param { num_output: 4 kernel_size: 1 }
}
layer {
  name: "conf" type: "Convolution" bottom: "data" top: "conf"
  convolution_param { num_output: 2 kernel_size: 1 }
}
layer { name: "loc_flat" type: "Flatten" bottom: "loc" top: "loc_flat" }
layer { name: "conf_flat" type: "Flatten" bottom: "conf" top: "conf_flat" }
layer {
  name: "found" type: "DetectionOutput"
  bottom: "loc_flat" bottom: "conf_flat" bottom: "priors" top: "found"
  detection_output_param {
    num_classes: 2 keep_top_k: 5 confidence_threshold: 0.1
    nms_param { nms_threshold: 0.5 top_k: 5 }
  }
}
"""


def test_scores_and_moves_of_boxes_are_as_those_of_trained_nets(tmp_path: Path) -> None:
    prototxt = tmp_path / "boxes.prototxt"
    prototxt.write_text(BOXES)
    net = client_nets.write(prototxt, tmp_path / "boxes", "boxes", suffixes=[])
    given = {"data": torch.from_numpy(np.load(net.folder / "inputs.npz")["data"])}
    with torch.no_grad():
        made = fillerkit.torch.module(net.net, net.blobs)(given, blobs=["loc", "conf"])
    assert all(0.5 < float(made[blob].std()) < 1.2 for blob in ("loc", "conf"))


def test_a_net_of_boxes_ends_before_them_in_onnx_and_is_judged_there(tmp_path: Path) -> None:
    for package in ("onnxscript", "onnxruntime"):
        pytest.importorskip(package)
    prototxt = tmp_path / "boxes.prototxt"
    prototxt.write_text(BOXES)
    net = client_nets.write(prototxt, tmp_path / "boxes", "boxes", suffixes=[".onnx"])
    verdict = client_runs.run(sys.executable, "run_onnxruntime.py", net)
    assert verdict.right
    assert set(verdict.differences) == {"loc_flat", "conf_flat", "priors"}


def test_pytorch_has_all_weights_by_name(tmp_path: Path) -> None:
    prototxt = tmp_path / "small.prototxt"
    prototxt.write_text(weights.SMALL)
    net = client_nets.write(prototxt, tmp_path / "small", "small", suffixes=[".pt"])
    verdict = client_runs.run(sys.executable, "run_torch.py", net)
    assert verdict.equal == verdict.of > 0
