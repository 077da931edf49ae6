"""What becomes of a signal in a net."""

from __future__ import annotations

import sys
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fillerkit as fk

XAVIER, MSRA = 'type: "xavier"', 'type: "msra"'
SCORES = """
layer { name: "data" type: "DummyData" top: "data" dummy_data_param {
        shape { dim: [8, 3, 9, 9] } data_filler { type: "gaussian" std: 1 } } }
layer { name: "labels" type: "Input" top: "label" input_param { shape { dim: 8 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param {
        num_output: 64 kernel_size: 3 pad: 1 stride: 2 weight_filler { type: "msra" } } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "fc" type: "InnerProduct" bottom: "conv" top: "fc" inner_product_param {
        num_output: 5 weight_filler { type: "xavier" } } }
layer { name: "loss" type: "SoftmaxWithLoss" bottom: "fc" bottom: "label" top: "loss" }
layer { name: "accuracy" type: "Accuracy" bottom: "fc" bottom: "label" top: "accuracy" }
"""


@pytest.fixture(autouse=True, scope="module")
def needs_torch() -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")


def chain(depth: int, nonlinearity: str, filler: str, width: int = 128) -> fk.Net:
    """InnerProducts of one width, each but the last with a nonlinearity behind it."""
    layers = [
        f'layer {{ name: "data" type: "Input" top: "data" '
        f"input_param {{ shape {{ dim: [1, {width}] }} }} }}"
    ]
    below = "data"
    for at in range(1, depth + 1):
        layers.append(
            f'layer {{ name: "ip{at}" type: "InnerProduct" bottom: "{below}" top: "ip{at}" '
            f"inner_product_param {{ num_output: {width} weight_filler {{ {filler} }} }} }}"
        )
        below = f"ip{at}"
        if nonlinearity and at < depth:
            layers.append(
                f'layer {{ name: "f{at}" type: "{nonlinearity}" bottom: "{below}" top: "{below}" }}'
            )
    return fk.load_net("\n".join(layers))


def test_xavier_keeps_the_signal_of_a_linear_net_both_ways() -> None:
    found = fk.signal(chain(10, "", XAVIER))
    assert found.forward.verdict == found.gradient.verdict == "keeps"
    assert found.forward.factor == pytest.approx(1, rel=0.3)


def test_xavier_in_front_of_relu_shrinks_it_and_msra_keeps_it() -> None:
    shrunk, kept = fk.signal(chain(20, "ReLU", XAVIER)), fk.signal(chain(20, "ReLU", MSRA))
    assert shrunk.forward.verdict == shrunk.gradient.verdict == "shrinks"
    assert shrunk.forward.power == pytest.approx(19 * np.log10(sqrt(0.5)), abs=0.5)
    assert kept.forward.verdict == kept.gradient.verdict == "keeps"


def test_too_large_a_filler_explodes() -> None:
    found = fk.signal(chain(8, "ReLU", 'type: "gaussian" std: 1'))
    assert found.forward.verdict == found.gradient.verdict == "explodes"
    assert str(found.forward).startswith("explodes by 10^7 (x ")


def test_every_factor_is_near_its_theory() -> None:
    found = fk.signal(chain(6, "ReLU", MSRA, width=512), batch=64)
    theories = 0
    for layer in found.layers[1:]:
        for factor, theory in (
            (layer.factor, layer.factor_theory),
            (layer.gradient_factor, layer.gradient_theory),
        ):
            if theory is not None:
                assert factor == pytest.approx(theory, rel=0.1)
                theories += 1
    assert theories == 2 * 11


def test_a_convolutions_theory_counts_what_lies_on_padding() -> None:
    found = fk.signal(fk.load_net(SCORES), seed=3)
    conv = found["conv"]
    # Of 9 windows along an axis 5 are left by the stride; the first and the last have 2 of 3 taps.
    taps = 13 / 5
    assert conv.factor_theory == pytest.approx(sqrt(2 / 27 * 3 * taps**2))
    assert conv.factor == pytest.approx(conv.factor_theory, rel=0.1)
    assert conv.gradient_theory == pytest.approx(sqrt(2 / 27 * 64 * (13 / 9) ** 2))
    assert conv.gradient_factor == pytest.approx(conv.gradient_theory, rel=0.1)


@pytest.mark.parametrize("group", [1, 4])
def test_a_deconvolutions_theory_is_that_of_the_convolution_back(group: int) -> None:
    net = fk.load_net(f"""
layer {{ name: "data" type: "Input" top: "data" input_param {{ shape {{ dim: [16, 32, 9, 9] }} }} }}
layer {{ name: "up" type: "Deconvolution" bottom: "data" top: "up" convolution_param {{
        num_output: 64 kernel_size: 4 stride: 2 pad: 1 group: {group}
        weight_filler {{ type: "gaussian" std: 0.1 }} }} }}
""")
    up = fk.signal(net)["up"]
    assert up.factor_theory == pytest.approx(up.factor, rel=0.05)
    assert up.gradient_theory == pytest.approx(up.gradient_factor, rel=0.05)


def test_a_bias_counts_in_theory() -> None:
    net = fk.load_net(
        SCORES.replace('weight_filler { type: "msra" }', "bias_filler { value: 2 }", 1).replace(
            "num_output: 64", 'num_output: 64 weight_filler { type: "xavier" }'
        ),
    )
    conv = fk.signal(net)["conv"]
    assert conv.factor_theory == pytest.approx(conv.factor, rel=0.1)
    assert conv.factor_theory is not None and conv.factor_theory > 2
    assert fk.signal(net)["relu"].factor_theory is None


def test_weights_that_nobody_tells_of_have_no_theory() -> None:
    net = chain(3, "ReLU", MSRA)
    filled = net.fill(seed=1)
    unknown = fk.Blobs({(a, b): (c, d) for a, b, c, d, _ in filled.owned()}, {}, {})
    found = fk.signal(net, unknown)
    assert {layer.factor_theory for layer in found.layers} == {None}
    assert found.layers[1].rms == fk.signal(net, filled).layers[1].rms


def test_a_weight_of_zeros_kills_the_signal_and_is_named() -> None:
    net = fk.load_net(SCORES, fillers={"conv": "constant"})
    found = fk.signal(net)
    assert (found.forward.factor, found.forward.lost) == (0, "conv")
    assert str(found.forward) == "dies at 'conv': nothing passes"
    assert found["relu"].dead == 1
    assert found["relu"].zeros == 1


def test_what_is_beyond_float32_is_said_to_be() -> None:
    found = fk.signal(chain(3, "", 'type: "gaussian" std: 1e20'))
    assert str(found.forward) == "explodes beyond float32 at 'ip2'"
    assert found.forward.verdict == "explodes"


def test_half_of_what_a_relu_lets_through_is_zeros_and_dead_channels_are_counted() -> None:
    net = fk.load_net(SCORES)
    filled = net.fill(seed=1)
    filled["conv"].bias[:16] = -100
    found = fk.signal(net, filled)
    assert found["relu"].dead == 16 / 64
    assert found["relu"].zeros == pytest.approx(0.25 + 0.75 / 2, abs=0.05)
    assert found["fc"].dead is None


def test_losses_do_not_run_unless_their_gradients_are_asked_for() -> None:
    net = fk.load_net(SCORES)
    gaussian, loss = fk.signal(net), fk.signal(net, backward="loss")
    assert [layer.name for layer in gaussian.layers] == ["data", "conv", "relu", "fc"]
    assert [layer.name for layer in loss.layers] == ["data", "conv", "relu", "fc"]
    assert gaussian["fc"].gradient == pytest.approx(1, rel=0.3)
    # Softmax less the label: about (0.2, ..., -0.8), over the batch of 8.
    assert loss["fc"].gradient == pytest.approx(sqrt(0.16) / 8, rel=0.5)


def test_where_no_gradient_arrives_is_told_by_the_layer_before_it() -> None:
    stopped = SCORES.replace(
        'bottom: "conv" top: "fc"', 'bottom: "conv" propagate_down: false top: "fc"'
    )
    found = fk.signal(fk.load_net(stopped))
    assert (found.gradient.factor, found.gradient.lost) == (0, "fc")
    unsent = SCORES.replace('top: "loss" }', 'top: "loss" loss_weight: 0 }')
    found = fk.signal(fk.load_net(unsent), backward="loss")
    assert str(found.gradient) == "dies at 'fc': nothing passes"


def test_a_label_of_no_class_is_the_loss_layers_to_refuse() -> None:
    net, label = fk.load_net(SCORES), {"label": np.full(8, 5, np.float32)}
    with pytest.raises(fk.UsageError, match=r"10:1: layer 'loss' .* a label is 5; for 5 classes"):
        fk.signal(net, inputs=label, backward="loss")


def test_a_loss_that_cannot_run_is_in_nobodys_way() -> None:
    net = fk.load_net(SCORES.replace("SoftmaxWithLoss", "FocalLoss"))
    assert fk.signal(net)["fc"].rms > 0
    with pytest.raises(fk.UsageError, match="FocalLoss"):
        fk.signal(net, backward="loss")


def test_the_same_seed_gives_the_same_numbers_and_another_seed_others() -> None:
    net = chain(3, "ReLU", MSRA)
    assert fk.signal(net, seed=5).layers == fk.signal(net, seed=5).layers
    assert fk.signal(net, seed=5).layers != fk.signal(net, seed=6).layers
    assert fk.signal(net).seed == 1


def test_the_blobs_are_not_changed() -> None:
    net = fk.load_net(BATCH_NORM, phase="TRAIN")
    filled = net.fill(seed=1)
    fk.signal(net, filled)
    assert not any(array.any() for array in filled["bn"])


BATCH_NORM = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 4, 5, 5] } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param {
        num_output: 64 kernel_size: 3 weight_filler { type: "gaussian" std: 10 } } }
layer { name: "bn" type: "BatchNorm" bottom: "conv" top: "conv"
        batch_norm_param { use_global_stats: true } }
"""


@pytest.mark.parametrize("phase", ["TRAIN", "TEST"])
def test_a_batch_norm_without_statistics_works_with_the_batchs(phase: str) -> None:
    found = fk.signal(fk.load_net(BATCH_NORM, phase=phase))
    assert found["conv"].rms > 10
    assert found["bn"].rms == pytest.approx(1, rel=0.01)
    assert "BatchNorm: the batch's own statistics, as none are gathered yet" in found.notes


def test_a_forks_normalisation_without_statistics_works_with_the_batchs_too() -> None:
    text = BATCH_NORM.replace('"BatchNorm"', '"BN"').replace(
        "batch_norm_param { use_global_stats: true }",
        'bn_param { slope_filler { type: "constant" value: 1 } }',
    )
    net = fk.load_net(text, phase="TEST", dialect="pspnet")
    filled = net.fill(seed=1)
    assert fk.signal(net, filled)["bn"].rms == pytest.approx(1, rel=0.01)
    assert not filled["bn"].mean.any()


def test_one_filler_for_all_weights_is_as_a_rule_for_the_net() -> None:
    from fillerkit.signals import with_filler

    net = fk.load_net(SCORES)
    ours = with_filler(net, "gaussian(std=0.5)").fill(seed=3)
    rule = fk.load_net(SCORES, fillers={"*": "gaussian(std=0.5)"}).fill(seed=3)
    for layer in rule:
        for a, b in zip(ours[layer], rule[layer], strict=True):
            assert a.tobytes() == b.tobytes()
    assert fk.signal(net, filler="msra").filler == "msra"


def test_a_filler_that_is_none_is_refused() -> None:
    with pytest.raises(fk.FillerkitError, match="xaver"):
        fk.signal(chain(2, "", XAVIER), filler="xaver")


def test_the_batch_is_16_or_what_is_asked_for_or_what_a_layer_fixes() -> None:
    net = chain(2, "", XAVIER)
    assert fk.signal(net).batch == 16
    assert fk.signal(net, batch=3).batch == 3
    assert fk.signal(net)["ip2"].shape == (16, 128)
    assert fk.signal(fk.load_net(LSTM)).batch == 7


LSTM = """
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [7, 2] } } }
layer { name: "cont" type: "Input" top: "cont" input_param { shape { dim: [7, 2] } } }
layer { name: "embed" type: "Embed" bottom: "x" top: "e" embed_param {
        input_dim: 11 num_output: 6 weight_filler { type: "gaussian" std: 1 } } }
layer { name: "lstm" type: "LSTM" bottom: "e" bottom: "cont" top: "h" recurrent_param {
        num_output: 5 weight_filler { type: "xavier" } } }
"""


def test_words_and_marks_of_sequences_are_whole_numbers() -> None:
    found = fk.signal(fk.load_net(LSTM))
    assert "x: whole numbers from 0 to 10" in found.notes
    assert found["embed"].gradient is not None
    assert found["embed"].gradient > 0


def test_labels_are_in_the_range_of_the_scores() -> None:
    from fillerkit.layers.splits import Takers
    from fillerkit.signals.inputs import Kind, kind_of

    net = fk.load_net(SCORES)
    takers = Takers([layer.message for layer in net.layers])
    assert kind_of(net, takers, "label") == Kind(below=5)
    assert kind_of(net, takers, "data") == Kind()


REGIONS = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 3, 32, 48] } } }
layer { name: "rois" type: "Input" top: "rois" input_param { shape { dim: [40, 5] } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param {
        num_output: 4 kernel_size: 4 stride: 4 weight_filler { type: "msra" } } }
layer { name: "roi" type: "ROIPooling" bottom: "conv" bottom: "rois" top: "roi"
        roi_pooling_param { pooled_h: 2 pooled_w: 2 spatial_scale: 0.25 } }
layer { name: "fc" type: "InnerProduct" bottom: "roi" top: "fc" inner_product_param {
        num_output: 5 weight_filler { type: "msra" } } }
"""


def test_regions_lie_in_their_images() -> None:
    from fillerkit.signals.inputs import Kind, values_of

    found = fk.signal(fk.load_net(REGIONS))
    assert found.notes == ("data: unit gaussian values", "rois: regions at random")
    assert found["fc"].std > 0.1
    kind = Kind(regions=(2, 32.0, 48.0))
    number, *corners = values_of(kind, (40, 5), np.random.default_rng(1)).T
    left, top, right, bottom = corners
    assert set(number) == {0, 1}
    assert (left >= 0).all() and (left <= right).all() and (right <= 47).all()
    assert (top >= 0).all() and (top <= bottom).all() and (bottom <= 31).all()


def test_regions_that_are_given_say_nothing_of_how_many_images_there_are() -> None:
    net = fk.load_net(REGIONS)
    whole = fk.signal(net)
    regions = np.array([[0, 1, 1, 4, 4]] * 7, np.float32)
    assert fk.signal(net, inputs={"rois": regions})["data"].shape == whole["data"].shape
    assert fk.signal(net, inputs={"rois": regions}).batch == whole.batch


def test_an_array_is_the_batch() -> None:
    net = chain(2, "", XAVIER)
    found = fk.signal(net, inputs=np.full((5, 128), 3.0))
    assert found.batch == 5
    assert (found["data"].rms, found["data"].std) == (3, 0)
    assert fk.signal(net, inputs={"data": np.ones((5, 128), int)})["data"].rms == 1


def test_an_npy_file_is_the_batch(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.full((4, 128), 2, np.float64))
    found = fk.signal(chain(2, "", XAVIER), inputs=tmp_path / "x.npy")
    assert (found.batch, found["data"].rms) == (4, 2)


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (np.ones((2, 3)), "is 2x3; the net takes Nx128"),
        (np.array([["a"] * 128]), "not numbers"),
        ({"dat": np.ones((2, 128))}, "did you mean 'data'"),
        ("no.npy", "no.npy: there is no such .npy file or folder of images"),
    ],
)
def test_an_input_that_does_not_fit_is_refused(inputs: Any, message: str) -> None:
    with pytest.raises(fk.UsageError, match=message):
        fk.signal(chain(2, "", XAVIER), inputs=inputs)


def test_an_input_that_is_not_finite_is_refused() -> None:
    for odd in (np.nan, np.inf, 1e300):
        with pytest.raises(fk.UsageError, match="'data' holds values that are infinite or not a"):
            fk.signal(chain(2, "", XAVIER), inputs=np.full((2, 128), odd))


def test_an_npy_file_with_objects_in_it_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([{}], object), allow_pickle=True)
    with pytest.raises(fk.UsageError, match=r"no \.npy file"):
        fk.signal(chain(2, "", XAVIER), inputs=tmp_path / "x.npy")


@pytest.mark.parametrize("text", ["", "layer { }\n"])
def test_a_file_of_another_kind_is_refused_without_advice_on_pickles(
    tmp_path: Path, text: str
) -> None:
    (tmp_path / "x.npy").write_text(text)
    with pytest.raises(fk.UsageError, match=r"no \.npy file of numbers$"):
        fk.signal(chain(2, "", XAVIER), inputs=tmp_path / "x.npy")


def test_what_contradicts_itself_is_refused() -> None:
    net = chain(2, "", XAVIER)
    with pytest.raises(fk.UsageError, match="filled already"):
        fk.signal(net, net.fill(1), filler="msra")
    with pytest.raises(fk.UsageError, match="at least 1"):
        fk.signal(net, batch=0)
    with pytest.raises(fk.UsageError, match="'gaussian' or 'loss'"):
        fk.signal(net, backward="none")  # type: ignore[arg-type]


def test_progress_goes_to_the_end() -> None:
    told: list[tuple[int, int]] = []
    fk.signal(chain(4, "ReLU", MSRA), progress=lambda done, of: told.append((done, of)))
    assert told[-1][0] == told[-1][1]
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert len(told) > 8


def test_it_reads_well() -> None:
    found = fk.signal(chain(3, "", XAVIER), filler="msra")
    assert repr(found).startswith("Signal('<text>', msra, forward: keeps (x ")
    assert [layer.name for layer in found.weighted] == ["ip1", "ip2", "ip3"]
    with pytest.raises(KeyError):
        found["no"]


def test_without_pytorch_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(fk.UsageError, match=r"pip install 'fillerkit\[torch\]'"):
        fk.signal(chain(2, "", XAVIER))


def test_a_net_without_weights_has_nothing_to_lose() -> None:
    net = fk.load_net(
        'layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [1, 4] } } }\n'
        'layer { name: "t" type: "TanH" bottom: "data" top: "t" }'
    )
    found = fk.signal(net)
    assert found.weighted == ()
    assert found["t"].rms < 1


@pytest.mark.long
def test_vgg_with_a_batch_of_16_takes_no_more_than_its_values_twice() -> None:
    pytest.importorskip("resource")
    import subprocess

    code = (
        "import resource, torch, fillerkit as fk\n"
        "def most(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "net = fk.load_net('sample_nets/vgg16/deploy.prototxt', shapes={'data': (10, 3, 96, 96)})\n"
        "before = most()\n"
        "print(fk.signal(net).batch, most() - before)"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True
    )
    batch, kilobytes = map(int, done.stdout.split())
    assert batch == 16
    # 55 million weights and 44 million values in tops: 0.4 GB.
    assert kilobytes < 0.8e6
