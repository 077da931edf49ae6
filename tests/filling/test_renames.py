"""Which layer of a weight file goes into which layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import fillerkit as fk
from fillerkit.filling.renames import Renames, by_file

NAMES = ("conv1", "conv2", "fc")


def _moves(rename: Mapping[str, str | Sequence[str]], *names: str) -> list[tuple[str, str]]:
    return Renames(rename).moves(names or NAMES, "old.caffemodel")


def test_a_layer_that_no_rename_speaks_of_keeps_its_name() -> None:
    assert _moves({"fc": "fc_voc"}) == [("conv1", "conv1"), ("conv2", "conv2"), ("fc", "fc_voc")]


def test_one_layer_goes_to_several() -> None:
    assert _moves({"fc": ["left", "right"]}, "fc") == [("fc", "left"), ("fc", "right")]


def test_what_a_star_takes_is_put_in_the_place_of_the_new_star() -> None:
    found = _moves({"conv*": "branch2/conv*"})
    assert found == [("conv1", "branch2/conv1"), ("conv2", "branch2/conv2"), ("fc", "fc")]
    assert _moves({"res*_*": "b*/r*"}, "res2a_1x1") == [("res2a_1x1", "b2a/r1x1")]


def test_several_patterns_give_each_layer_several_names() -> None:
    found = _moves({"*": ["left/*", "right/*"]}, "a", "b")
    assert found == [("a", "left/a"), ("a", "right/a"), ("b", "left/b"), ("b", "right/b")]


def test_a_name_goes_before_a_pattern() -> None:
    assert _moves({"*": "left/*", "fc": "head"})[-1] == ("fc", "head")
    # Also where the name has a star in it.
    assert _moves({"a*": "x"}, "a*", "ab") == [("a*", "x"), ("ab", "ab")]


def test_signs_that_mean_something_elsewhere_are_themselves() -> None:
    assert _moves({"a.[1]*": r"\1*"}, "a.[1]b", "a.1b") == [("a.[1]b", r"\1b"), ("a.1b", "a.1b")]


def test_two_layers_can_change_their_names() -> None:
    assert _moves({"a": "b", "b": "a"}, "a", "b") == [("a", "b"), ("b", "a")]


def test_a_rename_goes_before_a_layer_that_keeps_its_name() -> None:
    assert _moves({"fc9": "fc8"}, "fc8", "fc9") == [("fc9", "fc8")]


def test_two_renames_that_give_one_name_are_an_error_that_names_both() -> None:
    said = r"old\.caffemodel: layers 'conv1' \(conv\*=x\*\) and 'fc' \(fc=x1\) would both become"
    with pytest.raises(fk.UsageError, match=said):
        _moves({"conv*": "x*", "fc": "x1"})
    # Twice the same is no contradiction.
    assert _moves({"fc": ["x", "x"], "f*": "*"}, "fc") == [("fc", "x")]


@pytest.mark.parametrize(
    ("rename", "said"),
    [
        ({"conv*": "left"}, r"as many \* as 'conv\*' has.*'conv\*=left/conv\*'"),
        ({"*": "*/*"}, r"as many \*"),
        ({"conv": "left/*"}, r"no \* in 'conv'"),
        ({"fc": ""}, "a layer's name is needed"),
        ({"fc": []}, "a layer's name is needed"),
        ({"fc": [3]}, "a layer's name is needed"),
    ],
)
def test_a_rename_that_makes_no_sense_is_refused(rename: Any, said: str) -> None:
    with pytest.raises(fk.UsageError, match=said):
        _moves(rename)


@pytest.mark.parametrize(
    ("rename", "said"),
    [
        ({"convv1": "a"}, "no layer 'convv1'; did you mean 'conv1' or 'conv2'"),
        ({"pool*": "*"}, r"no layer that 'pool\*' fits"),
        ({"fc": "ab"}, "the net has no layer 'ab' with parameters; did you mean 'abc'"),
        ({"conv*": "x*"}, "the net has no layers x1, x2 with parameters"),
    ],
)
def test_a_rename_of_nothing_is_refused(rename: Mapping[str, str], said: str) -> None:
    renames = Renames(rename)
    renames.moves(NAMES, "old.npz")
    with pytest.raises(fk.UsageError, match=said):
        renames.check_used({"abc"}, ["abc"])


def test_a_pattern_some_of_whose_layers_are_there_is_of_use() -> None:
    renames = Renames({"*": "left/*"})
    renames.moves(NAMES, "old.npz")
    renames.check_used({"left/fc"}, ["left/fc"])


def test_renames_are_for_all_files_or_for_each() -> None:
    one, same = by_file({"a": "b"}, 2)
    assert one is same
    first, second = by_file([{"a": "b"}, {}], 2)
    assert first.moves(["a"], "1") == [("a", "b")]
    assert second.moves(["a"], "2") == [("a", "a")]
    with pytest.raises(fk.UsageError, match="1 mapping for 2 files"):
        by_file([{}], 2)
    with pytest.raises(fk.UsageError, match="rename is"):
        by_file("a=b", 3)  # type: ignore[arg-type]


@given(st.lists(st.text(st.sampled_from("ab*/"), min_size=1), unique=True), st.text("ab/"))
def test_a_prefix_for_all_is_a_prefix_for_each(names: list[str], prefix: str) -> None:
    kept = [name for name in names if name != "*"]
    assert _moves({"*": f"{prefix}*"}, *kept, "z") == [(n, prefix + n) for n in [*kept, "z"]]
