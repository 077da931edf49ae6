"""Warnings about how a net is written."""

from __future__ import annotations

from collections.abc import Iterator

from fillerkit.checks.warning import Warned, warning
from fillerkit.errors import Place, some
from fillerkit.layers.registry import caffe_lacks
from fillerkit.nets.net import Net
from fillerkit.prototxt.forms import fork_fields


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


@warning("fork-type")
def fork_type(net: Net) -> Iterator[Warned]:
    """Layers are of types that only forks of Caffe have: Caffe 1.0 refuses the net.

    They are told together, at the first of these layers. Other programs know some of the types
    (docs/clients.md). With ``--dialect`` and a fork's name nothing is told. Source: the layer types
    of Caffe 1.0.
    """
    layers = [layer for layer in net.layers if caffe_lacks(layer.type)]
    if layers and not _is_meant(net):
        types = list(dict.fromkeys(layer.type for layer in layers))
        words = f"it has no layer type{'s' * (len(types) > 1)} {some(types)}"
        yield Place(net.file, layers[0].line, 1), f"Caffe 1.0 refuses the net: {words}"


@warning("fork-field")
def fork_field(net: Net) -> Iterator[Warned]:
    """Layers of Caffe's types have fields that only forks have: Caffe 1.0 refuses the text.

    They are told together, at the first of these layers. Where neither a weight nor an output
    depends on them, ``fillerkit upgrade --form caffe`` writes the net without. With ``--dialect``
    and a fork's name nothing is told. Source: ``caffe.proto`` of Caffe 1.0.
    """
    fields = [(layer, field) for layer in net.layers for field in fork_fields(layer.message)]
    told = [(layer, field.path) for layer, field in fields if not caffe_lacks(layer.type)]
    if told and not _is_meant(net):
        names = list(dict.fromkeys(path for _, path in told))
        kept = list(dict.fromkeys(field.path for _, field in fields if field.matters))
        way = (
            f"values may depend on {some(kept)}"
            if kept
            else "fillerkit upgrade --form caffe writes the net as Caffe reads it"
        )
        words = f"Caffe 1.0 refuses the text: it has no {some(names)}; {way}"
        yield Place(net.file, told[0][0].line, 1), words


def _is_meant(net: Net) -> bool:
    """Whether a person says that the net is a fork's."""
    return bool(net.asked.get("dialect", "caffe") != "caffe")


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
