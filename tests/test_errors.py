"""The errors that a user can cause and mend."""

from __future__ import annotations

import pytest

import fillerkit as fk
from fillerkit.errors import Place, did_you_mean

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
        fk.FormatError,
        fk.UsageError,
    ],
)
def test_all_are_of_one_family(kind: type[fk.FillerkitError]) -> None:
    with pytest.raises(fk.FillerkitError):
        raise kind("wrong")


@pytest.mark.parametrize("kind", [fk.FillerError, fk.ShapeNeeded])
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
