"""The windows that a layer's units see."""

from __future__ import annotations

import numpy as np
import pytest

import fillerkit as fk

from .conftest import conv, image


@pytest.mark.parametrize("layer", ["", "group: 2", "stride: 2 pad: 1", "dilation: 2"])
def test_patches_times_weights_are_the_layers_output(layer: str) -> None:
    import torch

    import fillerkit.torch
    from fillerkit.adapting.patches import patches

    net = fk.load_net(image(4) + conv("c", "data", layer))
    filled = net.fill(1)
    batch = torch.randn(2, 4, 8, 8)
    groups = patches(net.layers[1], batch, 1)
    assert groups is not None
    rows = np.split(filled["c"].weight.reshape(8, -1), len(groups))
    made = np.concatenate([group @ each.T for group, each in zip(groups, rows, strict=True)], 1)
    with torch.no_grad():
        out = fillerkit.torch.module(net, filled)(batch)["c"].numpy()
    assert made == pytest.approx(out.transpose(0, 2, 3, 1).reshape(-1, 8), abs=1e-5)


def test_of_many_patches_some_are_chosen() -> None:
    import torch

    from fillerkit.adapting import patches as module

    layer = fk.load_net(image(1, 200) + conv("c", "data")).layers[1]
    found = module.patches(layer, torch.randn(2, 1, 200, 200), 1)
    assert found is not None
    assert found[0].shape == (module.MOST, 9)
