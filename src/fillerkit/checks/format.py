"""Warnings about how a net is written."""

from __future__ import annotations

from collections.abc import Iterator

from fillerkit.checks.warning import Warned, warning
from fillerkit.errors import Place
from fillerkit.nets.net import Net


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


@warning("no-layers")
def no_layers(net: Net) -> Iterator[Warned]:
    """The net has no layer at all: an empty file, or none that takes part in the phase.

    Caffe accepts it, as protobuf accepts an empty message. Source: Caffe 1.0's reading of nets.
    """
    if not net.layers and not net.lost:
        yield Place(net.file, 1, 1), f"no layer takes part in phase {net.phase}"


@warning("same-name")
def same_name(net: Net) -> Iterator[Warned]:
    """Two layers with parameters have one name, or one has none.

    Caffe runs such a net. But it matches weights by name: of a file, both layers get the first
    one's, and in HDF5 they cannot both be saved. Source: Caffe 1.0's copying of trained layers.
    """
    for layer in net.layers:
        if layer.params and layer.key != layer.name:
            yield (
                layer,
                f"has no name of its own, so its weights are kept as '{layer.key}', and Caffe "
                "cannot tell which they are",
            )
