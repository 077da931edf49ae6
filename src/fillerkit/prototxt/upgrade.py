"""Older generations of the format, turned into the current one as Caffe 1.0 turns them.

The order is Caffe's: V0 layers, data-transform fields, V1 layers, net-level inputs, BatchNorm's
three params.
Each step works on the layers of a net and keeps every layer beside the text it came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fillerkit.errors import PrototxtError
from fillerkit.prototxt.source import Source
from fillerkit.prototxt.text import Field, Kind
from fillerkit.prototxt.upgrade_v0 import NoCurrentForm, absorb_padding, from_v0
from fillerkit.schema.forks_pb2 import LayerParameter, NetParameter, V1LayerParameter
from fillerkit.schema.lazy import beside

TextLayer = tuple[LayerParameter, Field]

# V1 spelled a type as an enum; Caffe's registry, or a fork's, knows these under a name that is not
# the enum's words in camel case. Source: ``UpgradeV1LayerType`` of Caffe 1.0 and of the forks.
_V1_TYPES = {
    "ABSVAL": "AbsVal",
    "ARGMAX": "ArgMax",
    "BNLL": "BNLL",
    "HDF5_DATA": "HDF5Data",
    "HDF5_OUTPUT": "HDF5Output",
    "LRN": "LRN",
    "MVN": "MVN",
    "RELU": "ReLU",
    "SOFTMAX_LOSS": "SoftmaxWithLoss",
    "TANH": "TanH",
    # Of forks.
    "BN": "BN",
    "BOXESOBJ": "BoxesObj",
    "CONVOLUTION3D": "Convolution3D",
    "DECONVOLUTION3D": "Deconvolution3D",
    "DEFORMABLECONVOLUTION": "DeformableConvolution",
    "DENSE_CRF": "DenseCRF",
    "ELTWISEAFFINE": "EltwiseAffine",
    "ELTWISE_AFFINE": "EltwiseAffine",
    "MIL": "MIL",
    "MIL_DATA": "MILData",
    "POOLING3D": "Pooling3D",
    "PRELU": "PReLU",
    "RELU6": "ReLU6",
    "RELUX": "ReLUX",
    "ROIPOOLING": "ROIPooling",
    "ROI_POOLING": "ROIPooling",
}
_TRANSFORM_FIELDS = ("scale", "mean_file", "crop_size", "mirror")
_TRANSFORMED = ("data_param", "image_data_param", "window_data_param")
# V1's repeated fields that became fields of `param { ... }`, and what they are called there.
PARAM_FIELDS = {
    "param": "name",
    "blob_share_mode": "share_mode",
    "blobs_lr": "lr_mult",
    "weight_decay": "decay_mult",
}


def upgrade(net: NetParameter, root: Field, source: Source) -> list[TextLayer]:
    """The layers of `net` in the current form, each with the field of the text it stands for."""
    if net.layer and net.layers:
        both = root.find("layers") or root
        raise PrototxtError(
            "the net mixes 'layer { type: \"...\" }' with the older 'layers { type: ... }': "
            "write all of them as 'layer'",
            place=source.place(both.offset),
        )
    name = "layers" if net.layers else "layer"
    fields = [field for field in root.fields if field.name == name and field.kind is Kind.BLOCK]
    if net.layers:
        try:
            layers = [(layer, fields[index]) for index, layer in from_old(net.layers)]
        except NoCurrentForm as error:
            field = fields[error.index]
            place = source.place((field.find(error.field) or field).offset)
            raise PrototxtError(str(error), place=place) from None
    else:
        layers = list(zip(net.layer, fields, strict=True))
    inputs = _open_inputs(net, layers)
    if inputs:
        layers.insert(0, _input_layer(net, inputs, root, source))
    for layer, _ in layers:
        freeze_batch_norm(layer)
    return layers


def from_old(layers: Sequence[V1LayerParameter]) -> list[tuple[int, LayerParameter]]:
    """Layers of V0 and V1 in the current form, each beside its index among `layers`.

    Raises
    ------
    NoCurrentForm
        A V0 layer is of no known type, or pads what cannot be padded.
    """
    return [(index, _from_v1(index, old)) for index, old in absorb_padding(layers)]


def old_forms(net: NetParameter, root: Field) -> Iterator[tuple[str, Field]]:
    """What a net's text writes in an older form, in words, each with its first place."""
    first = {field.name: field for field in reversed(root.fields)}
    if "layers" in first:
        v0 = any(layer.HasField("layer") for layer in net.layers)
        words = "layer { } in layers { } (V0)" if v0 else "layers { type: IN_CAPITALS } (V1)"
        yield words, first["layers"]
    if "input" in first:
        yield "net-level input", first["input"]


def _from_v1(index: int, old: V1LayerParameter) -> LayerParameter:
    if old.HasField("layer"):
        return from_v0(index, old)
    _move_transform(old)
    new: LayerParameter = beside(old, "LayerParameter")(
        name=old.name, bottom=old.bottom, top=old.top
    )
    for old_name, param_name in PARAM_FIELDS.items():
        for index, value in enumerate(getattr(old, old_name)):
            while len(new.param) <= index:
                new.param.add()
            setattr(new.param[index], param_name, value)
    new.MergeFrom(old.newer)
    new.type = _v1_type(old)
    for descriptor, value in old.ListFields():
        shared = new.DESCRIPTOR.fields_by_name.get(descriptor.name)
        if shared is None or descriptor.name in ("name", "bottom", "top", "type", "param"):
            continue
        if hasattr(value, "extend"):  # it is repeated
            getattr(new, descriptor.name).extend(value)
        elif descriptor.message_type is None:
            setattr(new, descriptor.name, value)
        else:
            getattr(new, descriptor.name).CopyFrom(value)
    return new


def _v1_type(old: V1LayerParameter) -> str:
    if old.newer.type:
        return current_type(old.newer.type)
    if old.type == V1LayerParameter.NONE:
        return ""
    enum = old.DESCRIPTOR.fields_by_name["type"].enum_type
    assert enum is not None
    return current_type(enum.values_by_number[old.type].name)


def current_type(name: str) -> str:
    """A type of V1, in capitals, as a layer of today writes it: ``MultiStageMeanfield``."""
    return _V1_TYPES.get(name) or "".join(word.capitalize() for word in name.split("_"))


def _move_transform(old: V1LayerParameter) -> None:
    """Move a data layer's own scale, mean_file, crop_size and mirror to ``transform_param``."""
    for name in _TRANSFORMED:
        if not old.HasField(name):
            continue
        data = getattr(old, name)
        for field in _TRANSFORM_FIELDS:
            if data.HasField(field):
                setattr(old.transform_param, field, getattr(data, field))
                data.ClearField(field)


def _open_inputs(net: NetParameter, layers: Sequence[TextLayer]) -> list[str]:
    """The net-level inputs; without shapes, only those that no layer makes.

    Caffe 1.0 drops inputs without a shape (``UpgradeNetInput``), so that the Input layers beside
    them make the blobs. Of any other its shape can still be given.
    """
    if net.input_shape or net.input_dim:
        return list(net.input)
    made = {top for layer, _ in layers for top in layer.top}
    return [name for name in net.input if name not in made]


def _input_layer(
    net: NetParameter, inputs: Sequence[str], root: Field, source: Source
) -> TextLayer:
    """The Input layer that stands for ``input``, ``input_shape`` and ``input_dim``."""
    field = next(field for field in root.fields if field.name == "input")
    count = len(inputs)
    layer: LayerParameter = beside(net, "LayerParameter")(name="input", type="Input", top=inputs)
    shapes = [list(shape.dim) for shape in net.input_shape]
    if not shapes and net.input_dim:
        # Xiaomi2008/Caffe_3D_FF has five an input (its net.cpp), which Caffe 1.0 never takes.
        axes = 5 if len(net.input_dim) == 5 * count else 4
        if len(net.input_dim) != axes * count:
            raise PrototxtError(
                f"{count} input{'s' * (count != 1)} need{'s' * (count == 1)} {4 * count} "
                f"input_dim (4 each), not {len(net.input_dim)}",
                place=source.place((root.find("input_dim") or field).offset),
            )
        shapes = [list(net.input_dim[axes * i : axes * (i + 1)]) for i in range(count)]
    if shapes and len(shapes) != count:
        raise PrototxtError(
            f"{count} input{'s' * (count != 1)} but {len(shapes)} input_shape: give one each",
            place=source.place((root.find("input_shape") or field).offset),
        )
    layer.input_param.SetInParent()
    for shape in shapes:
        layer.input_param.shape.add(dim=shape)
    return layer, field


def freeze_batch_norm(layer: LayerParameter) -> None:
    """Three params on a BatchNorm mean nothing but "do not learn": Caffe sets them to that."""
    if layer.type == "BatchNorm" and len(layer.param) == 3:
        for param in layer.param:
            param.lr_mult = 0
            param.decay_mult = 0
