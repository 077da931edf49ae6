"""Files that are opened without waiting."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fillerkit.regular_file import check_regular, open_regular


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
