"""The first layer's filters made of its input's patches."""

from __future__ import annotations

import numpy as np
import pytest

import fillerkit as fk

from .conftest import conv, image, inner

RNG = np.random.default_rng(2)
FEW = conv("c", "data", "stride: 2") + inner("fc", "c")


def smooth(count: int = 40, channels: int = 3) -> np.ndarray:
    """Images whose neighbours are alike, as real ones are."""
    noise = RNG.standard_normal((count, channels, 10, 10))
    for axis in (2, 3):
        noise = (noise + np.roll(noise, 1, axis) + np.roll(noise, 2, axis)) / 3
    found: np.ndarray = noise[:, :, 2:, 2:].astype(np.float32)
    return found


@pytest.mark.parametrize("method", ["pca", "k-means"])
@pytest.mark.parametrize("layer", ["", "group: 2", "pad: 1 dilation: 2"])
def test_every_filter_has_an_output_of_variance_1(method: str, layer: str) -> None:
    import torch

    import fillerkit.torch

    net = fk.load_net(image(4) + conv("c", "data", layer))
    batch = smooth(60, 4)
    found = fk.adapt(net, net.fill(1), method, inputs=batch)
    with torch.no_grad():
        values = fillerkit.torch.module(net, found.blobs)(torch.from_numpy(batch))["c"].numpy()
    assert values.var((0, 2, 3)) == pytest.approx(1, rel=0.02)
    assert found["c"][0].changed


def test_components_are_uncorrelated_and_the_strongest_comes_first() -> None:
    import torch

    import fillerkit.torch

    net = fk.load_net(image() + conv("c", "data"))
    batch = smooth()
    found = fk.adapt(net, net.fill(1), "pca", inputs=batch)
    with torch.no_grad():
        values = fillerkit.torch.module(net, found.blobs)(torch.from_numpy(batch))["c"].numpy()
    rows = values.transpose(1, 0, 2, 3).reshape(8, -1)
    assert np.corrcoef(rows) == pytest.approx(np.eye(8), abs=0.02)
    lengths = np.linalg.norm(found.blobs["c"].weight.reshape(8, -1), axis=1)
    assert list(lengths) == sorted(lengths)  # a weaker direction needs a longer filter


def test_centres_of_two_kinds_of_patches_are_those_kinds() -> None:
    net = fk.load_net(
        'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [4, 2] } } }\n'
        + inner("fc", "x").replace("num_output: 10", "num_output: 2")
    )
    batch = np.repeat(np.array([[1, 0], [-1, 0.1]], np.float32), 50, axis=0)
    batch += 0.05 * RNG.standard_normal(batch.shape).astype(np.float32)
    weight = fk.adapt(net, net.fill(1), "k-means", inputs=batch).blobs["fc"].weight
    made = (batch - batch.mean(0)) @ weight.T
    assert (made[:50].mean(0) * made[50:].mean(0) < 0).all()


def test_only_the_first_layer_is_changed_and_it_is_the_same_again() -> None:
    net = fk.load_net(image() + FEW)
    filled = net.fill(1)
    batch = smooth()
    first, again = (fk.adapt(net, filled, "k-means", inputs=batch) for _ in range(2))
    assert [layer.layer for layer in first.layers] == ["c"]
    assert first.blobs["fc"].weight.tobytes() == filled["fc"].weight.tobytes()
    assert first.blobs["c"].weight.tobytes() == again.blobs["c"].weight.tobytes()


def test_filters_beyond_the_components_keep_their_direction() -> None:
    net = fk.load_net(
        'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: [4, 2] } } }\n'
        + inner("fc", "x")
    )
    filled = net.fill(1)
    batch = RNG.standard_normal((50, 2)).astype(np.float32)
    weight = fk.adapt(net, filled, "pca", inputs=batch).blobs["fc"].weight
    kept = weight[2:] / filled["fc"].weight[2:]
    assert kept[:, 0] == pytest.approx(kept[:, 1], rel=1e-5)


@pytest.mark.parametrize(
    ("layers", "batch", "why"),
    [
        (inner("fc", "data"), smooth(5), "5 patches are too few for 10 filters"),
        (conv("c", "data"), np.ones((9, 3, 8, 8), np.float32), "its input does not vary"),
        (
            conv("c", "data").replace('"Convolution"', '"Deconvolution"'),
            smooth(),
            "patches are taken of Convolutions",
        ),
        (
            conv("c", "data", layer="param { lr_mult: 0 }") + conv("d", "c"),
            smooth(),
            "frozen: its lr_mult is 0",
        ),
    ],
)
def test_what_cannot_be_made_is_told(layers: str, batch: np.ndarray, why: str) -> None:
    net = fk.load_net(image() + layers)
    filled = net.fill(1)
    found = fk.adapt(net, filled, "k-means", inputs=batch)
    (row,) = found.layers
    assert not row.changed
    assert row.said.startswith(why)
    assert found.blobs[row.layer].weight.tobytes() == filled[row.layer].weight.tobytes()
