"""``caffe.draw``: a net as a graph of layers and blobs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from google.protobuf import text_format

import fillerkit as fk
import fillerkit.pycaffe as caffe
from fillerkit.pycaffe import draw
from fillerkit.pycaffe.proto import caffe_pb2

pytest.importorskip("pydot", reason="pydot is not installed")
pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")

NET = """
name: "small"
layer { name: "images" type: "Data" top: "data" top: "label" include { phase: TRAIN }
        data_param { batch_size: 16 } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" param { lr_mult: 3 }
        convolution_param { num_output: 8 kernel_size: 5 stride: 2 } }
layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool"
        pooling_param { pool: AVE kernel_size: 2 } }
layer { name: "relu" type: "ReLU" bottom: "pool" top: "pool" }
layer { name: "ip" type: "InnerProduct" bottom: "pool" top: "ip"
        inner_product_param { num_output: 10 } }
layer { name: "accuracy" type: "Accuracy" bottom: "ip" bottom: "label" top: "accuracy"
        exclude { phase: TRAIN } }
"""


@pytest.fixture
def net() -> caffe_pb2.NetParameter:
    return text_format.Merge(NET, caffe_pb2.NetParameter())


def texts(svg: bytes) -> list[str]:
    return [
        "".join(element.itertext())
        for element in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    ]


def test_an_arrow_to_a_top_tells_outputs_or_batch(net: caffe_pb2.NetParameter) -> None:
    labels = [draw.get_edge_label(layer) for layer in net.layer]
    assert labels == ["Batch 16", "8", '""', '""', "10", '""']


def test_a_box_tells_name_type_and_window(net: caffe_pb2.NetParameter) -> None:
    images, conv, pool, relu, *_ = net.layer
    assert draw.get_layer_label(images, "LR") == r'"images\n(Data)"'
    assert draw.get_layer_label(conv, "LR") == (
        r'"conv\n(Convolution)\nkernel size: 5\nstride: 2\npad: 0"'
    )
    assert draw.get_layer_label(pool, "TB") == (
        '"pool (AVE Pooling) kernel size: 2 stride: 1 pad: 0"'
    )
    assert draw.get_layer_label(relu, "BT") == '"relu (ReLU)"'


def test_a_box_tells_the_rates_if_asked(net: caffe_pb2.NetParameter) -> None:
    assert draw.get_layer_label(net.layer[1], "TB", display_lrm=True).endswith('lr mult: 3.0, 1.0"')
    assert "lr mult" not in draw.get_layer_label(net.layer[2], "TB", display_lrm=True)


def test_rates_are_of_weight_and_bias(net: caffe_pb2.NetParameter) -> None:
    assert draw.get_layer_lr_mult(net.layer[1]) == (3, 1)
    assert draw.get_layer_lr_mult(net.layer[4]) == (1, 1)
    with pytest.raises(ValueError, match="Pooling"):
        draw.get_layer_lr_mult(net.layer[2])
    net.layer[1].param.add()
    assert draw.get_layer_lr_mult(net.layer[1]) == (3, 1)
    net.layer[1].param.add()
    with pytest.raises(ValueError, match="3 params"):
        draw.get_layer_lr_mult(net.layer[1])


def test_types_have_colours() -> None:
    colors = [draw.choose_color_by_layertype(name) for name in ("Convolution", "Deconvolution")]
    assert colors == ["#FF5050", "#FF5050"]
    assert draw.choose_color_by_layertype("Pooling") == "#FF9900"
    assert draw.choose_color_by_layertype("InnerProduct") == "#CC33FF"
    assert draw.choose_color_by_layertype("LRN") == "#6495ED"
    assert draw.LAYER_STYLE_DEFAULT["fillcolor"] == "#6495ED"


def test_ways_of_pooling_have_names() -> None:
    names = draw.get_pooling_types_dict()
    assert [names[number] for number in range(3)] == ["MAX", "AVE", "STOCHASTIC"]


def test_a_graph_of_pydots_has_a_node_a_layer_and_a_blob(net: caffe_pb2.NetParameter) -> None:
    graph = draw.get_pydot_graph(net, "LR")
    assert (graph.get_name(), graph.get_rankdir()) == ("small", "LR")
    names = [node.get_name() for node in graph.get_nodes()]
    assert r'"images\n(Data)"' in names
    assert "data" in names
    assert len(names) == 6 + 6
    assert len(graph.get_edges()) == 7 + 6
    assert [edge.get_label() for edge in graph.get_edges()][:2] == ["Batch 16", "Batch 16"]
    relu = next(node for node in graph.get_nodes() if "relu" in node.get_name())
    assert relu.get_fillcolor().strip('"') == "#90EE90"


def test_a_graph_of_pydots_without_labels(net: caffe_pb2.NetParameter) -> None:
    graph = draw.get_pydot_graph(net, "LR", label_edges=False)
    assert {edge.get_label() for edge in graph.get_edges()} == {'""'}


@pytest.mark.parametrize("library", ["pydot", "pygraphviz"])
def test_without_its_libraries_drawing_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, net: caffe_pb2.NetParameter, tmp_path: Path, library: str
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ImportError, match=library) as error:
        draw.draw_net_to_file(net, tmp_path / "net.png")
    assert "pip install 'fillerkit[pycaffe]'" in error.value.__notes__[0]
    assert not [*tmp_path.iterdir()]


def test_a_file_has_the_format_of_its_suffix(net: caffe_pb2.NetParameter, tmp_path: Path) -> None:
    draw.draw_net_to_file(net, str(tmp_path / "net.png"))
    assert (tmp_path / "net.png").read_bytes().startswith(b"\x89PNG")
    draw.draw_net_to_file(net, tmp_path / "net.svg")
    assert (tmp_path / "net.svg").read_bytes() == draw.draw_net(net, "LR", "svg")


def test_a_picture_is_a_png_unless_said(net: caffe_pb2.NetParameter) -> None:
    assert draw.draw_net(net, "LR").startswith(b"\x89PNG")


def test_a_picture_has_layers_blobs_and_what_goes_between(net: caffe_pb2.NetParameter) -> None:
    found = texts(draw.draw_net(net, "LR", "svg"))
    for word in ("images", "(Data)", "Batch 16", "(AVE Pooling)", "data", "accuracy"):
        assert word in found


def test_dot_is_the_graph_of_pydots(net: caffe_pb2.NetParameter) -> None:
    text = draw.draw_net(net, "TB", "dot").decode()
    assert text == draw.get_pydot_graph(net, "TB").to_string()


def test_a_format_that_is_none_is_refused(net: caffe_pb2.NetParameter) -> None:
    with pytest.raises(fk.UsageError, match=r"'webp'.*\.svg, \.png"):
        draw.draw_net(net, "LR", "webp")


@pytest.mark.parametrize("rankdir", ["LR", "TB", "BT", "RL"])
def test_the_direction_is_kept(net: caffe_pb2.NetParameter, rankdir: str) -> None:
    svg = ElementTree.fromstring(draw.draw_net(net, rankdir, "svg"))
    wide, high = (float(svg.attrib[side].removesuffix("pt")) for side in ("width", "height"))
    assert (wide > high) == (rankdir in ("LR", "RL"))


@pytest.mark.parametrize(
    ("phase", "there"),
    [
        (None, {"(Data)", "(Accuracy)"}),
        (caffe.TRAIN, {"(Data)"}),
        (caffe.TEST, {"(Accuracy)"}),
    ],
)
def test_a_phase_leaves_out_the_layers_of_the_other(
    net: caffe_pb2.NetParameter, phase: int | None, there: set[str]
) -> None:
    found = texts(draw.draw_net(net, "LR", "svg", phase))
    assert {"(Data)", "(Accuracy)"} & set(found) == there


def test_include_and_exclude_together_are_a_value_error(net: caffe_pb2.NetParameter) -> None:
    net.layer[0].exclude.add()
    with pytest.raises(ValueError, match="'images' has both"):
        draw.draw_net(net, "LR", "svg", caffe.TEST)
    assert "(Data)" in texts(draw.draw_net(net, "LR", "svg"))


@pytest.mark.parametrize(
    "name", ["a:b", "<b>&</b>", "{a|b}", r"\N \n \\", '"quoted"', "graph", "1x1", "名前 %s", " "]
)
def test_any_name_is_shown_as_it_is(name: str) -> None:
    net = caffe_pb2.NetParameter(name=name)
    net.layer.add(name=name, type="ReLU", bottom=[name], top=["top"])
    assert sorted(texts(draw.draw_net(net, "LR", "svg"))) == sorted([name, "(ReLU)", "top", name])


def test_what_has_no_look_is_a_question_mark() -> None:
    net = caffe_pb2.NetParameter(name="\0")
    net.layer.add(name="a\nb", type="\x1b", bottom=["\0"])
    assert sorted(texts(draw.draw_net(net, "LR", "svg"))) == ["(?)", "?", "a?b"]


def names_of(edges: list[Any]) -> list[tuple[str, str]]:
    """Where edges begin and end, of a layer the name alone."""
    ends = [(edge.get_source(), edge.get_destination()) for edge in edges]
    return [(a.strip('"').split(r"\n")[0], b.strip('"').split(r"\n")[0]) for a, b in ends]


def test_arrows_go_from_bottoms_to_their_layer_and_from_it_to_its_tops(
    net: caffe_pb2.NetParameter,
) -> None:
    assert names_of(draw.get_pydot_graph(net, "LR").get_edges()) == [
        *(("images", "data"), ("images", "label")),
        *(("data", "conv"), ("conv", "conv")),
        *(("conv", "pool"), ("pool", "pool")),
        *(("pool", "relu"), ("relu", "pool")),
        *(("pool", "ip"), ("ip", "ip")),
        *(("ip", "accuracy"), ("label", "accuracy"), ("accuracy", "accuracy")),
    ]


def test_a_graph_takes_labels_phase_and_rates_in_this_order(net: caffe_pb2.NetParameter) -> None:
    graph = draw.get_pydot_graph(net, "TB", False, caffe.TEST, True)
    assert [node.get_name() for node in graph.get_nodes() if "(" in node.get_name()] == [
        '"conv (Convolution) kernel size: 5 stride: 2 pad: 0 lr mult: 3.0, 1.0"',
        '"pool (AVE Pooling) kernel size: 2 stride: 1 pad: 0"',
        '"relu (ReLU)"',
        '"ip (InnerProduct) lr mult: 1.0, 1.0"',
        '"accuracy (Accuracy)"',
    ]
    assert {edge.get_label() for edge in graph.get_edges()} == {'""'}


def test_a_file_takes_direction_phase_and_rates_in_this_order(
    net: caffe_pb2.NetParameter, tmp_path: Path
) -> None:
    path = str(tmp_path / "net.dot")
    returned: object = draw.draw_net_to_file(net, path, "TB", caffe.TEST, True)  # type: ignore[func-returns-value]
    assert returned is None
    picture = draw.draw_net(net, "TB", "dot", caffe.TEST, True)
    assert type(picture) is bytes
    assert Path(path).read_bytes() == picture
    graph = draw.get_pydot_graph(net, "TB", phase=caffe.TEST, display_lrm=True)
    assert picture.decode() == graph.to_string()


def test_a_net_without_a_name_or_layers_is_a_graph_called_net() -> None:
    graph = draw.get_pydot_graph(caffe_pb2.NetParameter(), "BT")
    assert (graph.get_name(), graph.get_rankdir(), graph.get_type()) == ("Net", "BT", "digraph")
    assert graph.get_nodes() == graph.get_edges() == []


def test_boxes_and_blobs_have_caffes_styles(net: caffe_pb2.NetParameter) -> None:
    nodes = {node.get_name().strip('"').split(r"\n")[-1]: node.get_attributes()
             for node in draw.get_pydot_graph(net, "LR").get_nodes()}  # fmt: skip
    found = {name: (style.get("shape"), style.get("fillcolor")) for name, style in nodes.items()}
    assert found == {
        "(Data)": ("record", "#6495ED"),
        "data": ("octagon", "#E0E0E0"),
        "label": ("octagon", "#E0E0E0"),
        "pad: 0": ("record", "#FF9900"),  # the last line of "pool", and of "conv"
        "conv": ("octagon", "#E0E0E0"),
        "pool": ("octagon", "#E0E0E0"),
        "(ReLU)": ("record", "#90EE90"),
        "(InnerProduct)": ("record", "#CC33FF"),
        "ip": ("octagon", "#E0E0E0"),
        "(Accuracy)": ("record", "#6495ED"),
        "accuracy": (None, None),
    }


def test_a_net_of_an_older_format_is_drawn_in_the_current_one() -> None:
    old = 'layers { name: "a" type: POOLING bottom: "x" top: "a" pooling_param { kernel_size: 3 } }'
    net = text_format.Merge(old, caffe_pb2.NetParameter())
    labels = [node.get_name() for node in draw.get_pydot_graph(net, "TB").get_nodes()]
    assert '"a (MAX Pooling) kernel size: 3 stride: 1 pad: 0"' in labels
    assert len(net.layers) == 1
