"""From the parameter blobs that a layer's type plans to those that the net has, checked."""

from __future__ import annotations

from math import prod

import numpy as np

from fillerkit.errors import FillerError, LayerError
from fillerkit.fillers import Given
from fillerkit.fillers.registry import known_filler
from fillerkit.layers import Param, Plan, Shape
from fillerkit.layers.net_layer import ParamBlob
from fillerkit.layers.registry import traits_of
from fillerkit.layers.shapes import checked, same_blob, shown
from fillerkit.nets.sharing import Sharing
from fillerkit.schema.forks_pb2 import BlobProto, LayerParameter, ParamSpec


class WrongFillers(Exception):
    """One filler of a layer or more cannot fill its blob.

    Attributes
    ----------
    errors : list of FillerError
        One a blob, in order.
    """

    def __init__(self, errors: list[FillerError]) -> None:
        super().__init__()
        self.errors = errors


def param_blobs(
    index: int, layer: LayerParameter, plan: Plan, sharing: Sharing
) -> tuple[ParamBlob, ...]:
    """The parameter blobs of the net's layer `index`, entered in `sharing`."""
    _check_counts(layer, len(plan.params))
    params: list[ParamBlob] = []
    wrong: list[FillerError] = []
    for position, planned in enumerate(plan.params):
        spec = ParamSpec() if planned.learned else ParamSpec(lr_mult=0)
        if position < len(layer.param):
            spec = layer.param[position]
        if planned.rates is not None:
            spec = _with_rates(spec, planned.rates)
        try:
            made = param_blob(layer, planned, layer.blobs[position] if layer.blobs else None)
        except FillerError as error:
            wrong.append(error)
        else:
            params.append(sharing.add((index, position), layer.name, made, spec))
    if wrong:
        raise WrongFillers(wrong)
    return tuple(params)


def _with_rates(spec: ParamSpec, rates: tuple[float, float]) -> ParamSpec:
    changed = type(spec)()
    changed.CopyFrom(spec)
    changed.lr_mult, changed.decay_mult = rates
    return changed


def _check_counts(layer: LayerParameter, count: int) -> None:
    if len(layer.param) > count:
        raise LayerError(
            f"has param {{ }} {len(layer.param)} times, but only {count} parameter blobs",
            field="param",
        )
    if layer.blobs and len(layer.blobs) != count:
        raise LayerError(
            f"has blobs {{ }} {len(layer.blobs)} times, but {count} parameter blobs",
            field="blobs",
        )


def param_blob(layer: LayerParameter, planned: Param, blob: BlobProto | None) -> ParamBlob:
    """A planned parameter blob, its shape, filler and values checked."""
    told = f"its {planned.name or 'blob'}"  # one that a person states has no name
    shape = checked(planned.shape, told)
    if prod(shape) == 0:
        raise LayerError(f"{told} would be {shown(shape)}: there is nothing to fill")
    given = None if blob is None else _given(blob, planned.name, shape)
    weight = len(shape) > 1 and planned.name in traits_of(layer.type).weights
    param = ParamBlob(planned.name, shape, planned.filler, given, weight=weight)
    try:
        param.distribution  # noqa: B018  (raises where the filler cannot fill this blob)
    except FillerError as error:
        error.within = (f"{told} ({shown(shape)})", *error.within)
        error.blob = planned.name
        raise
    return param


def check_filler_types(layer: LayerParameter) -> None:
    """Refuse fillers of unknown types in a layer of which the shapes are not known."""
    wrong: list[FillerError] = []
    for _, block in layer.ListFields():
        known = getattr(getattr(block, "DESCRIPTOR", None), "fields_by_name", ())
        for blob in ("weight", "bias"):
            name = f"{blob}_filler"
            if name not in known or not block.HasField(name):
                continue
            if blob == "bias" and "bias_term" in known and not block.bias_term:
                continue
            try:
                known_filler(getattr(block, name).type)
            except FillerError as error:
                error.within = (f"its {blob}", *error.within)
                error.blob = blob
                wrong.append(error)
    if wrong:
        raise WrongFillers(wrong)


def _given(blob: BlobProto, name: str, shape: Shape) -> Given:
    """The values of a ``blobs { }`` in the text; shapes of four axes may lead with ones."""
    values = np.array(blob.double_data or blob.data)
    if blob.HasField("shape"):
        said: Shape = tuple(blob.shape.dim)
        fits = said == shape
    else:
        said = (blob.num, blob.channels, blob.height, blob.width)
        fits = same_blob(shape, said)
    if not fits or values.size != prod(shape):
        raise LayerError(
            f"its {name} is {shown(shape)}, but blobs {{ }} gives {shown(said)} "
            f"with {values.size} values",
            field="blobs",
        )
    return Given(values)
