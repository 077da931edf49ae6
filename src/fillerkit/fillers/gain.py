"""How much a weight is scaled beyond what keeps a linear unit's signal: gains."""

from __future__ import annotations

from math import inf, isfinite, sqrt

from fillerkit.errors import FillerError, did_you_mean
from fillerkit.schema.forks_pb2 import FillerParameter

GAIN_FIELDS = ("gain", "nonlinearity", "negative_slope")
"""What `gain` looks at."""

_GAINS = {"linear": 1.0, "relu": sqrt(2), "selu": 3 / 4, "sigmoid": 1.0, "tanh": 5 / 3}
_LEAKY = "leaky_relu"


def gain(spec: FillerParameter) -> float:
    """The factor that ``gain`` says, or the one for the ``nonlinearity`` that follows; else 1.

    The gains are those of PyTorch's ``torch.nn.init.calculate_gain``: linear and sigmoid 1,
    tanh 5/3, relu sqrt(2), leaky_relu sqrt(2 / (1 + negative_slope^2)), selu 3/4. Those of the
    ReLUs follow from E[f(y)^2] = (1 + slope^2) / 2 Var(y) (He et al. 2015); those of tanh and selu
    are choices.
    """
    name = spec.nonlinearity
    if spec.HasField("negative_slope") and name != _LEAKY:
        raise FillerError(
            f'negative_slope is for nonlinearity: "{_LEAKY}" only', field="negative_slope"
        )
    if not spec.HasField("nonlinearity"):
        return own_gain(spec)
    if spec.HasField("gain"):
        raise FillerError(
            "nonlinearity stands for a gain, and there is a gain too: remove one of them",
            field="nonlinearity",
        )
    if name == _LEAKY:
        return sqrt(2 / (1 + negative_slope(spec) ** 2))
    if name not in _GAINS:
        known = sorted([*_GAINS, _LEAKY])
        raise FillerError(
            f"unknown nonlinearity '{name}'{did_you_mean(name, known)}; known are "
            f"{', '.join(known)}, or say the gain itself",
            field="nonlinearity",
        )
    return _GAINS[name]


def own_gain(spec: FillerParameter) -> float:
    """The factor that ``gain`` says, for fillers that no nonlinearity matters to."""
    if not 0 < spec.gain < inf:
        raise FillerError(f"gain must be above 0 and finite, not {spec.gain:g}", field="gain")
    return spec.gain


def negative_slope(spec: FillerParameter) -> float:
    """What a leaky ReLU multiplies negative values with."""
    if not isfinite(spec.negative_slope):
        raise FillerError(
            f"negative_slope must be finite, not {spec.negative_slope:g}", field="negative_slope"
        )
    return spec.negative_slope
