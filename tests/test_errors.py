"""The errors that a user can cause and mend."""

from __future__ import annotations

import pickle

import pytest

import fillerkit as fk
from fillerkit.errors import Keyword, Place, did_you_mean, what_there_is

PLACE = Place("net.prototxt", 3, 7)


def test_a_place_reads_as_compilers_write_it() -> None:
    assert str(PLACE) == "net.prototxt:3:7"


def test_an_error_with_a_place_begins_with_it() -> None:
    assert str(fk.PrototxtError("wrong", place=PLACE)) == "net.prototxt:3:7: wrong"


def test_an_error_without_a_place_is_its_message() -> None:
    assert str(fk.UsageError("wrong")) == "wrong"


def test_the_message_is_there_without_the_place() -> None:
    assert fk.PrototxtError("wrong", place=PLACE).message == "wrong"


def test_file_line_and_column_are_there_for_programs() -> None:
    error = fk.PrototxtError("wrong", place=PLACE)
    assert (error.file, error.line, error.column) == ("net.prototxt", 3, 7)


def test_without_a_place_there_is_no_file_line_or_column() -> None:
    error = fk.PrototxtError("wrong")
    assert (error.place, error.file, error.line, error.column) == (None, None, None, None)


@pytest.mark.parametrize(
    ("keyword", "words"),
    [
        (Keyword("python_layers"), "python_layers"),
        (Keyword("allow_unknown_fields", True), "allow_unknown_fields=True"),
        (Keyword("phase", "test"), "phase='test'"),
        (Keyword("stages", ["a"]), "stages=['a']"),
        (Keyword("rename", {"OLD": "NEW"}), "rename={'OLD': 'NEW'}"),
        (Keyword("params", {"m": ["64:msra"]}), "params={'m': ['64:msra']}"),
        (
            Keyword("shapes", {"data": (64, 3, "H", "W"), "label": (64,)}),
            "shapes={'data': (64, 3, H, W), 'label': (64,)}",
        ),
    ],
)
def test_a_keyword_reads_as_python_writes_it(keyword: Keyword, words: str) -> None:
    assert str(keyword) == words


def test_the_words_of_an_error_may_hold_keywords_that_are_put_in_other_words() -> None:
    error = fk.UsageError("say ", Keyword("phase", "test"), " or nothing", place=PLACE)
    assert str(error) == "net.prototxt:3:7: say phase='test' or nothing"
    assert error.told(lambda keyword: f"<{keyword.name}>") == "say <phase> or nothing"


def test_an_error_says_what_its_words_are_about() -> None:
    error = fk.LayerError("wrong")
    error.within = ("layer 'ip'", "its bias")
    assert error.message == "layer 'ip': its bias: wrong"


def test_missing_shapes_of_several_layers_are_asked_for_at_once() -> None:
    error = fk.ShapeNeeded("is nowhere", shapes={"a": (2, "C")})
    error.later = (fk.ShapeNeeded("is lost", shapes={"b": ("N",)}, layer="second"),)
    assert error.shapes == {"a": (2, "C"), "b": ("N",)}
    assert error.message == (
        "is nowhere; layer 'second' is lost: say it, with numbers for the letters, with "
        "shapes={'a': (2, C), 'b': (N,)}"
    )


def test_an_error_survives_a_way_through_another_process() -> None:
    error = fk.ShapeNeeded("is nowhere", shapes={"a": (2, "C")}, layer="d", place=PLACE)
    error.within = ("layer 'd'",)
    copy = pickle.loads(pickle.dumps(error))
    assert (str(copy), copy.shapes, copy.layer) == (str(error), error.shapes, "d")


def test_a_layer_error_says_which_field_and_which_layer() -> None:
    error = fk.LayerError("wrong", field="pooling_param.pad", layer="pool1")
    assert (error.field, error.layer) == ("pooling_param.pad", "pool1")


def test_a_filler_error_says_which_blob_once_that_is_known() -> None:
    assert fk.FillerError("wrong").blob == ""


@pytest.mark.parametrize(
    "kind",
    [
        fk.PrototxtError,
        fk.LayerError,
        fk.FillerError,
        fk.ShapeNeeded,
        fk.UnknownLayers,
        fk.FormatError,
        fk.UsageError,
    ],
)
def test_all_are_of_one_family(kind: type[fk.FillerkitError]) -> None:
    with pytest.raises(fk.FillerkitError):
        raise kind("wrong")


@pytest.mark.parametrize("kind", [fk.FillerError, fk.ShapeNeeded, fk.UnknownLayers])
def test_fillers_and_missing_shapes_are_a_layers_matter(kind: type[Exception]) -> None:
    assert issubclass(kind, fk.LayerError)


def test_the_nearest_name_is_offered() -> None:
    known = ["xavier", "gaussian", "constant"]
    assert did_you_mean("xaiver", known) == "; did you mean 'xavier'?"


def test_several_names_that_are_near_are_offered() -> None:
    clause = did_you_mean("kernel_sz", ["kernel_size", "kernel_h", "kernel_w", "num_output"])
    assert "'kernel_size'" in clause
    assert " or " in clause
    assert "num_output" not in clause


def test_a_name_in_other_letters_is_offered_as_it_is_spelled() -> None:
    assert did_you_mean("relu", ["ReLU", "PReLU"]).startswith("; did you mean 'ReLU'")


def test_nothing_is_offered_where_nothing_is_near() -> None:
    assert did_you_mean("zzz", ["xavier"]) == ""
    assert did_you_mean("xavier", []) == ""


def test_of_a_name_that_is_near_to_none_all_are_told() -> None:
    assert what_there_is("xaver", ["xavier", "msra"]) == "; did you mean 'xavier'?"
    assert what_there_is("mine", ["xavier", "msra"]) == "; there are xavier, msra"
