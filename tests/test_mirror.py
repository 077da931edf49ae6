"""The rooms mirror each other: what plans a layer type, what runs it, and their tests."""

import pytest

from fillerkit.layers import layer_types

pytest.importorskip("torch", reason="PyTorch is not installed")
from fillerkit.running import operations

LAYERS, RUNNING = "fillerkit.layers.", "fillerkit.running."


def test_a_type_runs_in_the_file_of_the_name_of_the_one_that_plans_it() -> None:
    astray = {}
    for operation in operations:
        kind = layer_types.get(operation.name)
        planned = kind.plan.__module__ if kind else "nowhere"
        runs = operation.run.__module__
        if runs.removeprefix(RUNNING) != planned.removeprefix(LAYERS):
            astray[operation.name] = (planned, runs)
    assert not astray
