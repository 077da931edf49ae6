"""A law of every format: what is written is read back, bit for bit, with all that it can hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import weights
from hypothesis import given, settings
from hypothesis import strategies as st

import fillerkit as fk
from fillerkit import formats
from fillerkit.formats import Content, Entry
from fillerkit.formats.stored import Alias, Start

PARTS = st.text(min_size=1, max_size=8).filter(
    lambda part: part not in (".", "..") and "/" not in part and "\0" not in part
)
# A part that is a number could be a blob of another layer, in HDF5.
PATHS = st.lists(PARTS.filter(lambda p: not p.isdecimal()), min_size=1, max_size=3).map("/".join)
DTYPES = st.sampled_from([np.float32, np.float64])
SHAPES = st.lists(st.integers(0, 3), max_size=4).map(tuple)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
FLOATS = st.floats(allow_nan=False)
STARTS = st.builds(Start, st.text(max_size=5), FLOATS, FLOATS)


@st.composite
def arrays(draw: st.DrawFn) -> np.ndarray[Any, Any]:
    """Any bits at all, NaNs of every kind too."""
    dtype, shape = np.dtype(draw(DTYPES)), draw(SHAPES)
    size = dtype.itemsize * int(np.prod(shape))
    return np.frombuffer(draw(st.binary(min_size=size, max_size=size)), dtype).reshape(shape)


@st.composite
def some_blobs(draw: st.DrawFn, layers: st.SearchStrategy[str]) -> fk.Blobs:
    """Blobs of a few layers, some of them shared under another shape."""
    owned: dict[tuple[str, int], tuple[str, np.ndarray[Any, Any]]] = {}
    aliases: dict[tuple[str, int], list[Alias]] = {}
    starts: dict[tuple[str, int], Start] = {}
    keys = draw(st.lists(layers, min_size=1, max_size=4, unique=True))
    for layer in keys:
        for index in range(draw(st.integers(1, 3))):
            owned[layer, index] = draw(st.text(max_size=6)), draw(arrays())
            if draw(st.booleans()):
                starts[layer, index] = draw(STARTS)
    sharer = draw(layers.filter(lambda layer: layer not in keys))
    if draw(st.booleans()):
        owner = draw(st.sampled_from(sorted(owned)))
        shape = (owned[owner][1].size, 1)
        aliases[owner] = [Alias(sharer, 0, draw(st.text(max_size=6)), shape)]
    return fk.Blobs(owned, aliases, draw(st.dictionaries(st.text(max_size=4), JSON)), starts)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("round_trip")


def _again(blobs: fk.Blobs, path: Path) -> fk.Blobs:
    blobs.save(path)
    return fk.load(path)


def _aliases(blobs: fk.Blobs) -> dict[tuple[str, int], tuple[Alias, ...]]:
    return {(layer, index): shared for layer, index, _, _, shared in blobs.owned() if shared}


@pytest.mark.parametrize("suffix", weights.installed("npz", "h5", "safetensors"))
@settings(max_examples=60)
@given(blobs=some_blobs(PATHS))
def test_everything_comes_back(suffix: str, folder: Path, blobs: fk.Blobs) -> None:
    again = _again(blobs, folder / f"x.{suffix}")
    assert weights.bits(again) == weights.bits(blobs)
    assert weights.names(again) == weights.names(blobs)
    assert _aliases(again) == _aliases(blobs)
    assert again.starts == blobs.starts
    assert again.origin == blobs.origin


@pytest.mark.parametrize("suffix", weights.installed("caffemodel", "safetensors", "pt"))
@settings(max_examples=60)
@given(blobs=some_blobs(st.text(min_size=1, max_size=8)))
def test_layers_may_have_any_name(suffix: str, folder: Path, blobs: fk.Blobs) -> None:
    if suffix == "pt":
        owned = {(layer, i): ("", array) for layer, i, _, array, _ in blobs.owned()}
        blobs = fk.Blobs(owned, {}, {})
    again = weights.bits(_again(blobs, folder / f"x.{suffix}"))
    wanted = weights.bits(blobs)
    if suffix == "caffemodel":  # no values are of no type
        again, wanted = (
            {key: [each for each in of if each[2]] for key, of in found.items()}
            for found in (again, wanted)
        )
    assert again == wanted


ODD_NAMES = st.sampled_from(
    [
        *("", ".", "..", "/a", "a/", "a//b", "a", "ab", "a/b", "a/0", "a/b/0", "0", "#0", "a#2"),
        *("a\0", "a\nb", "a\r", "a.weight", "a.num_batches_tracked", "__metadata__"),
        *("\ud800", "\udcff", "\u5377\u79ef", "a" * 10_000),
    ]
) | st.text(st.characters(), max_size=4)
# What PyTorch means differently, and so has in other shapes, is left out.
ODD_BLOBS = st.sampled_from(
    ["", "weight", "slope", "0", "1", "a.b", "running_mean", "num_batches_tracked", "z", "\ud800"]
)


@st.composite
def odd_contents(draw: st.DrawFn) -> tuple[Content, dict[tuple[str, int], np.ndarray[Any, Any]]]:
    """Blobs of any names, some of them twice or with a gap before them, and each one's values."""
    entries, wanted = [], {}
    for layer in draw(st.lists(ODD_NAMES, max_size=4)):
        for index in range(draw(st.integers(1, 3))):
            values = draw(arrays())
            shared = Alias(
                draw(ODD_NAMES), draw(st.integers(0, 1)), draw(ODD_BLOBS), (values.size,)
            )
            aliases = (shared,) * (draw(st.integers(0, 5)) == 0)
            flat, name = iter([values.reshape(-1)]), draw(ODD_BLOBS)
            entries.append(Entry(layer, index, name, values.shape, values.dtype, flat, aliases))
            wanted[layer, index] = values
            wanted |= {(each.layer, each.index): values.reshape(-1) for each in aliases}
    return Content(entries, {"net": draw(ODD_NAMES)}), wanted


@pytest.mark.parametrize("suffix", weights.FORMATS)
@settings(max_examples=100)
@given(drawn=odd_contents())
def test_what_is_written_is_read_back_or_nothing_is_written(
    suffix: str, folder: Path, drawn: tuple[Content, dict[tuple[str, int], np.ndarray[Any, Any]]]
) -> None:
    content, wanted = drawn
    path = folder / f"odd.{suffix}"
    path.write_text("as it was")
    try:
        formats.save(path, content)
    except fk.FormatError:
        assert path.read_text() == "as it was"
        return
    again = fk.load(path)
    places = ((layer, i, array) for layer, of in again.items() for i, array in enumerate(of))
    found = {(layer, i): _bits(array, suffix) for layer, i, array in places}
    assert found == {at: _bits(array, suffix) for at, array in wanted.items()}
    again.save(path)
    assert weights.bits(fk.load(path)) == weights.bits(again)


def _bits(array: np.ndarray[Any, Any], suffix: str) -> tuple[object, ...]:
    """What a format keeps of a blob: in a .caffemodel, no values are of no type."""
    dtype = array.dtype if array.size or suffix != "caffemodel" else None
    return array.shape, dtype, array.tobytes()


@pytest.mark.parametrize("suffix", weights.FORMATS)
@settings(max_examples=20)
@given(blobs=some_blobs(PATHS))
def test_the_same_blobs_make_the_same_bytes(suffix: str, folder: Path, blobs: fk.Blobs) -> None:
    for name in ("x", "y"):
        blobs.save(folder / f"{name}.{suffix}")
    assert (folder / f"x.{suffix}").read_bytes() == (folder / f"y.{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", weights.FORMATS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_net_s_blobs_come_back(suffix: str, dtype: str, tmp_path: Path) -> None:
    blobs = weights.small_blobs(dtype=dtype)
    again = _again(blobs, tmp_path / f"x.{suffix}")
    assert list(again) == list(blobs)
    for layer, arrays in blobs.items():
        assert again[layer].names == arrays.names
        if (suffix, layer) != ("pt", "bn"):  # a scale factor of 0, which PyTorch has none of
            assert [a.tobytes() for a in again[layer]] == [a.tobytes() for a in arrays]
    assert again["c"].weight.tobytes() == again["a/b"].weight.tobytes()


@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_filling_into_a_file_writes_what_saving_blobs_writes(suffix: str, tmp_path: Path) -> None:
    weights.small_blobs(seed=7).save(tmp_path / f"x.{suffix}")
    fk.load_net(weights.SMALL).save(tmp_path / f"y.{suffix}", seed=7)
    assert (tmp_path / f"x.{suffix}").read_bytes() == (tmp_path / f"y.{suffix}").read_bytes()


@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_what_is_read_cannot_be_written_to(suffix: str, tmp_path: Path) -> None:
    for arrays in _again(weights.small_blobs(), tmp_path / f"x.{suffix}").values():
        for array in arrays:
            assert not array.flags.writeable


@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_a_file_can_be_replaced_by_what_was_read_from_it(suffix: str, tmp_path: Path) -> None:
    blobs = weights.small_blobs()
    loaded = _again(blobs, tmp_path / f"x.{suffix}")
    assert weights.bits(_again(loaded, tmp_path / f"x.{suffix}")) == weights.bits(loaded)


@pytest.mark.parametrize("target", weights.FORMATS)
@pytest.mark.parametrize("source", weights.FORMATS)
def test_every_format_turns_into_every_other(source: str, target: str, tmp_path: Path) -> None:
    first = _again(weights.small_blobs(), tmp_path / f"x.{source}")
    second = _again(first, tmp_path / f"y.{target}")
    for layer, arrays in first.items():
        if (target, layer) != ("pt", "bn"):
            assert [a.tobytes() for a in second[layer]] == [a.tobytes() for a in arrays]


@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_floats_of_16_bits_lose_nothing(suffix: str, tmp_path: Path) -> None:
    values = np.array([0.1, -2, 65504, 6e-8, np.inf], np.float16)
    again = _again(weights.blobs_of({("ip", 0): values}), tmp_path / f"x.{suffix}")
    assert again["ip"][0].dtype == (np.float32 if suffix == "caffemodel" else np.float16)
    assert again["ip"][0].tolist() == values.tolist()


@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_the_memory_s_order_and_the_byte_order_do_not_matter(suffix: str, tmp_path: Path) -> None:
    values = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    odd = {
        ("fortran", 0): np.asfortranarray(values),
        ("turned", 0): values.transpose(2, 0, 1),
        ("every second", 0): values[:, :, ::2],
        ("big-endian", 0): values.astype(">f4"),
    }
    again = _again(weights.blobs_of(odd), tmp_path / f"x.{suffix}")
    for (layer, _), array in odd.items():
        assert again[layer][0].tolist() == array.tolist()


def test_an_origin_is_json_that_other_programs_read(tmp_path: Path) -> None:
    blobs = weights.small_blobs()
    assert json.loads(json.dumps(blobs.origin)) == blobs.origin
