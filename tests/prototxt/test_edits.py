"""A prototxt changed here and there."""

from __future__ import annotations

import pytest

from fillerkit.prototxt.edits import Edits
from fillerkit.prototxt.source import Source
from fillerkit.prototxt.text import Field, parse


def _without(text: str, name: str = "b") -> str:
    edits = Edits(text)
    for field in parse(Source("net", text)).fields:
        if field.name == name:
            edits.remove(field)
    return str(edits)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("a: 1\nb { x: 1 }\nc: 2\n", "a: 1\nc: 2\n"),
        ("a: 1\nb {\n  x: 1 # }\n}\nc: 2\n", "a: 1\nc: 2\n"),
        ("a: 1\n\nb { }\n\nc: 2\n", "a: 1\n\nc: 2\n"),
        ("a: 1\nb { }\n\nc: 2\n", "a: 1\n\nc: 2\n"),
        ("a: 1\n\nb { }\n\nb { }\n\nc: 2\n", "a: 1\n\nc: 2\n"),
        ("a: 1 b { } c: 2\n", "a: 1 c: 2\n"),
        ("a: 1 b { }, c: 2\n", "a: 1 c: 2\n"),
        ("  b { } c: 2\n", "  c: 2\n"),
        ("b { }", ""),
        ("b { }\r\nc: 2\r\n", "c: 2\r\n"),
        ("\ufeffb { }\nc: 2\n", "\ufeffc: 2\n"),
        ("# of b\nb { }  # too\nc: 2\n", "# of b\n# too\nc: 2\n"),
        ("a: 1\n  b < x: 'y' 'z' >;\nc: 2\n", "a: 1\nc: 2\n"),
    ],
)
def test_a_field_goes_with_its_lines_and_nothing_else(text: str, left: str) -> None:
    assert _without(text) == left


@pytest.mark.parametrize("value", ["'x'", "\"x\" 'y'", "12.5e3", "- 1", "TRUE", "0x1f", "-inf"])
def test_a_value_is_replaced_whatever_it_looked_like(value: str) -> None:
    text = f"a {{ b: {value}  # why\n}} c: [{value}, {value}] d: 1"
    root = parse(Source("net", text))
    edits = Edits(text)
    b = root.find("a.b")
    assert b is not None
    edits.set(b, "new")
    edits.set(_all(root, "c")[1], "last")
    assert str(edits) == f"a {{ b: new  # why\n}} c: [{value}, last] d: 1"


def test_fields_know_where_they_end() -> None:
    text = 'a { b: "x" "y" c: [ ] } d: [ { e: 1 }, < f: 2 > ] '
    ends: dict[str, str] = {}
    fields = parse(Source("net", text)).fields
    while fields:
        ends |= {field.name: text[field.value_offset : field.end] for field in fields}
        fields = [inner for field in fields for inner in field.fields]
    assert ends == {
        "a": '{ b: "x" "y" c: [ ] }',
        "b": '"x" "y"',
        "c": "[ ]",
        "d": "< f: 2 >",
        "e": "1",
        "f": "2",
    }


def _all(root: Field, name: str) -> list[Field]:
    return [field for field in root.fields if field.name == name]
