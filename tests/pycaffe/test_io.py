"""``caffe.io``: messages to and from arrays, and images made ready for a net."""

from __future__ import annotations

import io as files
import sys
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from fillerkit.pycaffe import io
from fillerkit.pycaffe.proto import caffe_pb2

Image: Any = pytest.importorskip("PIL.Image", reason="Pillow is not installed")

Array = np.ndarray[Any, Any]


def ramp(*shape: int) -> Array:
    return np.arange(np.prod(shape), dtype=np.float32).reshape(shape)


# Blobs


def test_an_array_becomes_a_blob_of_its_shape() -> None:
    blob = io.array_to_blobproto(ramp(2, 3, 4), diff=-ramp(2, 3, 4))
    assert list(blob.shape.dim) == [2, 3, 4]
    assert not blob.HasField("num")
    assert list(blob.data) == list(range(24))
    assert list(blob.diff) == [-number for number in range(24)]


def test_a_blob_becomes_an_array_of_float64() -> None:
    blob = io.array_to_blobproto(ramp(2, 5), diff=2 * ramp(2, 5))
    array = io.blobproto_to_array(blob)
    assert (array.shape, array.dtype) == ((2, 5), np.float64)
    assert np.array_equal(array, ramp(2, 5))
    assert np.array_equal(io.blobproto_to_array(blob, return_diff=True), 2 * ramp(2, 5))


def test_an_old_blob_has_four_axes() -> None:
    blob = caffe_pb2.BlobProto(channels=2, height=1, width=3, num=1, data=range(6))
    assert io.blobproto_to_array(blob).shape == (1, 2, 1, 3)


def test_a_nan_that_signals_is_read_without_a_word() -> None:
    signalling = b"\x01\x00\x80\x7f"
    blob = caffe_pb2.BlobProto.FromString(b"\x2a\x04" + signalling + b"\x3a\x03\x0a\x01\x01")
    assert np.isnan(io.blobproto_to_array(blob)).all()
    datum = caffe_pb2.Datum.FromString(b"\x08\x01\x10\x01\x18\x01\x32\x04" + signalling)
    assert np.isnan(io.datum_to_array(datum)).all()


def test_a_mean_file_is_read() -> None:
    stored = caffe_pb2.BlobProto(num=1, channels=3, height=2, width=2, data=range(12))
    mean = io.caffe_pb2.BlobProto.FromString(stored.SerializeToString())
    assert io.blobproto_to_array(mean)[0].mean(1).mean(1).tolist() == [1.5, 5.5, 9.5]


def test_a_blob_in_double_precision_is_read() -> None:
    blob = caffe_pb2.BlobProto(shape=caffe_pb2.BlobShape(dim=[2]), double_data=[0.1, 0.2])
    assert io.blobproto_to_array(blob).tolist() == [0.1, 0.2]


def test_a_blob_with_too_few_values_is_a_value_error() -> None:
    with pytest.raises(ValueError):
        io.blobproto_to_array(caffe_pb2.BlobProto(num=1, channels=3, height=2, width=2))


def test_arrays_go_through_the_bytes_of_a_vector() -> None:
    stored = io.arraylist_to_blobprotovector_str([ramp(2, 2), ramp(3)])
    assert isinstance(stored, bytes)
    assert [a.tolist() for a in io.blobprotovector_str_to_arraylist(stored)] == [
        ramp(2, 2).tolist(),
        ramp(3).tolist(),
    ]
    assert io.arraylist_to_blobprotovecor_str([ramp(2, 2), ramp(3)]) == stored


# Datums


def test_bytes_are_stored_as_bytes() -> None:
    image = ramp(3, 2, 2).astype(np.uint8)
    datum = io.array_to_datum(image, label=5)
    assert (datum.channels, datum.height, datum.width, datum.label) == (3, 2, 2, 5)
    assert (datum.data, len(datum.float_data)) == (image.tobytes(), 0)
    array = io.datum_to_array(datum)
    assert (array.dtype, array.tolist()) == (np.uint8, image.tolist())
    array[0] = 1  # it is the caller's own


def test_other_types_are_stored_as_floats() -> None:
    datum = io.array_to_datum(ramp(1, 2, 2).astype(np.int64))
    assert (datum.data, list(datum.float_data)) == (b"", [0, 1, 2, 3])
    array = io.datum_to_array(datum)
    assert (array.dtype, array.shape) == (np.float64, (1, 2, 2))


def test_no_label_is_not_a_label_of_zero() -> None:
    assert not io.array_to_datum(ramp(1, 1, 1)).HasField("label")
    assert io.array_to_datum(ramp(1, 1, 1), 0).HasField("label")


def test_a_datum_has_three_axes() -> None:
    with pytest.raises(ValueError, match="three axes"):
        io.array_to_datum(ramp(2, 2))


# The transformer


@pytest.fixture
def transformer() -> io.Transformer:
    return io.Transformer({"data": (1, 3, 4, 5)})


def test_an_image_is_turned_swapped_scaled_and_the_mean_subtracted(
    transformer: io.Transformer,
) -> None:
    transformer.set_transpose("data", (2, 0, 1))
    transformer.set_channel_swap("data", (2, 1, 0))
    transformer.set_raw_scale("data", 255)
    transformer.set_mean("data", np.array([10.0, 20, 30]))
    transformer.set_input_scale("data", 0.5)
    image = np.random.default_rng(0).random((4, 5, 3))
    made = transformer.preprocess("data", image)
    assert (made.shape, made.dtype) == ((3, 4, 5), np.float32)
    assert np.allclose(made[0], (image[:, :, 2] * 255 - 10) / 2, atol=1e-4)
    assert np.allclose(made[2], (image[:, :, 0] * 255 - 30) / 2, atol=1e-4)
    back = transformer.deprocess("data", made[np.newaxis])
    assert np.allclose(back, image, atol=1e-6)


def test_an_image_of_another_size_is_resized_first(transformer: io.Transformer) -> None:
    transformer.set_transpose("data", (2, 0, 1))
    image = np.random.default_rng(0).random((8, 10, 3)).astype(np.float32)
    made = transformer.preprocess("data", image)
    assert np.array_equal(made, io.resize_image(image, (4, 5)).transpose(2, 0, 1))


def test_the_image_itself_is_left_alone(transformer: io.Transformer) -> None:
    transformer.set_raw_scale("data", 255)
    image = np.ones((4, 5, 3), np.float32)
    transformer.preprocess("data", image)
    assert image.max() == 1


def test_settings_are_kept_by_blob(transformer: io.Transformer) -> None:
    transformer.set_raw_scale("data", 255)
    assert transformer.raw_scale == {"data": 255}
    assert transformer.input_scale == transformer.mean == transformer.transpose == {}


@pytest.mark.parametrize("shape", [(3,), (4, 5), (3, 4, 5), (1, 4, 5)])
def test_a_mean_is_of_channels_or_pixels_or_both(shape: tuple[int, ...]) -> None:
    channels = 1 if len(shape) == 2 or shape[0] == 1 else 3
    transformer = io.Transformer({"data": (1, channels, 4, 5)})
    transformer.set_mean("data", np.ones(shape))
    transformer.set_transpose("data", (2, 0, 1))
    image = transformer.preprocess("data", np.ones((4, 5, channels)))
    assert (image.shape, image.max()) == ((channels, 4, 5), 0)


def test_a_mean_of_another_size_is_resized(transformer: io.Transformer) -> None:
    _, channels, height, width = transformer.inputs["data"]
    mean = ramp(channels, 2 * height, 3 * width)
    transformer.set_mean("data", mean)
    resized = io.resize_image(mean.transpose(1, 2, 0), (height, width)).transpose(2, 0, 1)
    assert np.array_equal(transformer.mean["data"], resized)


@pytest.mark.parametrize("shape", [(2,), (2, 4, 5), (1, 3, 4, 5)])
def test_a_mean_of_other_channels_is_a_value_error(
    transformer: io.Transformer, shape: tuple[int, ...]
) -> None:
    with pytest.raises(ValueError, match="mean"):
        transformer.set_mean("data", np.ones(shape))


@pytest.mark.parametrize(
    "call",
    [
        lambda t: t.preprocess("label", ramp(4, 5, 3)),
        lambda t: t.deprocess("label", ramp(3, 4, 5)),
        lambda t: t.set_transpose("label", (2, 0, 1)),
        lambda t: t.set_channel_swap("label", (2, 1, 0)),
        lambda t: t.set_raw_scale("label", 255),
        lambda t: t.set_mean("label", ramp(3)),
        lambda t: t.set_input_scale("label", 2),
    ],
)
def test_a_blob_that_is_no_input_is_an_exception(transformer: io.Transformer, call: Any) -> None:
    with pytest.raises(Exception, match="'label' is no input of the net; it has 'data'") as caught:
        call(transformer)
    assert caught.type is Exception


def test_an_order_has_as_many_places_as_the_blob(transformer: io.Transformer) -> None:
    with pytest.raises(Exception, match="2 axes") as caught:
        transformer.set_transpose("data", (1, 0))
    assert caught.type is Exception
    with pytest.raises(Exception, match="4 channels") as caught:
        transformer.set_channel_swap("data", (0, 1, 2, 3))
    assert caught.type is Exception


# Images


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "picture.png"
    pixels = np.random.default_rng(0).integers(0, 256, (3, 4, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


def test_a_coloured_image_is_rgb_from_0_to_1(picture: Path) -> None:
    image = io.load_image(str(picture))
    assert (image.shape, image.dtype) == ((3, 4, 3), np.float32)
    assert np.allclose(image * 255, np.asarray(Image.open(picture)), atol=1e-4)


def test_a_coloured_image_is_weighed_to_grey(picture: Path) -> None:
    grey = io.load_image(picture, color=False)
    assert (grey.shape, grey.dtype) == ((3, 4, 1), np.float32)
    red, green, blue = np.moveaxis(io.load_image(picture), 2, 0)
    assert np.allclose(grey[:, :, 0], 0.2125 * red + 0.7154 * green + 0.0721 * blue)


def saved(tmp_path: Path, image: Image.Image, suffix: str = ".png") -> Path:
    image.save(path := tmp_path / f"image{suffix}")
    return path


def test_a_grey_image_has_three_equal_channels_or_one(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.fromarray(np.array([[0, 51], [102, 255]], np.uint8)))
    image = io.load_image(path)
    assert image.shape == (2, 2, 3)
    assert image[0, 1].tolist() == pytest.approx([0.2, 0.2, 0.2])
    assert io.load_image(path, color=False).shape == (2, 2, 1)


@pytest.mark.parametrize(
    ("mode", "color", "expected"),
    [
        ("RGBA", (255, 0, 51, 128), [1, 0, 0.2]),
        ("LA", (51, 128), [0.2, 0.2, 0.2]),
        ("P", 0, [0, 0, 0]),
        ("1", 1, [1, 1, 1]),
        ("I;16", 13107, [0.2, 0.2, 0.2]),
    ],
)
def test_other_kinds_of_images_are_brought_to_rgb(
    tmp_path: Path, mode: str, color: Any, expected: list[float]
) -> None:
    path = saved(tmp_path, Image.new(mode, (2, 2), color))
    assert io.load_image(path)[0, 0].tolist() == pytest.approx(expected)


def test_a_palette_with_transparency_is_read_without_a_warning(tmp_path: Path) -> None:
    image = Image.new("P", (2, 2), 1)
    image.putpalette([0, 0, 0, 255, 0, 0])
    image.save(path := tmp_path / "palette.png", transparency=b"\x80\x40")
    assert io.load_image(path)[0, 0].tolist() == [1, 0, 0]


def test_floats_stay_as_they_are(tmp_path: Path) -> None:
    path = saved(tmp_path, Image.fromarray(np.full((2, 2), 3.5, np.float32)), ".tiff")
    assert io.load_image(path, color=False).max() == 3.5


def test_an_open_file_is_read(picture: Path) -> None:
    assert io.load_image(files.BytesIO(picture.read_bytes())).shape == (3, 4, 3)


def test_no_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError):
        io.load_image(tmp_path / "nothing.png")


def test_without_pillow_the_extra_is_named(monkeypatch: pytest.MonkeyPatch, picture: Path) -> None:
    monkeypatch.setitem(sys.modules, "PIL.Image", None)
    with pytest.raises(ImportError) as missing:
        io.load_image(picture)
    assert "pip install 'fillerkit[pycaffe]'" in missing.value.__notes__[0]


# Resizing


def test_an_image_is_stretched_by_its_edges() -> None:
    image = np.array([0, 1], np.float32).reshape(1, 2, 1)
    made = io.resize_image(image, (1, 4))
    assert (made.shape, made.dtype) == ((1, 4, 1), np.float32)
    assert made.ravel().tolist() == [0, 0.25, 0.75, 1]


def test_features_are_stretched_by_the_centres_of_their_outer_pixels() -> None:
    image = np.repeat(np.array([0, 1], np.float32).reshape(1, 2, 1), 4, axis=2)
    made = io.resize_image(image, (1, 4))
    assert made[0, :, 2].tolist() == pytest.approx([0, 1 / 3, 2 / 3, 1])


def test_making_smaller_takes_pixels_and_smooths_nothing() -> None:
    made = io.resize_image(ramp(6, 6, 3), (2, 2))
    assert np.array_equal(made, ramp(6, 6, 3)[1::3, 1::3])


def test_order_0_takes_the_nearest() -> None:
    image = np.array([5, 7], np.float32).reshape(1, 2, 1)
    assert io.resize_image(image, (2, 3), interp_order=0)[:, :, 0].tolist() == [[5, 7, 7]] * 2


def test_higher_orders_are_scipys() -> None:
    pytest.importorskip("scipy")
    image = np.random.default_rng(0).random((5, 6, 3)).astype(np.float32)
    made = io.resize_image(image, (10, 12), interp_order=3)
    assert (made.shape, made.dtype) == ((10, 12, 3), np.float32)
    assert image.min() <= made.min() <= made.max() <= image.max()
    assert io.resize_image(image[:, :, :2], (10, 12), interp_order=3).shape == (10, 12, 2)


def test_without_scipy_higher_orders_name_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy.ndimage", None)
    with pytest.raises(ImportError) as missing:
        io.resize_image(ramp(2, 2, 3), (4, 4), interp_order=3)
    assert "pip install 'fillerkit[pycaffe]'" in missing.value.__notes__[0]


@pytest.mark.parametrize("channels", [1, 3, 5])
def test_one_value_stays_one_value(channels: int) -> None:
    made = io.resize_image(np.full((3, 3, channels), 7.0), (5, 2))
    assert (made.shape, made.min(), made.max()) == ((5, 2, channels), 7, 7)


# Oversampling


def test_ten_crops_are_corners_middle_and_their_mirrors() -> None:
    image = ramp(4, 6, 1)
    crops = io.oversample([image], (2, 2))
    assert (crops.shape, crops.dtype) == ((10, 2, 2, 1), np.float32)
    starts = [(0, 0), (0, 4), (2, 0), (2, 4), (1, 2)]
    for crop, (top, left) in zip(crops, starts, strict=False):
        assert np.array_equal(crop, image[top : top + 2, left : left + 2])
    assert np.array_equal(crops[5:], crops[:5, :, ::-1])


def test_every_image_has_its_ten() -> None:
    crops = io.oversample([ramp(3, 3, 2), -ramp(3, 3, 2)], np.array([2, 3]))
    assert crops.shape == (20, 2, 3, 2)
    assert np.array_equal(crops[10:], -crops[:10])


def test_a_crop_that_is_too_large_is_a_value_error() -> None:
    with pytest.raises(ValueError):
        io.oversample([ramp(3, 3, 1)], (4, 4))


@pytest.mark.parametrize(
    ("name", "package"),
    [("resize", "scikit-image"), ("skimage", "scikit-image"), ("zoom", "scipy")],
)
def test_what_pycaffe_imports_besides_is_there_if_it_is_installed(
    monkeypatch: pytest.MonkeyPatch, name: str, package: str
) -> None:
    there, missing = ModuleType("there"), "skimage" if package == "scikit-image" else "scipy"
    vars(there).update(resize="resized", zoom="zoomed")
    for module in (missing, f"{missing}.transform", f"{missing}.ndimage"):
        monkeypatch.setitem(sys.modules, module, there)
    assert getattr(io, name) in ("resized", "zoomed", there)
    for module in (missing, f"{missing}.transform", f"{missing}.ndimage"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ImportError) as error:
        getattr(io, name)
    assert error.value.__notes__ == [f"pip install {package} brings it"]


def test_a_name_that_is_not_there_offers_the_nearest() -> None:
    with pytest.raises(AttributeError, match=r"'loadimage'.*'load_image'"):
        getattr(io, "loadimage")  # noqa: B009


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("blobproto_to_array", "blob, return_diff=False"),
        ("array_to_blobproto", "arr, diff=None"),
        ("arraylist_to_blobprotovector_str", "arraylist"),
        ("arraylist_to_blobprotovecor_str", "arraylist"),
        ("blobprotovector_str_to_arraylist", "str"),
        ("array_to_datum", "arr, label=None"),
        ("datum_to_array", "datum"),
        ("load_image", "filename, color=True"),
        ("resize_image", "im, new_dims, interp_order=1"),
        ("oversample", "images, crop_dims"),
        ("Transformer", "inputs"),
        ("Transformer.preprocess", "self, in_, data"),
        ("Transformer.deprocess", "self, in_, data"),
        ("Transformer.set_transpose", "self, in_, order"),
        ("Transformer.set_channel_swap", "self, in_, order"),
        ("Transformer.set_raw_scale", "self, in_, scale"),
        ("Transformer.set_mean", "self, in_, mean"),
        ("Transformer.set_input_scale", "self, in_, scale"),
    ],
)
def test_arguments_have_caffes_names_order_and_defaults(name: str, arguments: str) -> None:
    found: Any = io
    for part in name.split("."):
        found = getattr(found, part)
    parameters = signature(found).parameters.values()
    assert ", ".join(str(each.replace(annotation=each.empty)) for each in parameters) == arguments


# Messages


def test_a_blob_without_a_shape_is_a_scalar() -> None:
    array = io.blobproto_to_array(caffe_pb2.BlobProto(data=[5]))
    assert (array.shape, array.dtype, float(array)) == ((), np.float64, 5)


@pytest.mark.parametrize(
    ("blob", "return_diff"),
    [
        (caffe_pb2.BlobProto(data=[5, 6]), False),
        (caffe_pb2.BlobProto(), False),
        (caffe_pb2.BlobProto(data=[5, 6], shape={"dim": [3]}), False),
        (caffe_pb2.BlobProto(data=[5, 6], shape={"dim": [2]}), True),
    ],
)
def test_values_that_are_not_as_many_as_the_shape_says_are_a_value_error(
    blob: caffe_pb2.BlobProto, return_diff: bool
) -> None:
    with pytest.raises(ValueError, match="cannot reshape"):
        io.blobproto_to_array(blob, return_diff=return_diff)


def test_a_blob_of_one_place_in_the_old_format_keeps_its_four_axes() -> None:
    assert io.blobproto_to_array(caffe_pb2.BlobProto(num=1, channels=1, height=1, width=1,
                                                     data=[5])).shape == (1, 1, 1, 1)  # fmt: skip


@pytest.mark.parametrize("shape", [(), (2,), (1, 2, 3, 4, 5), (0, 3)])
def test_an_array_of_any_number_of_axes_goes_through_a_blob(shape: tuple[int, ...]) -> None:
    blob = io.array_to_blobproto(np.arange(np.prod(shape)).reshape(shape))
    assert list(blob.shape.dim) == list(shape)
    assert len(blob.diff) == 0
    assert io.blobproto_to_array(blob).shape == shape


def test_an_encoded_datum_is_a_value_error() -> None:
    datum = caffe_pb2.Datum(channels=3, height=4, width=5, encoded=True, data=b"\x89PNG")
    with pytest.raises(ValueError, match="cannot reshape"):
        io.datum_to_array(datum)


@pytest.mark.parametrize("label", [np.int64(3), np.uint8(3)])
def test_a_label_may_be_numpys(label: Any) -> None:
    assert io.array_to_datum(ramp(1, 1, 1), label).label == 3


def test_a_label_is_a_whole_number() -> None:
    with pytest.raises(TypeError):
        io.array_to_datum(ramp(1, 1, 1), 3.5)  # type: ignore[arg-type]


# The transformer


def test_a_mean_of_channels_is_kept_with_two_axes_more() -> None:
    transformer = io.Transformer({"data": (1, 3, 4, 5)})
    transformer.set_mean("data", np.array([1.0, 2, 3]))
    assert transformer.mean["data"].tolist() == [[[1]], [[2]], [[3]]]


def test_a_grey_image_loses_its_channel_on_the_way_back() -> None:
    transformer = io.Transformer({"data": (1, 1, 4, 5)})
    transformer.set_raw_scale("data", 2)
    image = transformer.deprocess("data", ramp(1, 1, 4, 5))
    assert np.array_equal(image, ramp(4, 5) / 2)
    transformer.set_transpose("data", (2, 0, 1))
    with pytest.raises(ValueError, match="axes"):
        transformer.deprocess("data", ramp(1, 1, 4, 5))


def test_the_way_back_leaves_what_it_is_given() -> None:
    transformer = io.Transformer({"data": (1, 3, 4, 5)})
    transformer.set_raw_scale("data", 2)
    given = ramp(1, 3, 4, 5)
    transformer.deprocess("data", given)
    assert np.array_equal(given, ramp(1, 3, 4, 5))


# Oversampling


@pytest.mark.parametrize(
    ("size", "crop", "middle"),
    [
        ((5, 6), (2, 3), (1, 1)),
        ((5, 5), (2, 2), (1, 1)),
        ((4, 4), (3, 3), (0, 0)),
        ((6, 7), (3, 2), (1, 2)),
        ((5, 5), (3, 5), (1, 0)),
    ],
)
def test_the_middle_lies_above_and_to_the_left_where_it_cannot_be_one(
    size: tuple[int, int], crop: tuple[int, int], middle: tuple[int, int]
) -> None:
    image = ramp(*size, 1)
    crops = io.oversample([image], crop)
    top, left = middle
    assert np.array_equal(crops[4], image[top : top + crop[0], left : left + crop[1]])
    assert np.array_equal(crops[9], crops[4][:, ::-1])
    assert np.array_equal(crops[3], image[-crop[0] :, -crop[1] :])
