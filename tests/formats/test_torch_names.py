"""A .safetensors with PyTorch's names: a module loads it, and Caffe's blobs come back from it."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
import weights

import fillerkit as fk

pytest.importorskip("safetensors", reason="safetensors is not installed")

IP = 'inner_product_param { num_output: 4 bias_term: false %s weight_filler { type: "xavier" } }'
BN = 'param { name: "m" } param { name: "v" } param { name: "f" }'
# A matrix that two layers share, one of them turned; statistics that two share; a slope; dots.
TIED = f"""
layer {{ name: "data" type: "Input" top: "data" input_param {{ shape {{ dim: [2, 4] }} }} }}
layer {{ name: "a" type: "InnerProduct" bottom: "data" top: "a" param {{ name: "w" }} {IP % ""} }}
layer {{ name: "b" type: "InnerProduct" bottom: "a" top: "b" param {{ name: "w" }}
        {IP % "transpose: true"} }}
layer {{ name: "turned" type: "InnerProduct" bottom: "b" top: "t" {IP % "transpose: true"} }}
layer {{ name: "bn" type: "BatchNorm" bottom: "t" top: "bn" {BN} }}
layer {{ name: "bn2" type: "BatchNorm" bottom: "bn" top: "bn2" {BN} }}
layer {{ name: "pr" type: "PReLU" bottom: "bn2" top: "pr" }}
layer {{ name: "s.x/y" type: "Scale" bottom: "pr" top: "s" scale_param {{ bias_term: true }} }}
"""
NETS = [weights.SMALL, weights.SHARED, TIED]


def _trained(blobs: fk.Blobs) -> fk.Blobs:
    """With statistics whose quotients are exact."""
    values = {"mean": 12.0, "variance": 6.0, "scale_factor": 4.0}
    return weights.changed(
        blobs, lambda name, array: np.full_like(array, values[name]) if name in values else array
    )


def test_the_keys_are_those_of_a_state_dict(tmp_path: Path) -> None:
    path = tmp_path / "x.safetensors"
    weights.small_blobs().save(path, names="torch")
    assert set(_header(path)) == {
        "__metadata__",
        "a/b.weight",
        "a/b.bias",
        "c.bias",
        "bn.running_mean",
        "bn.running_var",
        "bn.num_batches_tracked",
    }


@pytest.mark.parametrize("text", NETS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_caffe_s_blobs_come_back(tmp_path: Path, text: str, dtype: str) -> None:
    for blobs in (filled := fk.load_net(text).fill(seed=5, dtype=dtype), _trained(filled)):
        blobs.save(tmp_path / "x.safetensors", names="torch")
        again = fk.load(tmp_path / "x.safetensors")
        assert weights.bits(again) == weights.bits(blobs)
        assert weights.names(again) == weights.names(blobs)
        assert (again.starts, again.origin) == (blobs.starts, blobs.origin)


@pytest.mark.parametrize("text", NETS)
def test_filling_into_a_file_writes_what_saving_blobs_writes(tmp_path: Path, text: str) -> None:
    net = fk.load_net(text)
    net.save(tmp_path / "net.safetensors", seed=5, names="torch")
    net.fill(seed=5).save(tmp_path / "blobs.safetensors", names="torch")
    written = [tmp_path / f"{name}.safetensors" for name in ("net", "blobs")]
    assert written[0].read_bytes() == written[1].read_bytes()


@pytest.mark.parametrize("text", NETS)
def test_load_model_of_safetensors_takes_it_for_our_module(tmp_path: Path, text: str) -> None:
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    from safetensors.torch import load_model

    from fillerkit.torch import module

    net = fk.load_net(text)
    blobs = _trained(net.fill(seed=5))
    blobs.save(tmp_path / "x.safetensors", names="torch")
    loaded, wanted = module(net, net.fill(seed=9)).eval(), module(net, blobs).eval()
    load_model(loaded, tmp_path / "x.safetensors")  # refuses names that are too many or missing
    data = torch.ones(2, 6 if text == weights.SMALL else 4)
    for name, top in wanted(data).items():
        assert torch.allclose(loaded(data)[name], top)


def test_a_matrix_lies_as_pytorch_has_it(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    blobs = fk.load_net(TIED).fill(seed=5)
    blobs.save(tmp_path / "x.safetensors", names="torch")
    found = load_file(tmp_path / "x.safetensors")["turned.weight"]
    assert found.tolist() == blobs["turned"].weight.T.tolist()


def test_a_file_of_pytorch_s_own_with_counts_of_batches_is_read(tmp_path: Path) -> None:
    from safetensors.numpy import save_file

    of = {"running_mean": np.ones(2, "f4"), "running_var": np.full(2, 3, "f4")}
    save_file(
        {**{f"bn.{name}": array for name, array in of.items()},
         "bn.num_batches_tracked": np.array(7)},
        tmp_path / "x.safetensors",
    )  # fmt: skip
    blobs = fk.load(tmp_path / "x.safetensors")
    assert blobs["bn"].variance.tolist() == [3, 3]
    assert blobs["bn"].scale_factor.tolist() == [1]


@pytest.mark.parametrize(
    ("suffix", "names", "whose"), [("npz", "torch", "Caffe"), ("pt", "caffe", "PyTorch")]
)
def test_names_that_a_format_does_not_have_are_refused(
    tmp_path: Path, suffix: str, names: str, whose: str
) -> None:
    with pytest.raises(fk.UsageError, match=rf"names in a \.{suffix} are {whose}'s always: only"):
        weights.small_blobs().save(tmp_path / f"x.{suffix}", names=names)
    assert list(tmp_path.iterdir()) == []


def test_names_that_there_are_not_are_refused(tmp_path: Path) -> None:
    with pytest.raises(fk.UsageError, match="names is 'caffe' or 'torch', not 'keras'"):
        weights.small_blobs().save(tmp_path / "x.safetensors", names="keras")


@pytest.mark.parametrize(
    "lie",
    [
        {"shape": [7]},
        {"at": ["bn"]},
        {"at": ["other", -1]},
        {"times": "nothing"},
        {"times": 3},
        {"value": "many"},
        {"shape": [-6, -1]},
    ],
)
def test_notes_that_make_no_sense_are_refused(tmp_path: Path, lie: dict[str, object]) -> None:
    path = tmp_path / "x.safetensors"
    weights.small_blobs().save(path, names="torch")
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header = _header(path)
    notes = json.loads(header["__metadata__"]["blobs"])
    notes["bn.running_mean"].update(lie)
    header["__metadata__"]["blobs"] = json.dumps(notes)
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data[8 + length :])
    with pytest.raises(fk.FormatError, match=r"x\.safetensors: "):
        fk.load(path)


def _header(path: Path) -> dict[str, dict[str, str]]:
    data = path.read_bytes()
    (length,) = struct.unpack_from("<Q", data)
    header: dict[str, dict[str, str]] = json.loads(data[8 : 8 + length])
    return header
