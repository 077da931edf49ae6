"""A person who types in a shell and presses Tab."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import signal
import struct
import sys
import termios
import threading
from collections.abc import Iterable
from pathlib import Path

_START = {
    "bash": ("bash", "--norc", "--noprofile", "-i"),
    "zsh": ("zsh", "-f", "-i"),
    "fish": ("fish", "--no-config", "-i"),
}
_SET_UP = {
    "bash": 'eval "$(_FILLERKIT_COMPLETE=bash_source fillerkit)"',
    "zsh": "autoload -U compinit; compinit -D -u; "
    'eval "$(_FILLERKIT_COMPLETE=zsh_source fillerkit)"',
    "fish": "_FILLERKIT_COMPLETE=fish_source fillerkit | source",
}
SHELLS = tuple(_START)
_HOME, _END = "\x01", "\x05"
_PATIENCE = 120  # seconds, where the machine is busy


def typed(shell: str, lines: Iterable[str], folder: Path) -> tuple[list[list[str]], str]:
    """Type each line, press Tab, and have its words printed; with all that was on the screen."""
    command = folder / "bin" / "fillerkit"
    command.parent.mkdir()
    command.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path[:0] = {sys.path!r}\n"
        "from fillerkit.cli import main\nmain()\n"
    )
    command.chmod(0o755)
    pid, screen = pty.fork()
    if pid == 0:
        os.chdir(folder)
        path = f"{command.parent}{os.pathsep}{os.environ['PATH']}"
        os.execvpe(_START[shell][0], _START[shell], {**os.environ, "PATH": path, "TERM": "xterm"})
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))
    late = threading.Timer(_PATIENCE, os.kill, (pid, signal.SIGKILL))
    late.start()
    try:
        os.write(screen, f"{_SET_UP[shell]}; echo rea''dy\n".encode())
        seen = [_read_until(screen, "ready")]
        for at, line in enumerate(lines):
            os.write(screen, f"{line}\t{_HOME}printf '<%s>' {_END}\necho do''ne{at}\n".encode())
            seen.append(_read_until(screen, f"done{at}"))
    finally:
        late.cancel()
        os.close(screen)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    printed = [re.search("<fillerkit>(<[^<>]*>)+", text) for text in seen[1:]]
    return [re.findall("<(.*?)>", found[0]) if found else [] for found in printed], "".join(seen)


def _read_until(screen: int, mark: str) -> str:
    """What appears on the screen, to a word alone; typed, the word has quotes in it."""
    seen = b""
    while mark.encode() not in seen:
        try:
            more = os.read(screen, 65536)
        except OSError:  # the shell is gone
            more = b""
        assert more, f"{mark!r} is not said: {seen.decode(errors='replace')}"
        seen += more
    return seen.decode(errors="replace")
