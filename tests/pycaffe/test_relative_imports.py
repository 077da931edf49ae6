"""Imports of Python 2 inside the packages that a script brings."""

from __future__ import annotations

from pathlib import Path

import pytest
from caffe_nets import RunScript


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "lib"
    for inner, number in (("", 1), ("deep", 2)):
        (folder / inner).mkdir()
        (folder / inner / "__init__.py").write_text("")
        (folder / inner / "config.py").write_text(f"value = {number}\n")
        (folder / inner / "net.py").write_text(
            "import config\nfrom config import value\nimport config as same, json\n"
            "assert config is same and config.value is value and json.loads\n"
        )
    return folder


def test_a_module_of_the_package_is_found_and_told_of_once_a_package(
    run_script: RunScript, package: Path
) -> None:
    (package.parent / "script.py").write_text(
        "import lib.net, lib.deep.net\nprint(lib.net.value, lib.deep.net.value, lib.net.__name__)"
    )
    done = run_script("script.py")
    assert done.stdout == "1 2 lib.net\n", done.stderr
    assert done.stderr == "".join(
        f"fillerkit.pycaffe: {name}: 'import config' is taken as 'from . import config', as Python "
        "2 takes it\n"
        for name in ("lib", "lib.deep")
    )


def test_a_module_inside_one_of_the_packages_own_is_found(
    run_script: RunScript, package: Path
) -> None:
    (package / "__init__.py").write_text("import deep.config\nx = deep.config.value\n")
    (package / "more.py").write_text("from deep.config import value\n")
    (package.parent / "script.py").write_text("import lib.more\nprint(lib.x, lib.more.value)")
    assert run_script("script.py").stdout == "2 2\n"


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("import nothing", "nothing"),
        ("from . import config; import config.inner", "lib.config.inner"),
        ("from .nothing import x", "lib.nothing"),
        ("import broken", "cannot_be_there"),
    ],
)
def test_what_is_nowhere_is_missing_as_in_python(
    run_script: RunScript, package: Path, line: str, missing: str
) -> None:
    (package / "broken.py").write_text("import cannot_be_there\n")
    (package / "net.py").write_text(f"{line}\n")
    (package.parent / "script.py").write_text("import lib.net")
    done = run_script("script.py")
    assert f"ModuleNotFoundError: No module named '{missing}'" in done.stderr
    assert "relative_imports.py" not in done.stderr


def test_a_module_does_not_get_itself(run_script: RunScript, package: Path) -> None:
    (package / "absent.py").write_text(
        "try:\n    import absent\nexcept ImportError:\n    absent = 'not there'\n"
    )
    (package.parent / "script.py").write_text("import lib.absent; print(lib.absent.absent)")
    done = run_script("script.py")
    assert (done.stdout, done.stderr) == ("not there\n", "")


def test_an_installed_package_gets_nothing_in_place_of_what_is_not_there(
    run_script: RunScript, package: Path
) -> None:
    installed = package.parent / "site-packages"
    installed.mkdir()
    package.rename(installed / "lib")
    (installed / "lib/optional.py").write_text(
        "try:\n    import optional\nexcept ImportError:\n    value = 3\n"
    )
    (package.parent / "script.py").write_text(
        "import sys\nsys.path.append('site-packages')\nimport lib.optional\n"
        "print(lib.optional.value)\nimport lib.net"
    )
    done = run_script("script.py")
    assert done.stdout == "3\n"
    assert "No module named 'config'" in done.stderr
    assert "relative_imports.py" not in done.stderr


def test_a_script_itself_has_no_package_to_look_in(run_script: RunScript, package: Path) -> None:
    (package.parent / "script.py").write_text("import config")
    assert "ModuleNotFoundError" in run_script("script.py").stderr


def test_a_module_that_is_found_without_that_goes_before(
    run_script: RunScript, package: Path
) -> None:
    (package.parent / "config.py").write_text("value = 7\n")
    (package.parent / "script.py").write_text("import lib.net\nprint(lib.net.value)")
    done = run_script("script.py")
    assert (done.stdout, done.stderr) == ("7\n", "")
