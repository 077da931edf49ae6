"""A net's text by lines: which layer each belongs to, and what its parts are."""

from __future__ import annotations

import pytest

import fillerkit as fk
from fillerkit.reports.prototxt import Block, blocks

INPUT = 'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 1 } } }'
RELU = 'layer { name: "r" type: "ReLU" bottom: "d" top: "r" }'


def spans(text: str) -> list[tuple[str, int, int]]:
    return [
        (block.name, block.lines[0].number, block.lines[-1].number)
        for block in blocks(fk.load_net(text + "\n"))
    ]


def parts(text: str) -> list[tuple[str, str]]:
    return [part for block in blocks(fk.load_net(text + "\n")) for part in block.lines[-1].parts]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"{INPUT}\n\n{RELU}", [("d", 1, 1), ("", 2, 2), ("r", 3, 3)]),
        (f"{INPUT} {RELU}", [("d", 1, 1)]),
        (f"{INPUT}\n" + RELU.replace("{", "\n{\n").replace("}", "\n}"), [("d", 1, 1), ("r", 2, 5)]),
        (f"# {{\n{INPUT}\n# }} }}\n{RELU}", [("", 1, 1), ("d", 2, 2), ("", 3, 3), ("r", 4, 4)]),
        (
            f'input: "d"\ninput_dim: [1, 2, 3, 4]\n{RELU}',
            [("input", 1, 1), ("", 2, 2), ("r", 3, 3)],
        ),
        (f"{INPUT}\n" + RELU.replace("{", "<").replace("}", "\n>"), [("d", 1, 1), ("r", 2, 3)]),
        (f"{INPUT}\n" + RELU.replace('"r"', '"}\'{"'), [("d", 1, 1), ("}'{", 2, 2)]),
    ],
)
def test_lines_belong_to_the_layer_whose_braces_are_around_them(
    text: str, found: list[tuple[str, int, int]]
) -> None:
    assert spans(text) == found


def test_parts_of_a_line_are_told_apart() -> None:
    found = parts(f"{INPUT} # top: 3")
    for part in [
        ("field", "name"),
        ("string", '"Input"'),
        ("number", "1"),
        ("brace", "{"),
        ("comment", "# top: 3"),
    ]:
        assert part in found
    assert "".join(text for _, text in found) == f"{INPUT} # top: 3"


def test_what_has_no_look_is_shown_as_its_escape() -> None:
    found = parts(INPUT + "\t# \u202e\x1b\r")
    assert found[-1][1].endswith("# \\u202e\\x1b")
    (block,) = blocks(fk.load_net("\ufeff" + INPUT + "\n"))
    assert isinstance(block, Block)
    assert block.lines[0].parts[0] == ("field", "layer")
