"""The files that a net's fillers name: from the working directory, else beside the net."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from fillerkit.layers import Param, Plan
from fillerkit.regular_file import is_there
from fillerkit.schema.forks_pb2 import FillerParameter


def with_files(plan: Plan, net: str) -> Plan:
    """The plan, its fillers of type ``file`` with the path where their file is.

    A file that is nowhere keeps the path that the prototxt gives it.
    """
    if not any(_names_a_file(param) for param in (*plan.params, *plan.forgotten)):
        return plan
    return replace(
        plan,
        params=[_found(param, Path(net).parent) for param in plan.params],
        forgotten=[_found(param, Path(net).parent) for param in plan.forgotten],
    )


def _names_a_file(param: Param) -> bool:
    return param.filler is not None and param.filler.type == "file" and param.filler.file != ""


def _found(param: Param, folder: Path) -> Param:
    if not _names_a_file(param):
        return param
    assert param.filler is not None
    path = Path(param.filler.file)
    for candidate in (path, folder / path, folder / path.name):
        if is_there(candidate):
            filler = FillerParameter()
            filler.CopyFrom(param.filler)
            filler.file = str(candidate)
            return replace(param, filler=filler)
    return param
