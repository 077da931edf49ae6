"""What a run that was killed leaves goes with the next one, what others write does not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import weights

from fillerkit.formats.unfinished import nameless, unfinished
from fillerkit.formats.whole_file import whole_file

fcntl = pytest.importorskip("fcntl", reason="this system has no locks of POSIX")

KILLED = """
import os, signal, sys
from pathlib import Path
from fillerkit.formats.unfinished import unfinished
with unfinished(Path(sys.argv[1])):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_a_killed_run_leaves_is_named_and_removed_by_the_next(tmp_path: Path) -> None:
    target = tmp_path / "x.npz"
    for _ in range(2):
        weights.child(KILLED, target)
        (left,) = names(tmp_path)
        assert left.startswith(".x.npz.")
        assert left.endswith(".part")
    with whole_file(target) as file:
        file.write(b"new")
    assert names(tmp_path) == ["x.npz"]


def test_a_file_that_another_run_writes_is_not_removed(tmp_path: Path) -> None:
    with unfinished(tmp_path / "x.npz") as (first, _):
        with unfinished(tmp_path / "x.npz") as (second, _):
            assert names(tmp_path) == sorted([first.name, second.name])
        second.unlink()
        assert names(tmp_path) == [first.name]


def test_a_new_file_that_another_run_takes_for_left_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[bytes] = []

    def random(size: int) -> bytes:
        made.append(bytes([len(made)] * size))
        return made[-1]

    monkeypatch.setattr(os, "urandom", random)
    flock = fcntl.flock

    # The first one is removed when it is there and not yet locked.
    def late(file: int, how: int) -> None:
        if len(made) == 1:
            (tmp_path / f".x.{made[0].hex()}.part").unlink()
        flock(file, how)

    monkeypatch.setattr("fcntl.flock", late)
    with unfinished(tmp_path / "x") as (part, file):
        assert part.name == f".x.{made[1].hex()}.part"
        assert os.fstat(file.fileno()).st_nlink == 1


@pytest.mark.parametrize(
    "name", [".y.0123456789abcdef.part", ".x.part", ".x.0123456789abcdeg.part", "x.part"]
)
def test_a_file_of_another_name_is_not_removed(name: str, tmp_path: Path) -> None:
    (tmp_path / name).touch()
    with unfinished(tmp_path / "x"):
        assert (tmp_path / name).exists()


def test_what_is_no_file_is_neither_opened_nor_removed(tmp_path: Path) -> None:
    (tmp_path / "values").touch()
    os.mkfifo(tmp_path / ".x.0123456789abcdef.part")
    (tmp_path / ".x.0123456789abcde0.part").symlink_to("values")
    before = names(tmp_path)
    with unfinished(tmp_path / "x") as (part, _):
        assert names(tmp_path) == sorted([*before, part.name])


def test_where_there_are_no_locks_nothing_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: int, how: int) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", refuse)
    left = tmp_path / ".x.0123456789abcdef.part"
    left.touch()
    with whole_file(tmp_path / "x") as file:
        file.write(b"new")
    assert names(tmp_path) == [left.name, "x"]


def test_an_error_removes_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileExistsError), unfinished(tmp_path / "x"):
        raise FileExistsError
    assert names(tmp_path) == []


def test_a_file_without_a_name_is_never_seen(tmp_path: Path) -> None:
    with nameless(tmp_path / "x") as file:
        assert file.write(b"values") == 6
        assert names(tmp_path) == []
