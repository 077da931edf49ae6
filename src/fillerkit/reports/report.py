"""Puts together what a page tells of a net."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from fillerkit.blobs.blobs import Blobs, check_blobs
from fillerkit.checks import Finding, check
from fillerkit.errors import UsageError
from fillerkit.formats.whole_file import whole_file
from fillerkit.libraries import library
from fillerkit.nets.net import Net, check_net
from fillerkit.reports.page import Page, rendered
from fillerkit.reports.shown import look
from fillerkit.signals import Signal

_SUFFIXES = (".html", ".htm")


def report(
    net: Net,
    path: str | os.PathLike[str] | None = None,
    *,
    blobs: Blobs | None = None,
    weights: str | os.PathLike[str] | None = None,
    signal: Signal | Sequence[Signal] | None = None,
    findings: Sequence[Finding] | None = None,
    ignore: Sequence[str] = (),
) -> Page:
    """Make a page that shows a net in a browser: one file of HTML that asks for nothing else.

    Needs Jinja2 and pygraphviz (``pip install 'fillerkit[report]'``).

    Parameters
    ----------
    net
    path
        A file to write the page to, the whole of it or nothing; its suffix is ``.html``.
    blobs
        Values of the net: each blob gets its histogram, and numbers, beside the theory.
    weights
        The file that the blobs come from, which the page names.
    signal
        What `fillerkit.signal` has found: one, or several to be held against each other by their
        fillers. Those of one filler and several seeds become a band from least to greatest.
    findings
        Of `fillerkit.check`; unless given, all that it finds in the net. What it finds of how a
        blob starts is left out where `blobs` has other values.
    ignore
        Codes of findings that are not wanted, as for `fillerkit.check`.

    Returns
    -------
    Page
        With the text as `html`; a notebook shows it in a frame.

    Raises
    ------
    UsageError
        The suffix is another one, the blobs or the signals are another net's, or a package is not
        installed.
    FormatError
        The file cannot be written.
    """
    check_net(net)
    if blobs is not None:
        check_blobs("blobs", blobs)
    check_output(path)
    signals = () if signal is None else (signal,) if isinstance(signal, Signal) else tuple(signal)
    _check_signals(net, signals)
    shown = look(net, blobs, None if weights is None else os.fspath(weights))
    findings = check(shown.net, ignore=ignore).warnings if findings is None else findings
    wanted = [each for each in findings if each.code not in ignore]
    page = rendered(net, shown, signals, wanted)
    if path is not None:
        with whole_file(Path(path)) as file:
            file.write(page.html.encode())
    return page


def check_output(path: str | os.PathLike[str] | None) -> None:
    """Refuse a path that no report is written to, and tell which packages are missing."""
    if path is not None and Path(path).suffix.lower() not in _SUFFIXES:
        raise UsageError(f"'{path}': a report is a file of HTML: its suffix is to be .html")
    for module in ("jinja2", "pygraphviz"):
        library(module, "a report", "report")


def _check_signals(net: Net, signals: Sequence[Signal]) -> None:
    names = {layer.name for layer in net.layers}
    for signal in signals:
        strange = [layer.name for layer in signal.weighted if layer.name not in names]
        if strange or [layer.name for layer in signal.layers] != [
            layer.name for layer in signals[0].layers
        ]:
            raise UsageError(f"this signal is of another net: {signal.net}")
