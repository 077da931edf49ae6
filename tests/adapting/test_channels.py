"""Which part of a weight makes which channel."""

from __future__ import annotations

import fillerkit as fk

from .conftest import conv, image


def test_a_weight_without_an_axis_of_channels_is_none() -> None:
    import torch

    from fillerkit.adapting.channels import times

    layer = fk.load_net(image() + conv("c", "data")).layers[1]
    weight = torch.ones(8, 3, 3, 3)
    assert times(layer, weight, torch.ones(5)) is None
    changed = times(layer, weight, torch.arange(8.0))
    assert changed is not None
    assert changed[:, 0, 0, 0].tolist() == list(range(8))
