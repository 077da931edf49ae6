"""Names of layers in files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import weights

import fillerkit as fk
from fillerkit import formats
from fillerkit.formats import Content, Entry
from fillerkit.formats.stored import Alias

ONES = np.ones(2, np.float32)


@pytest.mark.parametrize("layer", ["../x", "/abs", "a//b", ".", "..", "a/..", "a/", "", "x\0y"])
@pytest.mark.parametrize("suffix", weights.installed("npz", "h5"))
def test_names_that_would_lead_out_of_the_file_are_refused(
    layer: str, suffix: str, tmp_path: Path
) -> None:
    with pytest.raises(fk.FormatError, match="cannot be a path") as refusal:
        weights.blobs_of({(layer, 0): ONES}).save(tmp_path / f"x.{suffix}")
    assert str(refusal.value).startswith(f"{tmp_path}/x.{suffix}: ")
    assert list(tmp_path.iterdir()) == []


def test_in_hdf5_a_layer_cannot_lie_in_a_blob(tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    blobs = weights.blobs_of({("a", 0): ONES, ("a/0", 0): ONES})
    with pytest.raises(fk.FormatError, match="'a/0' would lie in a blob"):
        blobs.save(tmp_path / "x.h5")
    assert list(tmp_path.iterdir()) == []
    blobs.save(tmp_path / "x.npz")
    assert weights.bits(fk.load(tmp_path / "x.npz")) == weights.bits(blobs)


@pytest.mark.parametrize("suffix", weights.installed("npz", "h5"))
def test_more_sharers_than_there_is_room_for_are_refused(suffix: str, tmp_path: Path) -> None:
    shared = [Alias(f"layer {i}", 0, "weight", (2,)) for i in range(2000)]
    blobs = fk.Blobs({("a", 0): ("weight", ONES)}, {("a", 0): shared}, {})
    pytest.importorskip("safetensors")
    with pytest.raises(fk.FormatError, match=r"write \.safetensors"):
        blobs.save(tmp_path / f"x.{suffix}")
    assert list(tmp_path.iterdir()) == []
    blobs.save(tmp_path / "x.safetensors")
    assert len(fk.load(tmp_path / "x.safetensors")) == 2001


def test_an_origin_longer_than_there_is_room_for_is_refused(tmp_path: Path) -> None:
    blobs = fk.Blobs({("a", 0): ("", ONES)}, {}, {"shapes": "x" * 70_000})
    with pytest.raises(fk.FormatError, match="where the values come from"):
        blobs.save(tmp_path / "x.npz")


def test_a_name_longer_than_a_zip_can_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(fk.FormatError, match="too long"):
        weights.blobs_of({("a" * 70_000, 0): ONES}).save(tmp_path / "x.npz")


@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_layers_of_the_same_name_keep_their_blobs_apart(suffix: str, tmp_path: Path) -> None:
    net = fk.load_net(
        'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 1 dim: 4 } } } '
        + 'layer { name: "a" type: "InnerProduct" bottom: "d" top: "d" inner_product_param '
        '{ num_output: 4 weight_filler { type: "xavier" } } } ' * 2
    )
    net.save(tmp_path / f"x.{suffix}", seed=1)
    loaded = fk.load(tmp_path / f"x.{suffix}")
    assert weights.bits(loaded) == weights.bits(net.fill(seed=1))
    assert list(loaded) == ["a", "a#2"]


def test_a_caffemodel_without_a_layer_is_not_written(tmp_path: Path) -> None:
    for blobs in (fk.Blobs({}, {}, {}), fk.Blobs({}, {}, {"net": "small"})):
        with pytest.raises(fk.FormatError, match="there is no layer to write"):
            blobs.save(tmp_path / "x.caffemodel")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", weights.FORMATS)
@pytest.mark.parametrize(
    ("places", "why"),
    [
        ([("", 0)], "cannot be a path"),
        ([("\ud800", 0)], "no text"),
        ([("a", 0), ("a", 0)], "both blob 0"),
        ([("a", 1)], "without a gap"),
    ],
)
def test_blobs_that_would_not_be_found_again_are_refused(
    places: list[tuple[str, int]], why: str, suffix: str, tmp_path: Path
) -> None:
    entries = [Entry(layer, i, "", (2,), ONES.dtype, iter([ONES])) for layer, i in places]
    with pytest.raises(fk.FormatError, match=why):
        formats.save(tmp_path / f"x.{suffix}", Content(entries, {}))
    assert list(tmp_path.iterdir()) == []
