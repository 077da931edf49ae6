"""Pictures of nets, by Graphviz."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock
from typing import cast

from fillerkit.drawing.dot import as_dot
from fillerkit.errors import UsageError
from fillerkit.formats.whole_file import whole_file
from fillerkit.libraries import library
from fillerkit.nets.net import Net, check_net

_FORMATS = ("svg", "png", "pdf", "eps", "jpg", "gif", "dot")


def draw(
    net: Net | str, path: str | os.PathLike[str] | None = None, format: str | None = None
) -> bytes:
    """Draw a net: a box a layer, with shapes, parameters, and what they start as.

    Layers that work in place stand in the box of what they work on. Dashed lines join layers that
    share parameters; weights that start as zeros are red. In an SVG, a box tells all that is known
    of its parameters where the mouse rests on it, and its classes ``layer0 layer2`` say which of
    ``net.layers`` stand in it.

    Needs pygraphviz (``pip install 'fillerkit[draw]'``), which brings Graphviz; ``"dot"`` does not.

    Parameters
    ----------
    net
        A net; or a graph in Graphviz's language, as ``"dot"`` gives it, changed perhaps.
    path
        A file to write the picture to, the whole of it or nothing.
    format
        ``"svg"``, ``"png"``, ``"pdf"``, ``"eps"``, ``"jpg"``, ``"gif"``, or ``"dot"``: the graph in
        Graphviz's language. Unless given the path's suffix, or ``"svg"`` without a path.

    Returns
    -------
    bytes
        The picture.

    Raises
    ------
    UsageError
        A format, or a suffix, that is none of these; a text that is no graph; pygraphviz is not
        installed.
    FormatError
        The file cannot be written.
    """
    chosen = _chosen(path, format)
    if not isinstance(net, str):
        check_net(net)
    text = net if isinstance(net, str) else as_dot(net)
    if "{" not in text:
        raise UsageError(f"{text!r} is no graph: draw(load_net(FILE)) draws a net of a file")
    picture = text.encode() if chosen == "dot" else _rendered(text, chosen)
    if path is not None:
        with whole_file(Path(path)) as file:
            file.write(picture)
    return picture


def _chosen(path: str | os.PathLike[str] | None, format: str | None) -> str:
    """The format that is named, or that the suffix names."""
    if format is not None:
        chosen, what = format, f"'{format}': a net is drawn as"
    else:
        chosen = "svg" if path is None else Path(path).suffix[1:].lower()
        what = f"'{path}': its suffix is to be"
    if chosen not in _FORMATS:
        *names, last = (f".{name}" for name in _FORMATS)
        raise UsageError(f"{what} {', '.join(names)} or {last}")
    return chosen


def _rendered(text: str, format: str) -> bytes:
    pygraphviz = library("pygraphviz", f"a picture as .{format}", "draw")
    with _quieted():
        try:
            graph = pygraphviz.AGraph(string=text)
        except pygraphviz.DotError:
            raise UsageError("Graphviz cannot read this text: it is no graph") from None
        return cast("bytes", graph.draw(format=format, prog="dot"))


_one_at_a_time = Lock()
_IDLE = (b"Fontconfig ", b"Warning: graph has ")  # the second says that it may take long


@contextmanager
def _quieted() -> Iterator[None]:
    """Keep idle words of Graphviz's from the user; what else is written meanwhile comes after.

    pygraphviz's wheels bring a Fontconfig that is older than many a system's configuration, and
    writes of all that it does not know there to the standard error, past Python
    (github.com/pygraphviz/pygraphviz/issues/648).
    """
    with _one_at_a_time, ExitStack() as stack:
        try:
            said = stack.enter_context(TemporaryFile())
            kept = os.dup(2)
        except OSError:  # there is no standard error, or no place for what is said
            yield
            return
        try:
            os.dup2(said.fileno(), 2)
            yield
        finally:
            os.dup2(kept, 2)
            os.close(kept)
            said.seek(0)
            with suppress(OSError):
                os.write(2, b"".join(line for line in said if not line.startswith(_IDLE)))
