"""Warnings about how a net is written."""

from __future__ import annotations

from collections.abc import Iterator

from fillerkit.checks.warning import Warned, warning
from fillerkit.net import Net


@warning("old-format")
def old_format(net: Net) -> Iterator[Warned]:
    """The net is written in a form that newer forks and tools no longer read.

    Caffe 1.0 upgrades V0 and V1 layers and net-level inputs on reading, and so does fillerkit,
    with the same bits. Converters, OpenCV's among them, and editors are less patient:
    ``fillerkit upgrade`` writes the current form. Source: the upgrade steps of Caffe 1.0
    (``upgrade_net_proto_text``).
    """
    for words, place in net.old_forms:
        yield place, f"an older form: {words}; fillerkit upgrade writes the current one"
