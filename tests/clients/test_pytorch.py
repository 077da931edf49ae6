"""PyTorch loads our .pt into modules written by hand, and computes what NumPy computes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import weights

import fillerkit as fk

torch = pytest.importorskip("torch", reason="PyTorch is not installed")


def _lenet() -> Any:
    """LeNet, its modules called as the layers of the prototxt."""
    nn = torch.nn
    modules = {
        "conv1": nn.Conv2d(1, 20, 5),
        "pool1": nn.MaxPool2d(2),
        "conv2": nn.Conv2d(20, 50, 5),
        "pool2": nn.MaxPool2d(2),
        "flat": nn.Flatten(),
        "ip1": nn.Linear(800, 500),
        "relu1": nn.ReLU(),
        "ip2": nn.Linear(500, 10),
        "prob": nn.Softmax(dim=1),
    }
    net = nn.Sequential()
    for name, module in modules.items():
        net.add_module(name, module)
    return net


@pytest.mark.parametrize("streamed", [True, False], ids=["streamed", "from memory"])
def test_lenet_computes_what_numpy_computes_with_the_same_blobs(
    streamed: bool, tmp_path: Path
) -> None:
    net = fk.load_net(weights.LENET, phase="TEST")
    blobs = net.fill(seed=1701)
    path = tmp_path / "lenet.pt"
    if streamed:
        net.save(path, seed=1701)
    else:
        blobs.save(path)
    module = _lenet()
    module.load_state_dict(torch.load(path, weights_only=True), strict=True)
    images = np.random.default_rng(0).standard_normal((4, 1, 28, 28)).astype(np.float32)
    with torch.no_grad():
        theirs = module(torch.from_numpy(images)).numpy()
    np.testing.assert_allclose(theirs, weights.lenet(blobs, images), rtol=1e-4)


def test_a_batch_norm_of_pytorch_takes_the_statistics(tmp_path: Path) -> None:
    def change(name: str, array: np.ndarray) -> np.ndarray:
        values = {"mean": 6.0, "variance": 8.0, "scale_factor": 2.0}
        return np.full_like(array, values.get(name, 1.0))

    weights.changed(weights.small_blobs(), change).save(tmp_path / "small.pt")
    state = torch.load(tmp_path / "small.pt", weights_only=True)
    norm = torch.nn.BatchNorm1d(6, affine=False)
    norm.load_state_dict(
        {key.removeprefix("bn."): value for key, value in state.items() if key.startswith("bn.")},
        strict=True,
    )
    assert norm.running_mean.tolist() == [3] * 6
    assert norm.running_var.tolist() == [4] * 6


def test_shared_parameters_are_one_memory_in_the_file_too(tmp_path: Path) -> None:
    weights.small_blobs().save(tmp_path / "small.pt")
    state = torch.load(tmp_path / "small.pt", weights_only=True)
    assert state["a/b.weight"].data_ptr() == state["c.weight"].data_ptr()


def test_its_oldest_files_are_read(tmp_path: Path) -> None:
    state = {"ip.weight": torch.arange(6.0).reshape(2, 3), "ip.bias": torch.ones(2)}
    torch.save(state, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    loaded = fk.load(tmp_path / "old.pth")
    assert loaded["ip"].weight.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert loaded["ip"].bias.tolist() == [1, 1]


def test_a_module_s_state_is_read_in_any_type_of_float(tmp_path: Path) -> None:
    state = {
        "a.weight": torch.ones(2, 2, dtype=torch.bfloat16),
        "a.bias": torch.ones(2, dtype=torch.float16),
        "b.weight": torch.ones(2, 2, dtype=torch.float64).t(),
        "bn.running_mean": torch.zeros(2),
        "bn.running_var": torch.ones(2),
        "bn.num_batches_tracked": torch.tensor(7),
    }
    torch.save(state, tmp_path / "x.pt")
    loaded = fk.load(tmp_path / "x.pt")
    assert loaded["a"].weight.dtype == np.float32
    assert loaded["a"].bias.dtype == np.float16
    assert loaded["b"].weight.dtype == np.float64
    assert loaded["bn"].names == ("mean", "variance", "scale_factor")
