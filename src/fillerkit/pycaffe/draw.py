"""Nets as graphs of layers and blobs, as ``draw_net.py`` draws them.

With shapes, parameters and fillers a net is drawn by `fillerkit.draw` and ``fillerkit draw``.
"""

from __future__ import annotations

import os
from typing import Any

from google.protobuf import text_format

import fillerkit as fk
from fillerkit.libraries import needed
from fillerkit.pycaffe.proto import caffe_pb2

LAYER_STYLE_DEFAULT = {"shape": "record", "fillcolor": "#6495ED", "style": "filled"}
NEURON_LAYER_STYLE = {"shape": "record", "fillcolor": "#90EE90", "style": "filled"}
BLOB_STYLE = {"shape": "octagon", "fillcolor": "#E0E0E0", "style": "filled"}

_COLORS = {
    "Convolution": "#FF5050",
    "Deconvolution": "#FF5050",
    "Pooling": "#FF9900",
    "InnerProduct": "#CC33FF",
}
_LEARNING = ("Convolution", "Deconvolution", "InnerProduct")
_NO_LABEL = '""'
_WORDS = ("node", "edge", "graph", "digraph", "subgraph", "strict")
_RECORD = '\\"{}|<>'  # what means something in a box of Graphviz's shape "record"


def get_pooling_types_dict() -> dict[int, str]:
    """The name of each way of pooling, by its number."""
    return {number: name for name, number in caffe_pb2.PoolingParameter.PoolMethod.items()}


def get_edge_label(layer: caffe_pb2.LayerParameter) -> str:
    """The text beside the arrow to a layer's top: how many outputs, or the batch size.

    Two quotes, as Graphviz wants them, where there is nothing to tell.
    """
    if layer.type == "Data":
        return f"Batch {layer.data_param.batch_size}"
    if layer.type in ("Convolution", "Deconvolution"):
        return str(layer.convolution_param.num_output)
    if layer.type == "InnerProduct":
        return str(layer.inner_product_param.num_output)
    return _NO_LABEL


def get_layer_lr_mult(layer: caffe_pb2.LayerParameter) -> tuple[float, float]:
    """What the solver's rate is multiplied with for a layer's weight and bias.

    Raises
    ------
    ValueError
        The layer is no Convolution, Deconvolution or InnerProduct, or has more than two ``param``.
    """
    if layer.type not in _LEARNING:
        raise ValueError(f"a {layer.type} has no weight and bias with an lr_mult each")
    if len(layer.param) > 2:
        raise ValueError(f"'{layer.name}' has {len(layer.param)} params for a weight and a bias")
    rates = [param.lr_mult for param in layer.param] + [1.0, 1.0]
    return rates[0], rates[1]


def get_layer_label(
    layer: caffe_pb2.LayerParameter, rankdir: str, display_lrm: bool = False
) -> str:
    """The text of a layer's box, in quotes: its name and type, and the size of its window.

    Parameters
    ----------
    layer
    rankdir
        ``"LR"``, ``"TB"`` or ``"BT"``: a graph from left to right has a line for each thing.
    display_lrm
        Tell the ``lr_mult`` of weight and bias too.
    """
    separator = " " if rankdir in ("TB", "BT") else r"\n"
    return f'"{separator.join(_words(layer, display_lrm))}"'


def choose_color_by_layertype(layertype: str) -> str:
    """The colour of a layer's box."""
    return _COLORS.get(layertype, LAYER_STYLE_DEFAULT["fillcolor"])


def get_pydot_graph(
    caffe_net: caffe_pb2.NetParameter,
    rankdir: str,
    label_edges: bool = True,
    phase: int | None = None,
    display_lrm: bool = False,
) -> Any:
    """The net as a graph of pydot's.

    Parameters
    ----------
    caffe_net
    rankdir
        ``"LR"``, ``"TB"`` or ``"BT"``.
    label_edges
        Write `get_edge_label` beside the arrows to the tops.
    phase
        ``caffe.TRAIN`` or ``caffe.TEST``: leave out the layers of the other. None for all.
    display_lrm
        Tell the ``lr_mult`` of weights and biases.

    Raises
    ------
    ValueError
        A phase is asked for, and a layer has both ``include`` and ``exclude``.
    ImportError
        pydot is not installed.
    """
    pydot = needed("pydot")
    graph = pydot.Dot(_quoted(caffe_net.name or "Net"), graph_type="digraph", rankdir=rankdir)
    nodes: dict[str, Any] = {}
    edges = []
    for layer in _layers(caffe_net, phase):
        own = f"{layer.name}_{layer.type}"
        nodes[own] = pydot.Node(get_layer_label(layer, rankdir, display_lrm), **_style(layer))
        for bottom in layer.bottom:
            nodes[f"{bottom}_blob"] = pydot.Node(_quoted(bottom), **BLOB_STYLE)
            edges.append((f"{bottom}_blob", own, _NO_LABEL))
        for top in layer.top:
            # A blob that a later layer takes gets its style there: the net's outputs stand out.
            nodes[f"{top}_blob"] = pydot.Node(_quoted(top))
            edges.append((own, f"{top}_blob", get_edge_label(layer) if label_edges else _NO_LABEL))
    for node in nodes.values():
        graph.add_node(node)
    for start, end, label in edges:
        graph.add_edge(pydot.Edge(nodes[start], nodes[end], label=label))
    return graph


def draw_net(
    caffe_net: caffe_pb2.NetParameter,
    rankdir: str,
    ext: str = "png",
    phase: int | None = None,
    display_lrm: bool = False,
) -> bytes:
    """Draw a net.

    Parameters
    ----------
    caffe_net, rankdir, phase, display_lrm
        As for `get_pydot_graph`.
    ext
        The format, of those of `fillerkit.draw`.

    Raises
    ------
    ImportError
        pydot or pygraphviz is not installed.
    fillerkit.UsageError
        Another format.
    """
    if ext != "dot":
        needed("pygraphviz")
    graph = get_pydot_graph(caffe_net, rankdir, phase=phase, display_lrm=display_lrm)
    return fk.draw(graph.to_string(), format=ext)


def draw_net_to_file(
    caffe_net: caffe_pb2.NetParameter,
    filename: str | os.PathLike[str],
    rankdir: str = "LR",
    phase: int | None = None,
    display_lrm: bool = False,
) -> None:
    """Draw a net into a file; its suffix is the format. For the rest see `draw_net`."""
    if not os.fspath(filename).lower().endswith(".dot"):
        needed("pygraphviz")
    graph = get_pydot_graph(caffe_net, rankdir, phase=phase, display_lrm=display_lrm)
    fk.draw(graph.to_string(), filename)


def _layers(caffe_net: caffe_pb2.NetParameter, phase: int | None) -> list[caffe_pb2.LayerParameter]:
    """The layers of a phase; of the rules only their phase counts here, as in pycaffe.

    A net of an older format, of which pycaffe draws nothing, is drawn in the current one.
    """
    if caffe_net.layers:
        text = fk.upgrade_text(text_format.MessageToString(caffe_net))
        caffe_net = text_format.Parse(text, caffe_pb2.NetParameter())
    if phase is None:
        return list(caffe_net.layer)
    both = [layer.name for layer in caffe_net.layer if layer.include and layer.exclude]
    if both:
        raise ValueError(f"layer '{both[0]}' has both include and exclude rules")
    return [
        layer
        for layer in caffe_net.layer
        if not layer.include or phase in [rule.phase for rule in layer.include]
        if phase not in [rule.phase for rule in layer.exclude]
    ]


def _words(layer: caffe_pb2.LayerParameter, display_lrm: bool) -> list[str]:
    words = [_escaped(layer.name, _RECORD)]
    if layer.type == "Pooling":
        pooling = layer.pooling_param
        words.append(f"({get_pooling_types_dict()[pooling.pool]} {layer.type})")
        words += _window(pooling.kernel_size, pooling.stride, pooling.pad)
    else:
        words.append(f"({_escaped(layer.type, _RECORD)})")
    if layer.type in ("Convolution", "Deconvolution"):
        window = layer.convolution_param
        words += _window(
            *([*window.kernel_size, 1][0], [*window.stride, 1][0]), [*window.pad, 0][0]
        )
    if display_lrm and layer.type in _LEARNING and any(get_layer_lr_mult(layer)):
        weight, bias = get_layer_lr_mult(layer)
        words.append(f"lr mult: {weight:.1f}, {bias:.1f}")
    return words


def _window(kernel: int, stride: int, pad: int) -> list[str]:
    return [f"kernel size: {kernel}", f"stride: {stride}", f"pad: {pad}"]


def _in_place(layer: caffe_pb2.LayerParameter) -> bool:
    return len(layer.bottom) == 1 and list(layer.top) == list(layer.bottom)


def _style(layer: caffe_pb2.LayerParameter) -> dict[str, str]:
    if _in_place(layer):
        return NEURON_LAYER_STYLE
    return LAYER_STYLE_DEFAULT | {"fillcolor": choose_color_by_layertype(layer.type)}


def _quoted(name: str) -> str:
    """A name for Graphviz, in quotes where it needs them: some words and letters are special."""
    plain = name != "" and name.isprintable() and not set(name) & set(':"\\<')
    return name if plain and name.lower() not in _WORDS else f'"{_escaped(name)}"'


def _escaped(text: str, special: str = '\\"') -> str:
    """A text with its special letters escaped; what cannot be printed is a question mark."""
    letters = (letter if letter.isprintable() else "?" for letter in text)
    return "".join(f"\\{letter}" if letter in special else letter for letter in letters)
