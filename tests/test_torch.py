"""Blobs as PyTorch's tensors: names, memory, and what PyTorch means differently."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import weights
from small_sources import IMAGE, write_records

import fillerkit as fk

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
from fillerkit.torch import batches, blobs, module, refusal, state_dict  # noqa: E402

NET = 'layer { name: "x" type: "Input" top: "data" input_param { shape { dim: [2, 3] } } }'


def test_the_names_are_those_of_pytorch() -> None:
    assert list(state_dict(weights.small_blobs())) == [
        "a/b.weight",
        "a/b.bias",
        "c.weight",
        "c.bias",
        "bn.running_mean",
        "bn.running_var",
        "bn.num_batches_tracked",
    ]


def test_a_path_in_the_place_of_a_net_or_of_blobs_is_told() -> None:
    net: Any = fk.load_net(NET)
    path: Any = "net.prototxt"
    number: Any = 5
    state: Any = {}
    with pytest.raises(fk.UsageError, match=r"net is str: give a net: fillerkit\.load_net"):
        module(path, net.fill(seed=1))
    with pytest.raises(fk.UsageError, match="blobs is str: give blobs"):
        module(net, path)
    with pytest.raises(fk.UsageError, match="blobs is Net: give blobs"):
        state_dict(net)
    with pytest.raises(fk.UsageError, match=r"fillerkit\.torch\.blobs\(state\) takes a state dict"):
        module(net, state)
    for no_state in (path, net.fill(seed=1)):
        with pytest.raises(fk.UsageError, match="give a state dict, as module"):
            blobs(no_state)
    with pytest.raises(fk.UsageError, match="layer is Net: give a layer of a net"):
        refusal(net)
    with pytest.raises(fk.UsageError, match="until is int: give the name of a blob"):
        module(net, net.fill(seed=1), until=number)


def test_one_name_of_a_blob_needs_no_list() -> None:
    net = fk.load_net(NET)
    running = module(net, net.fill(seed=1))
    assert list(running(torch.zeros(2, 3), "data")) == ["data"]


def test_an_input_that_is_no_tensor_is_told() -> None:
    net = fk.load_net(NET)
    running = module(net, net.fill(seed=1))
    assert running(np.zeros((2, 3), np.float32))["data"].shape == (2, 3)
    for wrong in ("data", net, object()):
        with pytest.raises(fk.UsageError, match=r"input 'data' is .*: give a torch\.Tensor"):
            running(wrong)


def test_a_tensor_shares_its_memory_with_its_blob() -> None:
    filled = weights.small_blobs()
    state = state_dict(filled)
    state["c.bias"][0] = 42
    assert filled["c"].bias[0] == 42


def test_shared_parameters_are_one_memory() -> None:
    state = state_dict(weights.small_blobs())
    assert state["a/b.weight"].data_ptr() == state["c.weight"].data_ptr()


def test_blobs_of_a_file_are_copied_once_for_all_that_share_them(tmp_path: Path) -> None:
    weights.small_blobs().save(tmp_path / "x.npz")
    loaded = fk.load(tmp_path / "x.npz")
    state = state_dict(loaded)
    state["c.weight"][0, 0] = 42
    assert state["a/b.weight"][0, 0] == 42
    assert loaded["c"].weight[0, 0] != 42


def test_statistics_are_divided_by_their_factor() -> None:
    def change(name: str, array: np.ndarray) -> np.ndarray:
        return np.full_like(array, {"mean": 3, "variance": 6, "scale_factor": 3}.get(name, 0))

    state = state_dict(weights.changed(weights.small_blobs(), change))
    assert state["bn.running_mean"].tolist() == [1] * 6
    assert state["bn.running_var"].tolist() == [2] * 6


def test_statistics_of_a_net_that_never_ran_are_zeros() -> None:
    state = state_dict(weights.small_blobs())
    assert state["bn.running_var"].tolist() == [0] * 6


def test_an_inner_product_that_is_transposed_is_turned_round() -> None:
    net = fk.load_net(weights.SMALL.replace("num_output: 6", "num_output: 4 transpose: true", 1))
    filled = net.fill(seed=1)
    assert filled["a/b"].weight.shape == (6, 4)
    weight = state_dict(filled)["a/b.weight"]
    assert weight.shape == (4, 6)
    assert weight.T.tolist() == filled["a/b"].weight.tolist()


def test_a_slope_is_a_weight_and_what_has_no_name_a_number() -> None:
    owned = {
        ("p", 0): ("slope", np.ones(2)),
        ("x", 0): ("", np.ones(1)),
        ("x", 1): ("", np.ones(1)),
    }
    assert list(state_dict(fk.Blobs(owned, {}, {}))) == ["p.weight", "x.0", "x.1"]


def test_blobs_of_the_same_name_are_not_lost() -> None:
    owned = {("x", index): ("weight", np.full(1, index)) for index in range(3)}
    state = state_dict(fk.Blobs(owned, {}, {}))
    assert {key: tensor.item() for key, tensor in state.items()} == {
        "x.weight": 0,
        "x.1": 1,
        "x.2": 2,
    }


@pytest.mark.parametrize(
    "names", [("weight_x", "weight_h", "bias"), ("z", ""), ("1", ""), ("running_mean",), ("a.b",)]
)
def test_blobs_whose_names_would_mislead_go_by_numbers(names: tuple[str, ...]) -> None:
    owned = {("x", i): (name, np.full(1, i)) for i, name in enumerate(names)}
    state = state_dict(fk.Blobs({at: (n, a.astype("f4")) for at, (n, a) in owned.items()}, {}, {}))
    assert list(state) == [f"x.{i}" for i in range(len(names))]
    assert [array.item() for array in blobs(state)["x"]] == list(range(len(names)))


def test_a_file_that_could_not_be_read_back_is_not_written(tmp_path: Path) -> None:
    names = ("mean", "variance", "scale_factor", "weight", "bias")
    owned = {("bn", i): (name, np.ones(1, np.float32)) for i, name in enumerate(names)}
    with pytest.raises(
        fk.FormatError, match=r"x\.pt: could not be read back: 'bn' has running_mean"
    ):
        fk.Blobs(owned, {}, {}).save(tmp_path / "x.pt")
    assert list(tmp_path.iterdir()) == []


def test_it_goes_back_and_forth() -> None:
    filled = weights.small_blobs()
    again = blobs(state_dict(filled))
    assert list(again) == ["a/b", "c", "bn"]
    for layer in ("a/b", "c"):
        assert weights.bits(again)[layer] == weights.bits(filled)[layer]
    assert again["bn"].scale_factor.tolist() == [1]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"weight": torch.ones(1)}, "neither"),
        ({"a.weight": torch.ones(1, dtype=torch.int64)}, "not floats"),
        ({"a.running_mean": torch.ones(1)}, "not the other"),
        (
            {f"a.{name}": torch.ones(1) for name in ("running_mean", "running_var", "weight")},
            "two layers",
        ),
    ],
)
def test_what_makes_no_blobs_is_an_error(state: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        blobs(state)


def test_a_net_is_a_module_too() -> None:
    net = fk.load_net(
        'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [1, 4] } } }\n'
        'layer { name: "ip" type: "InnerProduct" bottom: "x" top: "ip" inner_product_param {'
        ' num_output: 3 weight_filler { type: "xavier" } } }'
    )
    running = module(net, net.fill(seed=1))
    assert running(torch.ones(2, 4))["ip"].shape == (2, 3)
    assert list(running.state_dict()) == ["ip.weight", "ip.bias"]


def test_batches_are_tensors_that_a_module_takes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_records(count=3)
    net = fk.load_net(
        """
        layer { name: "data" type: "Data" top: "data" top: "label"
                data_param { source: "db" backend: LMDB batch_size: 2 } }
        layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
                inner_product_param { num_output: 30 weight_filler { type: "xavier" } } }
        layer { name: "loss" type: "SoftmaxWithLoss" bottom: "ip" bottom: "label" top: "loss" }
        """
    )
    running, source = module(net, net.fill(1)), batches(net, seed=1)
    for labels in ([0, 10], [20, 0]):
        batch = next(source)
        assert batch["label"].tolist() == labels
        assert running(**batch).loss.isfinite()
    assert batch["data"][1].tolist() == IMAGE.tolist()
