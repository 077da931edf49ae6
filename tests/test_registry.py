"""Things by name, ours and those of installed packages."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import fillerkit as fk
from fillerkit.registry import Registry, first_line

GROUP = "fillerkit.things_of_a_test"
OURS = """
    "thing", "", package="of_a_test", shared={"two": "TwoMore"}, on_demand="of_a_test.forks"
"""


@pytest.fixture
def things() -> Registry[int]:
    return Registry("thing", GROUP)


def install(folder: Path, group: str, module: str, code: str) -> None:
    """A package as pip leaves it: its module, and a dist-info folder with an entry point."""
    (folder / f"{module}.py").write_text(code)
    info = folder / f"{module}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{group}]\nfrom_{module} = {module}\n")


def test_what_is_added_is_found_by_its_name(things: Registry[int]) -> None:
    things.add("one", 1)
    assert things.get("one") == 1


def test_what_is_not_known_is_none(things: Registry[int]) -> None:
    assert things.get("one") is None


def test_names_are_sorted(things: Registry[int]) -> None:
    for name in "bca":
        things.add(name, ord(name))
    assert things.names() == ["a", "b", "c"]


def test_things_come_in_the_order_of_their_names(things: Registry[int]) -> None:
    things.add("b", 2)
    things.add("a", 1)
    assert list(things) == [1, 2]


def test_a_name_is_given_once(things: Registry[int]) -> None:
    things.add("one", 1)
    with pytest.raises(fk.UsageError, match="thing 'one' is registered already"):
        things.add("one", 1)
    assert things.get("one") == 1


@pytest.fixture
def ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry[int]]:
    """One, Two and TwoMore in two modules of a package, and Three on demand."""
    for file, text in {
        "__init__": f"from fillerkit.registry import Registry\nthings = Registry({OURS})",
        "one": 'from . import things\nthings.add("One", 1, __name__)',
        "two": 'from . import things\nthings.add("Two", 2, __name__)\n'
        'things.add("TwoMore", 22, __name__)',
        "forks/__init__": 'from .. import things\nthings.add("Three", 3, __name__ + ".three")',
    }.items():
        path = tmp_path / "of_a_test" / f"{file}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    yield import_module("of_a_test").things
    for name in [name for name in sys.modules if name.split(".")[0] == "of_a_test"]:
        del sys.modules[name]


def imported() -> set[str]:
    """The modules of the fixture's package that are imported."""
    names = (name.partition(".") for name in sys.modules)
    return {rest for package, _, rest in names if package == "of_a_test"} - {""}


def test_a_thing_is_looked_for_in_the_module_of_its_name_alone(ours: Registry[int]) -> None:
    assert ours.get("One") == 1
    assert imported() == {"one"}


def test_a_thing_of_another_name_than_its_module_is_found_where_it_is_said_to_be(
    ours: Registry[int],
) -> None:
    assert ours.get("TwoMore") == 22
    assert imported() == {"two"}


def test_what_no_module_is_named_for_is_looked_for_in_all(ours: Registry[int]) -> None:
    assert ours.get("Three") == 3
    assert imported() == {"one", "two", "forks"}


@pytest.mark.parametrize("name", ["", "__init__", "forks", "of_a_test.one", "..", "\0"])
def test_a_name_that_is_no_name_of_a_module_is_not_known(ours: Registry[int], name: str) -> None:
    assert ours.get(name) is None


def test_names_are_those_of_all_modules(ours: Registry[int]) -> None:
    assert ours.names() == ["One", "Three", "Two", "TwoMore"]


def test_nobody_takes_a_name_of_a_module_that_is_not_imported_yet(ours: Registry[int]) -> None:
    with pytest.raises(fk.UsageError, match="thing 'TwoMore' is registered already"):
        ours.add("TwoMore", 0, "somebody.else")


def test_what_comes_on_demand_gives_way(ours: Registry[int]) -> None:
    ours.add("Three", 0, "somebody.else")
    assert ours.get("Four") is None
    assert ours.get("Three") == 0


def test_a_package_that_cannot_be_loaded_is_told_by_name(
    things: Registry[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, GROUP, "broken_of_a_test", "raise ValueError('no such device')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(fk.UsageError) as caught:
        things.names()
    assert caught.value.message == (
        "the installed package broken_of_a_test brings a thing 'from_broken_of_a_test' "
        "(broken_of_a_test) that cannot be loaded: ValueError: no such device; mend the package, "
        "or uninstall it"
    )


def test_a_package_that_cannot_be_loaded_does_not_hinder_what_is_known(
    things: Registry[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, GROUP, "broken_too_of_a_test", "raise ValueError('no such device')")
    monkeypatch.syspath_prepend(tmp_path)
    things.add("one", 1)
    assert things.get("one") == 1


def test_packages_are_imported_only_when_a_name_is_not_known(
    things: Registry[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, GROUP, "quiet_of_a_test", "")
    monkeypatch.syspath_prepend(tmp_path)
    things.add("one", 1)
    things.get("one")
    assert "quiet_of_a_test" not in sys.modules
    things.get("two")
    assert "quiet_of_a_test" in sys.modules
    monkeypatch.delitem(sys.modules, "quiet_of_a_test")


def test_an_entry_point_of_another_group_is_left_alone(
    things: Registry[int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, GROUP + "_else", "other_of_a_test", "raise ValueError")
    monkeypatch.syspath_prepend(tmp_path)
    assert things.names() == []


FILLER = '''
import fillerkit as fk

@fk.filler("seven")
def seven(spec, shape, dtype):
    """Sevens, for luck."""
    return fk.Constant(7)
'''
LAYER = '''
import fillerkit as fk

@fk.layer("Swap")
def swap(layer, bottoms):
    """Swaps two axes."""
    return fk.Plan(tops=[bottoms[0][::-1]], params=[fk.Param("w", bottoms[0])])
'''
NET = """
layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [2, 3] } } }
layer { name: "s" type: "Swap" bottom: "d" top: "s" }
layer { name: "c" type: "InnerProduct" bottom: "s" top: "c"
        inner_product_param { num_output: 2 weight_filler { type: "seven" } } }
"""


def test_fillers_and_layer_types_of_installed_packages_work_like_ours(tmp_path: Path) -> None:
    install(tmp_path, "fillerkit.fillers", "lucky_fillers", FILLER)
    install(tmp_path, "fillerkit.layers", "swapping_layers", LAYER)
    program = f"""
import fillerkit as fk
net = fk.load_net({NET!r})
print(net.layers[1].tops, net.fill(seed=1)["c"].weight.ravel())
print("seven" in fk.filler_types.names(), "Swap" in fk.layer_types.names())
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(tmp_path)},
    )
    assert done.stdout == "(('s', (3, 2)),) [7. 7. 7. 7.]\nTrue True\n"


def test_the_first_line_of_a_docstring_is_what_is_listed() -> None:
    def documented() -> None:
        """One line.

        And more.
        """

    assert first_line(documented) == "One line."


def test_without_a_docstring_there_is_no_first_line() -> None:
    def bare() -> None:
        pass

    assert first_line(bare) == ""
