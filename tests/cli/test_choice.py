"""What is said of a name that there is not."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator

import click
import pytest

from fillerkit.cli import fillerkit
from fillerkit.cli.choice import Choice

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("check net.prototxt --explain xavier-rel", "'xavier-rel'; did you mean 'xavier-relu'?"),
        ("check net.prototxt --ignore zero-weight", "'zero-weight'; did you mean 'zero-weights'?"),
        ("show net.prototxt --dialect segnt", "'segnt'; did you mean 'segnet'?"),
        ("init net.prototxt --stream shardd", "'shardd'; did you mean 'sharded'?"),
        ("init net.prototxt --stream mine", "'mine'; there are caffe, sharded"),
        ("init net.prototxt --adapt lsv", "'lsv'; did you mean 'lsuv'?"),
        ("init net.prototxt --format safetensor", "did you mean 'safetensors'?"),
        ("upgrade net.prototxt --form cafe", "'cafe'; did you mean 'caffe'?"),
        ("show net.prototxt --phase tets", "'tets'; did you mean 'test'?"),
        (
            "init net.prototxt --boost 1.54",
            "'1.54'; there are 1.55 (1.55 and earlier), 1.58 (1.56 to 1.63), 1.64 (1.64 and later)",
        ),
    ],
)
def test_a_name_that_there_is_not_is_told_with_the_nearest_or_all(
    run: Run, arguments: str, told: str
) -> None:
    done = run(*arguments.split())
    assert done.returncode == 2
    assert told in done.stderr


def _choices(group: click.Group) -> Iterator[tuple[str, click.Parameter]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        for param in command.params:
            if isinstance(param.type, click.Choice):
                yield f"{name} {param.name}", param


def test_all_options_whose_values_are_names_answer_in_this_way() -> None:
    choices = dict(_choices(fillerkit))
    assert len(choices) > 10
    assert [name for name, param in choices.items() if not isinstance(param.type, Choice)] == []
