"""Classifier and Detector: images in, predictions out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from caffe_nets import WriteNet

import fillerkit.pycaffe as caffe

pytest.importorskip("torch")

# Its two outputs are the mean of channel 0 and of channel 1.
MEANS = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [4, 3, 6, 6] } } }
layer { name: "mean" type: "Pooling" bottom: "data" top: "mean"
        pooling_param { pool: AVE global_pooling: true } }
layer { name: "ip" type: "InnerProduct" bottom: "mean" top: "out"
        inner_product_param { num_output: 2 bias_term: false } }
"""

RANDOM = np.random.default_rng(0)


@pytest.fixture
def files(write: WriteNet, tmp_path: Path) -> tuple[str, str]:
    """A prototxt and its weights."""
    net = caffe.Net(write(MEANS), caffe.TEST)
    net.params["ip"][0].data[...] = [[1, 0, 0], [0, 1, 0]]
    weights = str(tmp_path / "means.caffemodel")
    net.save(weights)
    return net._state.net.file, weights


def image(height: int, width: int) -> Any:
    return RANDOM.uniform(size=(height, width, 3)).astype(np.float32)


def test_a_classifier_predicts_from_the_centre_of_each_image(files: tuple[str, str]) -> None:
    classifier = caffe.Classifier(*files, image_dims=(10, 8))
    assert isinstance(classifier, caffe.Net)
    assert classifier.image_dims == (10, 8)
    assert classifier.crop_dims.tolist() == [6, 6]
    images = [image(10, 8) for _ in range(5)]
    predictions = classifier.predict(images, oversample=False)
    wanted = [one[2:8, 1:7, :2].mean(axis=(0, 1)) for one in images]
    assert predictions.shape == (5, 2)
    assert np.allclose(predictions, wanted, atol=1e-6)


def test_a_classifier_takes_the_mean_over_ten_crops(files: tuple[str, str]) -> None:
    classifier = caffe.Classifier(*files, image_dims=(10, 8))
    one = image(10, 8)
    crops = [one[top : top + 6, left : left + 6] for top in (0, 4) for left in (0, 2)]
    crops.append(one[2:8, 1:7])
    wanted = np.mean([crop[:, :, :2].mean(axis=(0, 1)) for crop in crops], axis=0)
    assert np.allclose(classifier.predict([one]), [wanted], atol=1e-6)


@pytest.mark.parametrize("inputs", [image(10, 8), [], [image(10, 8)[0]]])
def test_a_classifier_takes_a_list_of_images(files: tuple[str, str], inputs: Any) -> None:
    with pytest.raises(IndexError, match="a list of images, each height x width x channels"):
        caffe.Classifier(*files).predict(inputs)


def test_a_classifier_scales_images_to_the_nets_input(files: tuple[str, str]) -> None:
    classifier = caffe.Classifier(*files)
    assert list(classifier.image_dims) == [6, 6]
    predictions = classifier.predict([np.full((13, 9, 3), 0.5, np.float32)])
    assert np.allclose(predictions, 0.5, atol=1e-6)


def test_preprocessing_is_the_transformers(files: tuple[str, str]) -> None:
    classifier = caffe.Classifier(
        *files, mean=np.array([1, 2, 3]), raw_scale=255, channel_swap=(2, 1, 0), input_scale=0.5
    )
    one = np.full((6, 6, 3), 0.1, np.float32)
    one[:, :, 2] = 0.2
    wanted = [(255 * 0.2 - 1) / 2, (255 * 0.1 - 2) / 2]
    assert np.allclose(classifier.predict([one]), [wanted], atol=1e-5)


@pytest.fixture
def picture(tmp_path: Path) -> tuple[str, Any]:
    pil = pytest.importorskip("PIL.Image")
    pixels = RANDOM.integers(0, 256, (20, 30, 3), dtype=np.uint8)
    file = str(tmp_path / "picture.png")
    pil.fromarray(pixels).save(file)
    return file, pixels.astype(np.float32) / 255


def test_a_detector_predicts_for_every_window(
    files: tuple[str, str], picture: tuple[str, Any]
) -> None:
    detector = caffe.Detector(*files)
    file, pixels = picture
    windows = [(0, 0, 6, 6), (5, 10, 11, 16)]
    found = detector.detect_windows([(file, windows), (file, windows[:1])])
    assert [one["window"] for one in found] == [*windows, windows[0]]
    assert {one["filename"] for one in found} == {file}
    for one in found:
        top, left, bottom, right = one["window"]
        wanted = pixels[top:bottom, left:right, :2].mean(axis=(0, 1))
        assert np.allclose(one["prediction"], wanted, atol=1e-5)


def test_context_shows_what_is_around_a_window(files: tuple[str, str]) -> None:
    detector = caffe.Detector(*files, context_pad=1)
    im = np.zeros((30, 30, 3), np.float32)
    im[10:14, 10:14] = 1
    crop = detector.crop(im, (10, 10, 13, 13))
    assert crop.shape == (6, 6, 3)
    assert (crop[1:5, 1:5] == 1).all()
    assert not crop[0].any()
    assert not crop[:, 5].any()


def test_where_context_leaves_the_image_the_mean_is_shown(files: tuple[str, str]) -> None:
    mean = np.array([0.25, 0.5, 0.75])
    detector = caffe.Detector(*files, context_pad=1, mean=mean)
    crop = detector.crop(np.ones((30, 30, 3), np.float32), (0, 0, 3, 3))
    assert np.allclose(crop[0], mean)
    assert np.allclose(crop[:, 0], mean)
    assert (crop[1:, 1:] == 1).all()


def test_selective_search_is_not_here(files: tuple[str, str]) -> None:
    with pytest.raises(NotImplementedError, match="detect_windows"):
        caffe.Detector(*files).detect_selective_search(["a.jpg"])


def test_a_classifier_keeps_its_transformer_and_its_sizes(files: tuple[str, str]) -> None:
    mean = np.ones((3, 6, 6))
    classifier = caffe.Classifier(*files, (10, 8), mean, 0.5, 255, (2, 1, 0))
    transformer = classifier.transformer
    assert isinstance(transformer, caffe.io.Transformer)
    assert transformer.inputs == {"data": (4, 3, 6, 6)}
    assert transformer.transpose == {"data": (2, 0, 1)}
    assert transformer.mean["data"] is mean
    assert (transformer.input_scale, transformer.raw_scale) == ({"data": 0.5}, {"data": 255})
    assert transformer.channel_swap == {"data": (2, 1, 0)}
    assert list(classifier.image_dims) == [10, 8]
    assert list(classifier.crop_dims) == [6, 6]
    assert "TEST" in repr(classifier)


def test_what_is_not_asked_for_is_not_set(files: tuple[str, str]) -> None:
    for net in (caffe.Classifier(*files), caffe.Detector(*files)):
        assert net.transformer.transpose == {"data": (2, 0, 1)}
        for name in ("mean", "input_scale", "raw_scale", "channel_swap"):
            assert getattr(net.transformer, name) == {}


@pytest.mark.parametrize(("oversample", "shape"), [(True, (2, 3)), (False, (2, 3, 1, 1))])
def test_predictions_are_float32_and_keep_their_axes_without_oversampling(
    write: WriteNet, tmp_path: Path, oversample: bool, shape: tuple[int, ...]
) -> None:
    path = write(MEANS[: MEANS.index('layer { name: "ip"')])
    caffe.Net(path, caffe.TEST).save(str(tmp_path / "none.caffemodel"))
    classifier = caffe.Classifier(path, str(tmp_path / "none.caffemodel"), (8, 8))
    images = [np.full((8, 8, 3), value) for value in (0.25, 0.5)]
    predictions = classifier.predict(images, oversample)
    assert (str(predictions.dtype), predictions.shape) == ("float32", shape)
    assert predictions.reshape(2, 3).tolist() == [[0.25] * 3, [0.5] * 3]


def test_a_detector_keeps_its_transformer_and_its_sizes(files: tuple[str, str]) -> None:
    mean = np.ones((3, 6, 6))
    detector = caffe.Detector(*files, mean, 0.5, 255, (2, 1, 0), 1)
    transformer = detector.transformer
    assert isinstance(transformer, caffe.io.Transformer)
    assert transformer.inputs == {"data": (4, 3, 6, 6)}
    assert transformer.mean["data"] is mean
    assert (transformer.input_scale, transformer.raw_scale) == ({"data": 0.5}, {"data": 255})
    assert transformer.channel_swap == {"data": (2, 1, 0)}
    assert detector.crop_dims.tolist() == [6, 6, 3]
    assert detector.context_pad == 1


def test_a_detection_has_a_window_a_prediction_and_a_filename(
    files: tuple[str, str], picture: tuple[str, Any]
) -> None:
    window: Any = np.array([1, 2, 9, 12])
    (found,) = caffe.Detector(*files).detect_windows([(picture[0], [window])])
    assert set(found) == {"window", "prediction", "filename"}
    assert found["window"] is window
    assert (found["prediction"].dtype, found["prediction"].shape) == (np.float32, (2,))


def test_the_mean_of_context_is_in_the_images_scale_and_order(files: tuple[str, str]) -> None:
    mean = 255 * RANDOM.uniform(size=(3, 6, 6))
    detector = caffe.Detector(
        *files, context_pad=1, mean=mean, raw_scale=255, channel_swap=(1, 2, 0), input_scale=0.5
    )
    wanted = mean.transpose(1, 2, 0)[:, :, [2, 0, 1]] / 255
    assert np.allclose(detector.crop_mean, wanted, atol=1e-6)
    crop = detector.crop(np.ones((30, 30, 3), np.float32), (0, 0, 3, 3))
    assert np.allclose(crop[0], wanted[0], atol=1e-6)
    assert np.allclose(crop[:, 0], wanted[:, 0], atol=1e-6)
    assert (crop[1:, 1:] == 1).all()
    # A place that is the mean comes to nothing in the net.
    assert np.allclose(detector.transformer.preprocess("data", wanted), 0, atol=1e-4)


def test_context_without_a_mean_shows_zeros(files: tuple[str, str]) -> None:
    detector = caffe.Detector(*files, context_pad=1)
    assert np.array_equal(detector.crop_mean, np.zeros((6, 6, 3)))
    detector.configure_crop(0)
    im = image(8, 8)
    assert np.array_equal(detector.crop(im, (1, 2, 5, 7)), im[1:5, 2:7])
