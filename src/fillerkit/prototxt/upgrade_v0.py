"""Caffe's first format, V0: ``layers { layer { name: ... kernelsize: ... } bottom: ... }``.

Its layers had one flat message for the parameters of all types, and padding was a layer.
"""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import did_you_mean
from fillerkit.schema.forks_pb2 import LayerParameter, V1LayerParameter
from fillerkit.schema.lazy import beside

_TYPES = {
    "accuracy": "Accuracy",
    "bnll": "BNLL",
    "concat": "Concat",
    "conv": "Convolution",
    "data": "Data",
    "dropout": "Dropout",
    "euclidean_loss": "EuclideanLoss",
    "flatten": "Flatten",
    "hdf5_data": "HDF5Data",
    "hdf5_output": "HDF5Output",
    "im2col": "Im2col",
    "images": "ImageData",
    "infogain_loss": "InfogainLoss",
    "innerproduct": "InnerProduct",
    "lrn": "LRN",
    "multinomial_logistic_loss": "MultinomialLogisticLoss",
    "pool": "Pooling",
    "relu": "ReLU",
    "sigmoid": "Sigmoid",
    "softmax": "Softmax",
    "softmax_loss": "SoftmaxWithLoss",
    "split": "Split",
    "tanh": "TanH",
    "window_data": "WindowData",
}
_PADDING = "padding"

# Which message a type's parameters went to, and which of the flat fields went there under which
# name. A field that a type does not list says nothing for it: Caffe drops it too.
_MESSAGES = {
    "concat": "concat_param",
    "conv": "convolution_param",
    "data": "data_param",
    "dropout": "dropout_param",
    "hdf5_data": "hdf5_data_param",
    "images": "image_data_param",
    "infogain_loss": "infogain_loss_param",
    "innerproduct": "inner_product_param",
    "lrn": "lrn_param",
    "pool": "pooling_param",
    "window_data": "window_data_param",
}
_WEIGHTS = {
    "num_output": "num_output",
    "biasterm": "bias_term",
    "weight_filler": "weight_filler",
    "bias_filler": "bias_filler",
}
_WINDOW = {"pad": "pad", "kernelsize": "kernel_size", "stride": "stride"}
_SOURCE = {"source": "source", "batchsize": "batch_size"}
_FIELDS: dict[str, dict[str, str]] = {
    "concat": {"concat_dim": "concat_dim"},
    "conv": {**_WEIGHTS, **_WINDOW, "group": "group"},
    "data": {**_SOURCE, "rand_skip": "rand_skip"},
    "dropout": {"dropout_ratio": "dropout_ratio"},
    "hdf5_data": _SOURCE,
    "images": {
        **_SOURCE,
        "rand_skip": "rand_skip",
        "shuffle_images": "shuffle",
        "new_height": "new_height",
        "new_width": "new_width",
    },
    "infogain_loss": {"source": "source"},
    "innerproduct": _WEIGHTS,
    "lrn": {"local_size": "local_size", "alpha": "alpha", "beta": "beta", "k": "k"},
    "pool": {**_WINDOW, "pool": "pool"},
    "window_data": {
        **_SOURCE,
        "det_fg_threshold": "fg_threshold",
        "det_bg_threshold": "bg_threshold",
        "det_fg_fraction": "fg_fraction",
        "det_context_pad": "context_pad",
        "det_crop_mode": "crop_mode",
    },
}
_TRANSFORM = {
    "scale": "scale",
    "meanfile": "mean_file",
    "cropsize": "crop_size",
    "mirror": "mirror",
}


class NoCurrentForm(ValueError):
    """An old layer that cannot be turned into a current one.

    Attributes
    ----------
    index : int
        Of the layer among those of its net.
    field : str
        The field at fault, as a path inside the layer, or "".
    """

    def __init__(self, index: int, message: str, field: str = "") -> None:
        super().__init__(message)
        self.index = index
        self.field = field


def from_v0(index: int, old: V1LayerParameter) -> LayerParameter:
    """One V0 layer, of that index, in the current form."""
    flat = old.layer
    if flat.type not in _TYPES:
        raise NoCurrentForm(
            index,
            f"layer '{flat.name}': unknown layer type '{flat.type}' of Caffe's first format"
            f"{did_you_mean(flat.type, _TYPES)}",
            "layer.type",
        )
    new: LayerParameter = beside(old, "LayerParameter")(
        name=flat.name, type=_TYPES[flat.type], bottom=old.bottom, top=old.top, blobs=flat.blobs
    )
    fields, message = _FIELDS.get(flat.type, {}), _MESSAGES.get(flat.type, "")
    for descriptor, value in flat.ListFields():
        if descriptor.name in fields:
            _move(value, getattr(new, message), fields[descriptor.name])
        elif descriptor.name in _TRANSFORM:
            _move(value, new.transform_param, _TRANSFORM[descriptor.name])
    if flat.HasField("hdf5_output_param") and flat.type == "hdf5_output":
        new.hdf5_output_param.CopyFrom(flat.hdf5_output_param)
    for rate, values in (("lr_mult", flat.blobs_lr), ("decay_mult", flat.weight_decay)):
        for index, value in enumerate(values):
            while len(new.param) <= index:
                new.param.add()
            setattr(new.param[index], rate, value)
    return new


def absorb_padding(layers: Sequence[V1LayerParameter]) -> list[tuple[int, V1LayerParameter]]:
    """The layers, each beside its index, without padding layers.

    The convolution or pooling after one pads itself.
    """
    makers: dict[str, V1LayerParameter] = {}
    kept = []
    for index, layer in enumerate(layers):
        if layer.layer.type == _PADDING:
            if len(layer.bottom) != 1 or len(layer.top) != 1:
                raise NoCurrentForm(
                    index, f"padding layer '{layer.layer.name}' takes one bottom and one top"
                )
        else:
            for name in layer.bottom:
                padding = makers.get(name)
                if padding is not None and padding.layer.type == _PADDING:
                    _pad(index, layer, padding)
            kept.append((index, layer))
        for name in layer.top:
            makers[name] = layer
    return kept


def _pad(index: int, layer: V1LayerParameter, padding: V1LayerParameter) -> None:
    if layer.layer.type not in ("conv", "pool") or len(layer.bottom) != 1:
        raise NoCurrentForm(
            index,
            f"padding layer '{padding.layer.name}' is followed by '{layer.layer.name}': only a "
            "conv or pool with one bottom can be padded",
        )
    layer.layer.pad = padding.layer.pad
    layer.bottom[0] = padding.bottom[0]


def _move(value: object, message: object, name: str) -> None:
    """Set a field of `message`; what was one number became the first of a list in some."""
    current = getattr(message, name)
    if hasattr(current, "CopyFrom"):
        current.CopyFrom(value)
    elif hasattr(current, "append"):
        current.append(value)
    else:
        setattr(message, name, value)
