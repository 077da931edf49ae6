"""Files that are opened without waiting."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fillerkit.regular_file import check_regular, is_file, is_folder, is_there, open_regular


def test_a_file_is_opened_to_read_its_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"b")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    for name in ("a", "link"):
        with open_regular(tmp_path / name) as file:
            assert file.read() == b"b"


def test_a_pipe_a_device_and_a_folder_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path, words in (
        (tmp_path / "pipe", "it is not a regular file"),
        (Path("/dev/zero"), "it is not a regular file"),
        (tmp_path, "Is a directory"),
        (tmp_path / "gone", "No such file or directory"),
    ):
        for refuse in (check_regular, open_regular):
            with pytest.raises(OSError) as refusal:
                refuse(path)
            assert refusal.value.strerror == words


def test_what_cannot_be_looked_at_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"b")
    assert is_there(tmp_path / "a") and is_file(tmp_path / "a") and not is_folder(tmp_path / "a")
    assert is_there(tmp_path) and is_folder(tmp_path) and not is_file(tmp_path)
    for path in ("", "x" * 5000, "a\0b", tmp_path / "a" / "b"):
        assert not is_there(path) and not is_file(path) and not is_folder(path)


def test_a_name_with_a_null_byte_is_refused_as_what_is_no_file() -> None:
    with pytest.raises(OSError, match="its name has a null byte"):
        open_regular("a\0b")
