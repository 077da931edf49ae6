"""A net's text by lines: which layer each belongs to, and where links lead."""

from __future__ import annotations

import pytest

import fillerkit as fk
from fillerkit.reports.prototxt import Block, blocks

INPUT = 'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 1 } } }'
RELU = 'layer { name: "r" type: "ReLU" bottom: "d" top: "r" }'


def spans(text: str) -> list[tuple[str, int, int]]:
    return [
        (block.name, int(numbers[0]), int(numbers[-1]))
        for block in blocks(fk.load_net(text + "\n"))
        for numbers in [block.numbers.split("\n")]
    ]


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


def test_a_line_that_is_led_to_begins_a_part() -> None:
    net = fk.load_net(f"{INPUT}\n" + RELU.replace(" ", "\n") + "\n# end\n")
    last = len(net.text.splitlines())
    _, relu, end = blocks(net, linked={1, 2, 4, last, 99})
    assert [part.first for part in relu.parts] == [2, 4]
    assert "".join(part.text for part in relu.parts) == RELU.replace(" ", "\n") + "\n"
    assert end.parts == ((last, ("# end",)),)


def test_what_has_no_look_is_shown_as_its_escape() -> None:
    (block,) = blocks(fk.load_net(f"\ufeff{INPUT}\t# \u202e\x1b\r\n"))
    assert isinstance(block, Block)
    (part,) = block.parts
    assert part.text.startswith("layer {")
    assert part.text.endswith("# \\u202e\\x1b\n")
