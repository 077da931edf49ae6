"""Arrays to and from Caffe's messages, and images made ready for a net.

Images are read with Pillow (``pip install 'fillerkit[pycaffe]'``).
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np

import fillerkit as fk
from fillerkit.libraries import needed
from fillerkit.pycaffe.proto import caffe_pb2 as caffe_pb2  # scripts take it from here too

Array = np.ndarray[Any, Any]

_LUMA = np.array([0.2125, 0.7154, 0.0721])
"""The weights of red, green and blue in a grey, as in scikit-image (ITU-R BT.709)."""


def blobproto_to_array(blob: caffe_pb2.BlobProto, return_diff: bool = False) -> Array:
    """The values of a blob, in its shape, as float64.

    Parameters
    ----------
    blob
    return_diff
        Take the gradients in place of the values.

    Raises
    ------
    ValueError
        Shape and number of values do not agree.
    """
    single, double = (blob.diff, blob.double_diff) if return_diff else (blob.data, blob.double_data)
    values = _doubles(single if len(single) else double)
    if any(map(blob.HasField, ("num", "channels", "height", "width"))):
        return values.reshape(blob.num, blob.channels, blob.height, blob.width)
    return values.reshape(tuple(blob.shape.dim))


def _doubles(values: Sequence[float]) -> Array:
    with np.errstate(invalid="ignore"):  # of a NaN that signals: it becomes one that does not
        return np.array(values, dtype=np.float64)


def array_to_blobproto(arr: Array, diff: Array | None = None) -> caffe_pb2.BlobProto:
    """An array, and the gradients that belong to it, as a blob; both are kept as float32."""
    blob = caffe_pb2.BlobProto(shape=caffe_pb2.BlobShape(dim=arr.shape))
    blob.data.extend(arr.astype(np.float64).flat)
    if diff is not None:
        blob.diff.extend(diff.astype(np.float64).flat)
    return blob


def arraylist_to_blobprotovector_str(arraylist: Iterable[Array]) -> bytes:
    """Arrays as the bytes of a ``BlobProtoVector``."""
    blobs = [array_to_blobproto(array) for array in arraylist]
    return caffe_pb2.BlobProtoVector(blobs=blobs).SerializeToString()


arraylist_to_blobprotovecor_str = arraylist_to_blobprotovector_str
"""As pycaffe spells it, so that scripts find it."""


def blobprotovector_str_to_arraylist(str: bytes) -> list[Array]:
    """The arrays in the bytes of a ``BlobProtoVector``."""
    return [blobproto_to_array(blob) for blob in caffe_pb2.BlobProtoVector.FromString(str).blobs]


def array_to_datum(arr: Array, label: int | None = None) -> caffe_pb2.Datum:
    """An image as an entry of a database.

    Parameters
    ----------
    arr : channels x height x width
        In uint8 it is stored as bytes, in any other type as floats.
    label

    Raises
    ------
    ValueError
        There are not three axes.
    """
    if arr.ndim != 3:
        raise ValueError(f"a datum has three axes (channels, height, width), not {arr.ndim}")
    channels, height, width = arr.shape
    datum = caffe_pb2.Datum(channels=channels, height=height, width=width, label=label)
    if arr.dtype == np.uint8:
        datum.data = arr.tobytes()
    else:
        datum.float_data.extend(arr.astype(np.float64).flat)
    return datum


def datum_to_array(datum: caffe_pb2.Datum) -> Array:
    """The image in an entry of a database: uint8 where it is stored as bytes, else float64.

    Raises
    ------
    ValueError
        Shape and number of values do not agree, as where the image is `encoded`.
    """
    if len(datum.data):
        values: Array = np.frombuffer(datum.data, np.uint8).copy()
    else:
        values = _doubles(datum.float_data)
    return values.reshape(datum.channels, datum.height, datum.width)


class Transformer:
    """Turns images into what a net takes: resized, axes in order, scaled, without the mean.

    Every method raises `Exception` for a blob that is not among the inputs.

    Parameters
    ----------
    inputs : mapping
        The shape of each input blob: ``{"data": net.blobs["data"].data.shape}``.
    """

    def __init__(self, inputs: Mapping[str, Sequence[int]]) -> None:
        self.inputs = inputs
        self.transpose: dict[str, Sequence[int]] = {}
        self.channel_swap: dict[str, Sequence[int]] = {}
        self.raw_scale: dict[str, float] = {}
        self.mean: dict[str, Array] = {}
        self.input_scale: dict[str, float] = {}

    def preprocess(self, in_: str, data: Array) -> Array:
        """Make an image ready: resize, transpose, swap, scale, subtract the mean, scale again.

        Parameters
        ----------
        in_
            The input blob it is for.
        data : height x width x channels
            It is not changed.

        Returns
        -------
        ndarray of float32
            channels x height x width where `set_transpose` says so.
        """
        size = self._shape(in_)[2:]
        image = data.astype(np.float32)
        if image.shape[:2] != size:
            image = resize_image(image, size)
        if in_ in self.transpose:
            image = image.transpose(self.transpose[in_])
        if in_ in self.channel_swap:
            image = image[list(self.channel_swap[in_])]
        if in_ in self.raw_scale:
            image *= self.raw_scale[in_]
        if in_ in self.mean:
            image -= self.mean[in_]
        if in_ in self.input_scale:
            image *= self.input_scale[in_]
        return image

    def deprocess(self, in_: str, data: Array) -> Array:
        """Make an image of what a net takes; `preprocess` the other way round, but for the size.

        Parameters
        ----------
        in_
        data : (1 x) channels x height x width
        """
        self._shape(in_)
        image = data.copy().squeeze()
        if in_ in self.input_scale:
            image /= self.input_scale[in_]
        if in_ in self.mean:
            image += self.mean[in_]
        if in_ in self.raw_scale:
            image /= self.raw_scale[in_]
        if in_ in self.channel_swap:
            image = image[np.argsort(self.channel_swap[in_])]
        if in_ in self.transpose:
            image = image.transpose(np.argsort(self.transpose[in_]))
        return image

    def set_transpose(self, in_: str, order: Sequence[int]) -> None:
        """The order of the image's axes; ``(2, 0, 1)`` puts the channels first.

        Raises
        ------
        Exception
            There are not as many as the blob has after its first.
        """
        self._check_length(order, len(self._shape(in_)) - 1, "axes", in_)
        self.transpose[in_] = order

    def set_channel_swap(self, in_: str, order: Sequence[int]) -> None:
        """The order of the channels, once they are first; ``(2, 1, 0)`` makes BGR of RGB.

        Raises
        ------
        Exception
            There are not as many as the blob has.
        """
        self._check_length(order, self._shape(in_)[1], "channels", in_)
        self.channel_swap[in_] = order

    def set_raw_scale(self, in_: str, scale: float) -> None:
        """What the image is multiplied with before the mean is subtracted; 255 is usual."""
        self._shape(in_)
        self.raw_scale[in_] = scale

    def set_mean(self, in_: str, mean: Array) -> None:
        """What is subtracted.

        Parameters
        ----------
        in_
        mean : channels, or height x width, or channels x height x width
            Of another height and width it is resized, as Caffe does since November 2017.

        Raises
        ------
        ValueError
            There are not as many channels as the blob has.
        """
        shape = self._shape(in_)
        if mean.ndim == 1:
            if mean.shape[0] != shape[1]:
                raise ValueError(f"the mean has {mean.shape[0]} channels, '{in_}' has {shape[1]}")
            mean = mean[:, np.newaxis, np.newaxis]
        else:
            full = (1, *mean.shape) if mean.ndim == 2 else mean.shape
            if len(full) != 3:
                raise ValueError(f"a mean has one to three axes, not {mean.ndim}")
            if full[0] not in (1, shape[1]):
                raise ValueError(f"the mean has {full[0]} channels, '{in_}' has {shape[1]}")
            if full[1:] != shape[2:]:
                image = mean.reshape(full).transpose(1, 2, 0)
                mean = resize_image(image, shape[2:]).transpose(2, 0, 1)
        self.mean[in_] = mean

    def set_input_scale(self, in_: str, scale: float) -> None:
        """What the image is multiplied with at the end."""
        self._shape(in_)
        self.input_scale[in_] = scale

    def __check_input(self, in_: str) -> None:  # a name that subclasses in scripts know
        if in_ not in self.inputs:
            known = ", ".join(map(repr, self.inputs))
            raise Exception(f"'{in_}' is no input of the net; it has {known or 'none'}")

    def _shape(self, in_: str) -> tuple[int, ...]:
        self.__check_input(in_)
        return tuple(self.inputs[in_])

    def _check_length(self, order: Sequence[int], wanted: int, what: str, in_: str) -> None:
        if len(order) != wanted:
            raise Exception(f"{len(order)} {what} in the order, but '{in_}' has {wanted}")


def load_image(filename: str | os.PathLike[str] | BinaryIO, color: bool = True) -> Array:
    """Read an image.

    Parameters
    ----------
    filename
    color
        Make three channels of a grey image; else one of a coloured.

    Returns
    -------
    height x width x 3 (RGB) or 1 (grey) : ndarray of float32
        From 0 to 1. Transparency is dropped.
    """
    pillow = needed("PIL.Image")
    with pillow.open(filename) as picture:
        image = _pixels(picture)
    if image.ndim == 2:
        image = image[:, :, np.newaxis]
        return np.tile(image, (1, 1, 3)) if color else image
    return image if color else (image @ _LUMA).astype(np.float32)[:, :, np.newaxis]


def _pixels(picture: Any) -> Array:
    """An open image as height x width, or height x width x 3, in float32 from 0 to 1."""
    if picture.mode in ("1", "LA", "La"):
        picture = picture.convert("L")
    elif picture.mode not in ("L", "F", "I", "RGB") and not picture.mode.startswith("I;16"):
        with warnings.catch_warnings():  # of a palette with transparency, which is dropped
            warnings.simplefilter("ignore", UserWarning)
            picture = picture.convert("RGB")
    values = np.asarray(picture)
    if values.dtype.kind == "f":
        return values.astype(np.float32)
    full = 255 if values.dtype.itemsize == 1 else 65535  # 16 bits come as "I" too
    return (values / full).astype(np.float32)


def resize_image(im: Array, new_dims: Sequence[int] | Array, interp_order: int = 1) -> Array:
    """Resize an image.

    Parameters
    ----------
    im : height x width x channels
    new_dims
        Height and width.
    interp_order
        0 takes the nearest pixel, 1 interpolates linearly; higher ones need SciPy.

    Returns
    -------
    ndarray of float32

    Notes
    -----
    As pycaffe has it, where an image with one or three channels is stretched by its outer edges and
    one with any other number by the centres of its outer pixels. Nothing is smoothed before it is
    made smaller.
    """
    height, width = (int(length) for length in new_dims)
    by_edges = im.shape[-1] in (1, 3)
    if interp_order > 1:
        zoom = needed("scipy.ndimage").zoom
        factors = (height / im.shape[0], width / im.shape[1], *(1 for _ in im.shape[2:]))
        options = {"mode": "nearest", "grid_mode": True} if by_edges else {}
        resized: Array = zoom(im.astype(np.float64), factors, order=interp_order, **options)
        return (resized.clip(im.min(), im.max()) if by_edges else resized).astype(np.float32)
    image = im.astype(np.float64)
    for axis, length in enumerate((height, width)):
        image = _stretched(image, axis, length, by_edges, interp_order)
    return image.astype(np.float32)


def _stretched(image: Array, axis: int, length: int, by_edges: bool, order: int) -> Array:
    """The image with `length` places along one axis."""
    old = image.shape[axis]
    if by_edges:
        places = np.clip((np.arange(length) + 0.5) * old / length - 0.5, 0, old - 1)
    else:
        places = np.linspace(0, old - 1, length)
    if order == 0:
        nearest: Array = image.take(np.floor(places + 0.5).astype(int), axis)
        return nearest
    below = np.floor(places).astype(int)
    part = (places - below).reshape([-1 if at == axis else 1 for at in range(image.ndim)])
    above = np.minimum(below + 1, old - 1)
    mixed: Array = image.take(below, axis) * (1 - part) + image.take(above, axis) * part
    return mixed


def oversample(images: Sequence[Array], crop_dims: Sequence[int] | Array) -> Array:
    """Cut each image at its four corners and in the middle, and mirror the five.

    Parameters
    ----------
    images
        Each height x width x channels, all of one shape.
    crop_dims
        Height and width of what is cut out.

    Returns
    -------
    10 for each image x height x width x channels : ndarray of float32
        Top left, top right, bottom left, bottom right, middle; then the same mirrored.
    """
    height, width = (int(length) for length in crop_dims)
    below, right = images[0].shape[0] - height, images[0].shape[1] - width
    corners = [(0, 0), (0, right), (below, 0), (below, right), (below // 2, right // 2)]
    crops = np.empty((10 * len(images), height, width, images[0].shape[-1]), np.float32)
    for at, image in enumerate(images):
        five = crops[10 * at : 10 * at + 5]
        for crop, (top, left) in zip(five, corners, strict=True):
            crop[...] = image[top : top + height, left : left + width]
        crops[10 * at + 5 : 10 * at + 10] = five[:, :, ::-1]
    return crops


_LAZY = {
    "resize": ("skimage.transform", "resize", "scikit-image"),
    "skimage": ("skimage", "", "scikit-image"),
    "zoom": ("scipy.ndimage", "zoom", "scipy"),
}
"""What pycaffe imports by these names, and scripts take from here: module, name, package."""


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        near = "" if name.startswith("__") else fk.did_you_mean(name, [*globals(), *_LAZY])
        raise AttributeError(f"module 'caffe.io' (fillerkit's) has no attribute '{name}'{near}")
    module, inner, package = _LAZY[name]
    found = needed(module, package)
    return getattr(found, inner) if inner else found
