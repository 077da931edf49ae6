"""BatchNorm: channels made mean 0 and variance 1."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from fillerkit.errors import UsageError
from fillerkit.layers.batch_norm import learns_scale, uses_gathered
from fillerkit.layers.net_layer import Layer
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs


def nvidias_eps(param: Any) -> float:
    """What NVIDIA's adds to a variance: of this ``batch_norm_param``, 1e-5 at least."""
    return max(float(param.eps), 1e-5)


def _scaled_otherwise(layer: Layer) -> str:
    """NVIDIA's 0.15 has scale and bias first; read as Caffe's, a layer has none."""
    names = [param.name for param in layer.params]
    known = len(names) == (5 if learns_scale(layer.message.batch_norm_param) else 3)
    return "" if known and names[0] == "mean" else "its scale and bias"


@runs(
    "BatchNorm",
    refuse=_scaled_otherwise,
    without=(
        "batch_norm_param.update_global_stats",
        "batch_norm_param.disable_mean",
        "batch_norm_param.disable_variance",
        "batch_norm_param.stats_batch_size",
        "batch_norm_param.relu",
    ),
)
def batch_norm(layer: LayerModule, x: Tensor) -> Tensor:
    """With the batch's statistics in training, else with the gathered ones.

    use_global_stats, where it is given, decides in place of training. Caffe gathers sums that decay
    by moving_average_fraction, with a factor that does too and divides them; the variance is
    gathered as m / (m - 1) times the one that divides the batch. The factor stands beside
    ``running_mean`` and ``running_var``, which are the quotients. With a factor of 0, as at the
    start, mean and variance are 0.

    NVIDIA's, with a scale and a bias besides, runs in testing only: with the gathered ones as they
    are, and an eps of 1e-5 at least. In training it is only looked at: its CPU code and cuDNN
    gather otherwise.
    """
    p = layer.message.batch_norm_param
    mean, variance, factor, *learned = layer.blobs()
    if learned:
        if layer.training:
            if layer.gathers:
                raise UsageError(
                    "a BatchNorm with a scale and a bias runs in testing only: call eval()"
                )
            mean, variance = statistics(x)
        scale, bias = (by_channel(blob, x) for blob in learned)
        return normalised(x, mean, variance, nvidias_eps(p)) * scale + bias
    if uses_gathered(p, not layer.training):
        return normalised(x, mean, variance, p.eps)
    mean_now, variance_now = statistics(x)
    with torch.no_grad():
        count = x.numel() / x.shape[1]
        unbiased = count / (count - 1) if count > 1 else 1.0
        old = factor * p.moving_average_fraction
        mean.copy_((old * mean + mean_now) / (old + 1))
        variance.copy_((old * variance + unbiased * variance_now) / (old + 1))
        factor.copy_(old + 1)
        layer.get_buffer("num_batches_tracked").add_(1)
    return normalised(x, mean_now, variance_now, p.eps)


def statistics(x: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and variance of each channel, axis 1."""
    axes = [axis for axis in range(x.ndim) if axis != 1]
    variance, mean = torch.var_mean(x, axes, correction=0)
    return mean, variance


def normalised(x: Tensor, mean: Tensor, variance: Tensor, eps: float) -> Tensor:
    """(x - mean) / sqrt(variance + eps), by channel."""
    return (x - by_channel(mean, x)) * by_channel((variance + eps).rsqrt(), x)


def by_channel(values: Tensor, x: Tensor) -> Tensor:
    """One value a channel, or one for all, along axis 1 of `x`."""
    return values.reshape(-1, *(1,) * (x.ndim - 2))
