"""HDF5Data layers: the datasets of the first file that a list names."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fillerkit.errors import LayerError, ShapeNeeded
from fillerkit.sources import Found

h5py: Any = pytest.importorskip("h5py")

Find = Callable[[str], Found | None]
Array = np.ndarray[Any, Any]


def layer(*tops: str, batch: int = 4) -> str:
    names = " ".join(f'top: "{top}"' for top in tops or ("data", "label"))
    return (
        f'name: "d" type: "HDF5Data" {names} '
        f'hdf5_data_param {{ source: "list.txt" batch_size: {batch} }}'
    )


def write(name: str, datasets: Mapping[str, object]) -> None:
    with h5py.File(name, "w") as file:
        for dataset, value in datasets.items():
            file[dataset] = value


def zeros(*shape: int, dtype: str = "float32") -> Array:
    return np.zeros(shape, dtype)


@pytest.fixture
def listed(here: Path) -> Path:
    """The list, which names one file."""
    (here / "list.txt").write_text("a.h5\n")
    return here


def test_each_top_has_its_dataset_s_shape(find: Find, listed: Path) -> None:
    write("a.h5", {"data": zeros(10, 3, 5), "label": zeros(10)})
    assert find(layer()) == Found(
        {"data": (4, 3, 5), "label": (4,)},
        "data: 4x3x5, label: 4, from a.h5, the first file of list.txt",
    )


@pytest.mark.parametrize("dtype", ["float16", "float64", "uint8", "int64"])
def test_floats_and_integers_of_any_size_are_read(find: Find, listed: Path, dtype: str) -> None:
    write("a.h5", {"data": zeros(10, 2, dtype=dtype)})
    found = find(layer("data"))
    assert found is not None
    assert found.shapes == {"data": (4, 2)}


def test_the_first_file_of_the_list_counts(find: Find, here: Path) -> None:
    (here / "list.txt").write_text("\n  b.h5 a.h5\nc.h5\n")
    write("a.h5", {"data": zeros(10, 1)})
    write("b.h5", {"data": zeros(10, 2)})
    found = find(layer("data"))
    assert found is not None
    assert found.shapes == {"data": (4, 2)}


def test_a_batch_of_none_is_let_be(find: Find, listed: Path) -> None:
    write("a.h5", {"data": zeros(10, 2)})
    found = find(layer("data", batch=0))
    assert found is not None
    assert found.shapes == {"data": (0, 2)}


def test_a_list_that_is_not_there_is_none(find: Find) -> None:
    assert find(layer()) is None


def test_a_file_is_left_as_it_is(find: Find, listed: Path) -> None:
    write("a.h5", {"data": zeros(10, 2)})
    file = listed / "a.h5"
    before = file.stat().st_mtime_ns, file.read_bytes()
    find(layer("data"))
    assert (file.stat().st_mtime_ns, file.read_bytes()) == before


def test_a_dataset_that_is_missing_is_named_beside_those_that_are_there(
    find: Find, listed: Path
) -> None:
    write("a.h5", {"data": zeros(10, 2), "labels": zeros(10)})
    wanted = "'label' is no dataset of 'a.h5', which holds 'data', 'labels'; did you mean 'labels'"
    with pytest.raises(LayerError, match=wanted) as refusal:
        find(layer())
    assert refusal.value.field == "top"


def test_a_dataset_inside_a_group_is_not_found(find: Find, listed: Path) -> None:
    write("a.h5", {"group/data": zeros(10, 2)})
    with pytest.raises(
        LayerError, match=r"'group/data' is no dataset of 'a.h5', which holds 'group'"
    ):
        find(layer("group/data"))


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(1.0, id="a single number"),
        pytest.param(np.array([b"a", b"b"]), id="texts"),
        pytest.param(np.array([True, False]), id="truth values"),
        pytest.param(np.zeros(2, [("a", "f4")]), id="records"),
    ],
)
def test_what_caffe_does_not_read_is_refused(find: Find, listed: Path, value: object) -> None:
    write("a.h5", {"data": value})
    with pytest.raises(LayerError, match="no array of integers or floats"):
        find(layer("data"))


def test_a_group_is_no_dataset(find: Find, listed: Path) -> None:
    write("a.h5", {"data/inside": zeros(10, 2)})
    with pytest.raises(LayerError, match="no array of integers or floats"):
        find(layer("data"))


def test_datasets_of_different_lengths_are_refused(find: Find, listed: Path) -> None:
    write("a.h5", {"data": zeros(10, 2), "label": zeros(9)})
    with pytest.raises(LayerError, match="'data' has 10, 'label' has 9"):
        find(layer())


@pytest.mark.parametrize("text", ["", "  \n\n"])
def test_an_empty_list_is_refused(find: Find, here: Path, text: str) -> None:
    (here / "list.txt").write_text(text)
    with pytest.raises(LayerError, match=r"'list.txt' is an empty list") as refusal:
        find(layer())
    assert refusal.value.field == "hdf5_data_param.source"


def test_a_list_that_is_a_folder_is_refused(find: Find, here: Path) -> None:
    (here / "list.txt").mkdir()
    with pytest.raises(LayerError, match=r"cannot read its source 'list.txt'"):
        find(layer())


def test_an_hdf5_file_in_place_of_the_list_is_refused(find: Find) -> None:
    write("list.txt", {"data": zeros(10, 2)})
    with pytest.raises(LayerError, match=r"'list.txt' is an HDF5 file itself: name a text file"):
        find(layer())


def test_a_listed_file_that_is_not_there_leaves_the_shapes_to_be_given(
    find: Find, listed: Path
) -> None:
    ways_out = r"'a.h5', which 'list.txt' lists first, .*'data': \(4, C, H, W\), 'label': \(4,\)"
    with pytest.raises(ShapeNeeded, match=ways_out):
        find(layer())


@pytest.mark.parametrize("size", [0, 5, 600])
def test_a_file_that_is_cut_off_is_refused(find: Find, listed: Path, size: int) -> None:
    write("a.h5", {"data": zeros(10, 200)})
    file = listed / "a.h5"
    file.write_bytes(file.read_bytes()[:size])
    with pytest.raises(LayerError, match=r"'a\.h5', .* cannot be read as HDF5"):
        find(layer("data"))


def test_a_file_that_is_something_else_is_refused(find: Find, listed: Path) -> None:
    (listed / "a.h5").write_text("something else")
    with pytest.raises(LayerError, match="cannot be read as HDF5"):
        find(layer())


def test_without_h5py_both_ways_out_are_named(
    find: Find, listed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("a.h5", {"data": zeros(10, 2)})
    monkeypatch.setitem(sys.modules, "h5py", None)
    ways_out = r"package h5py .*pip install 'fillerkit\[data\]'.*'data': \(4, C, H, W\)"
    with pytest.raises(ShapeNeeded, match=ways_out):
        find(layer())


@pytest.mark.parametrize("kind", ["soft", "external"])
def test_a_link_is_not_followed(find: Find, listed: Path, kind: str) -> None:
    os.mkfifo("pipe")  # to open it would be to wait for ever
    write("a.h5", {"other": zeros(10, 2)})
    with h5py.File("a.h5", "a") as file:
        link = h5py.SoftLink("/other") if kind == "soft" else h5py.ExternalLink("pipe", "/data")
        file["data"] = link
    with pytest.raises(LayerError, match=r"its top 'data' is, in 'a\.h5', a link, which is not"):
        find(layer("data"))


@pytest.mark.parametrize("kind", ["external", "virtual"])
def test_values_in_other_files_are_not_looked_at(find: Find, listed: Path, kind: str) -> None:
    os.mkfifo("pipe")
    with h5py.File("a.h5", "w") as file:
        if kind == "external":
            file.create_dataset("data", (3,), "<f4", external=[("pipe", 0, 12)])
        else:
            layout = h5py.VirtualLayout((4,), "<f4", maxshape=(None,))
            layout[: h5py.h5s.UNLIMITED] = h5py.VirtualSource("pipe", "x", (4,), "<f4", (None,))[
                : h5py.h5s.UNLIMITED
            ]
            file.create_virtual_dataset("data", layout)
    with pytest.raises(
        LayerError, match=r"values of its top 'data' lie, as 'a\.h5' says, in other"
    ):
        find(layer("data"))


def test_a_listed_pipe_is_refused_at_once(find: Find, listed: Path) -> None:
    os.mkfifo("a.h5")
    with pytest.raises(LayerError, match="cannot be read as HDF5: it is not a regular file"):
        find(layer("data"))
