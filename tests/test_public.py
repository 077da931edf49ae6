"""The public names, each imported when it is asked for."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import fillerkit as fk

SOURCE = ast.parse(Path(fk.__file__).read_text())


def test_the_names_for_type_checkers_are_those_that_are_found() -> None:
    imported = {
        (alias.name, node.module)
        for node in ast.walk(SOURCE)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("fillerkit.")
        for alias in node.names
    }
    assert imported == set(vars(fk)["_WHERE"].items())
    assert {name for name, _ in imported} == set(fk.__all__)


@pytest.mark.parametrize("name", fk.__all__)
def test_a_public_name_is_there(name: str) -> None:
    assert getattr(fk, name) is not None
    assert name in dir(fk)


def test_a_name_that_is_not_public_is_not_there() -> None:
    with pytest.raises(AttributeError, match="load_nets"):
        getattr(fk, "load_nets")  # noqa: B009


NET = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [1, 2] } } }'
A_NET = "give a net: fillerkit.load_net"
BLOBS = r"give blobs: net\.fill\(seed=1\) makes them"
API: Any = fk
READ = API.load_net(NET)
FILLED = READ.fill(seed=1)
Call = Callable[[], object]
CALLS: list[tuple[Call, str]] = [
    (lambda: API.load(READ), "path is Net: give the path of a weight file"),
    (lambda: API.load_net(FILLED), "path_or_text is Blobs: give the path of a proto"),
    (lambda: API.load_net(b""), "is bytes: .* or its text as a str"),
    (lambda: API.read_net(READ), "path_or_text is Net"),
    (lambda: API.load_net(NET, shapes=[1]), r"shapes is list: give a dict, like \{'da"),
    (lambda: API.load_net(NET, types="ReLU"), "types is str: give a dict"),
    (lambda: API.load_net(NET, types={"a": 1}), "a type in types is int"),
    (lambda: API.load_net(NET, fillers={"*": 1}), "a filler is int: give a str"),
    (lambda: API.load_net(NET, stages=[1]), "a stage is int: give a name"),
    (lambda: API.load_net(NET, level="1"), "level is str: give a whole number"),
    (lambda: API.load_net(NET, proto=1), "proto is int: give the path"),
    (lambda: API.check(NET, ignore="no-layers"), "ignore is str: give a list of cod"),
    (lambda: API.upgrade_text(NET, forms="v1"), "forms is str: give a list of forms"),
    (lambda: READ.save(None), "path is NoneType: give the name of the file"),
    (lambda: READ.fill(1, weights=READ), "weights is Net: give the path of a weight"),
    (lambda: API.transfer("net.prototxt", FILLED), f"net is str: {A_NET}"),
    (lambda: API.transfer(API.Net, FILLED), f"net is a class: {A_NET}"),
    (lambda: API.compare(FILLED, "a.npz"), f"b is str: {BLOBS}"),
    (lambda: API.stats(READ), f"blobs is Net: {BLOBS}"),
    (lambda: API.draw(FILLED), f"net is Blobs: {A_NET}"),
    (lambda: API.report("net.prototxt"), f"net is str: {A_NET}"),
    (lambda: API.batches("net.prototxt"), f"net is str: {A_NET}"),
    (lambda: API.signal("net.prototxt"), f"net is str: {A_NET}"),
    (lambda: API.adapt(READ, "a.npz", "lsuv"), f"blobs is str: {BLOBS}"),
    (lambda: API.adapt(READ, FILLED, 1), "methods is int: give names, of k-means"),
    (lambda: API.stats(FILLED, 5), "theory is int: give the net"),
    (lambda: API.distribution("xavier", (3, 4), "float32"), "spec is str: give a FillerParameter"),
    (lambda: API.with_splits(READ), "layers is Net: give LayerParameter messages"),
    (lambda: API.plan_layer(READ, 0, []), "text is Net: give a net's text"),
]


@pytest.mark.parametrize(("call", "told"), CALLS, ids=[told for _, told in CALLS])
def test_an_argument_of_another_kind_is_told_with_the_kind_that_is_taken(
    call: Call, told: str
) -> None:
    with pytest.raises(fk.UsageError, match=told) as caught:
        call()
    assert isinstance(caught.value, TypeError)


def test_importing_the_package_imports_nothing_of_it_yet() -> None:
    code = (
        "import sys, fillerkit\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('numpy', 'google')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
