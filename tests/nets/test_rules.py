"""Fillers by rule, whatever the prototxt says."""

from __future__ import annotations

import numpy as np
import pytest

import fillerkit as fk

NET = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 3, 8, 8] } } }
layer { name: "conv1" type: "Convolution" bottom: "data" top: "conv1"
        convolution_param { num_output: 4 kernel_size: 3 } }
layer { name: "bn" type: "BatchNorm" bottom: "conv1" top: "bn" }
layer { name: "scale" type: "Scale" bottom: "bn" top: "scale" scale_param { bias_term: true } }
layer { name: "conv2" type: "Convolution" bottom: "scale" top: "conv2"
        convolution_param { num_output: 4 kernel_size: 3 weight_filler { type: "xavier" } } }
layer { name: "fc" type: "InnerProduct" bottom: "conv2" top: "fc"
        inner_product_param { num_output: 5 } }
"""


def _starts(rules: dict[str, str], net: str = NET) -> dict[str, str]:
    """Which filler each blob has, by ``layer:blob``; "" where it has none."""
    loaded = fk.load_net(net, fillers=rules)
    return {
        f"{layer.name}:{param.name}": param.filler.type if param.filler else ""
        for layer in loaded.layers
        for param in layer.params
    }


def test_a_rule_gives_the_weights_of_all_layers_that_fit_a_filler() -> None:
    starts = _starts({"conv*": "msra"})
    assert (starts["conv1:weight"], starts["conv2:weight"]) == ("msra", "msra")
    assert starts["fc:weight"] == "constant"


def test_without_a_blobs_name_only_weights_are_meant() -> None:
    before, after = _starts({"fc": "xavier"}), _starts({"*": "msra"})
    changed = {name for name in after if after[name] == "msra"}
    assert changed == {"conv1:weight", "conv2:weight", "fc:weight"}
    assert all(before[name] == after[name] for name in before if "scale" in name or "bn" in name)


def test_a_blob_can_be_named() -> None:
    net = fk.load_net(
        NET, fillers={"fc:bias": "constant(value=0.1)", "bn:var*": "constant(value=1)"}
    )
    blobs = net.fill(seed=1)
    assert np.all(blobs["fc"].bias == np.float32(0.1))
    assert np.all(blobs["bn"].variance == 1)


def test_the_last_rule_that_fits_counts() -> None:
    starts = _starts({"*": "xavier", "conv*": "msra", "conv2": "gaussian(std=0.1)"})
    found = [starts[f"{name}:weight"] for name in ("conv1", "conv2", "fc")]
    assert found == ["msra", "gaussian", "xavier"]


def test_a_deploy_file_without_fillers_becomes_a_usable_start() -> None:
    assert any(found.code == "zero-weights" for found in fk.check(NET).warnings)
    report = fk.check(NET, fillers={"*": "msra"})
    assert not any(found.code == "zero-weights" for found in report.warnings)


def test_a_ruled_filler_makes_the_bits_that_the_text_would() -> None:
    text = NET.replace("kernel_size: 3 }", 'kernel_size: 3 weight_filler { type: "msra" } }')
    ruled = fk.load_net(NET, fillers={"conv1": "msra"}).fill(seed=3)
    written = fk.load_net(text).fill(seed=3)
    for name in written:
        assert all(np.array_equal(a, b) for a, b in zip(ruled[name], written[name], strict=True))


def test_the_unrolled_copies_of_a_recurrent_layer_are_ruled_too() -> None:
    net = """
    layer { name: "x" type: "Input" top: "x" top: "cont"
            input_param { shape { dim: [3, 2, 4] } shape { dim: [3, 2] } } }
    layer { name: "lstm" type: "LSTM" bottom: "x" bottom: "cont" top: "h"
            recurrent_param { num_output: 2 FILLER } }
    layer { name: "ip" type: "InnerProduct" bottom: "h" top: "ip"
            inner_product_param { num_output: 2 weight_filler { type: "xavier" } } }
    """
    written = net.replace("FILLER", 'weight_filler { type: "xavier" }')
    ruled = fk.load_net(net.replace("FILLER", ""), fillers={"lstm": "xavier"}).fill(seed=1)
    assert np.array_equal(ruled["ip"].weight, fk.load_net(written).fill(seed=1)["ip"].weight)


def test_values_in_the_text_stay() -> None:
    text = """
    layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [1, 2] } } }
    layer { name: "ip" type: "InnerProduct" bottom: "x" top: "ip" inner_product_param {
            num_output: 1 bias_term: false } blobs { shape { dim: [1, 2] } data: [3, 4] } }
    """
    net = fk.load_net(text, fillers={"ip": "xavier"})
    assert net.fill(seed=1)["ip"].weight.tolist() == [[3, 4]]


def test_a_rule_that_fits_nothing_is_refused_with_the_nearest() -> None:
    with pytest.raises(fk.UsageError, match=r"'convv1=msra' fits no blob.*did you mean 'conv1'"):
        fk.load_net(NET, fillers={"convv1": "msra"})
    with pytest.raises(fk.UsageError, match=r"'fc:wieght=msra' fits no blob.*'fc:weight'"):
        fk.load_net(NET, fillers={"fc:wieght": "msra"})


@pytest.mark.parametrize(
    ("pattern", "filler", "said"),
    [
        ("conv*", "xaiver", "did you mean 'xavier'"),
        ("conv*", "gaussian(sdt=1)", "no field 'sdt'"),
        ("conv*", "gaussian(std=", "is no filler"),
        (":bias", "xavier", "names no layer"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(pattern: str, filler: str, said: str) -> None:
    with pytest.raises(fk.FillerkitError, match=said):
        fk.load_net(NET, fillers={pattern: filler})


def test_a_filler_that_cannot_fill_the_blob_says_which() -> None:
    with pytest.raises(fk.FillerError, match=r"layer 'fc' .*its weight"):
        fk.load_net(NET, fillers={"fc": "bilinear"})


def test_the_origin_records_the_rules() -> None:
    blobs = fk.load_net(NET, fillers={"*": "msra"}).fill(seed=1)
    assert blobs.origin["fillers"] == {"*": "msra"}
