"""VideoData of C3D, video-caffe, TSN and SSD: which one a text means."""

from __future__ import annotations

import pytest

import fillerkit as fk


def _source(body: str, **shapes: tuple[int, ...]) -> fk.Layer:
    text = f'layer {{ name: "x" type: "VideoData" top: "data" top: "label" {body} }}'
    return fk.load_net(text, shapes=shapes).layers[0]


CLIPS = "batch_size: 4 new_length: 16 new_height: 128 new_width: 171"


def test_c3d_cuts_clips_and_draws_for_shuffling_and_mirroring() -> None:
    layer = _source(
        f"video_data_param {{ {CLIPS} shuffle: true use_image: true }} "
        "transform_param { crop_size: 112 mirror: true }"
    )
    assert layer.tops == (("data", (4, 3, 16, 112, 112)), ("label", (4,)))
    assert layer.draws == 4


def test_c3d_may_have_several_labels_a_clip() -> None:
    body = f"video_data_param {{ {CLIPS} use_multiple_label: true num_of_labels: 7 }}"
    assert _source(body).tops[1] == ("label", (4, 7))


def test_c3d_asks_for_the_length_that_it_has_no_default_for() -> None:
    body = "video_data_param { batch_size: 4 use_image: true } transform_param { crop_size: 8 }"
    with pytest.raises(fk.ShapeNeeded, match=r"'data': \(4, 3, L, 8, 8\)"):
        _source(body)


def test_video_caffe_has_grey_clips_of_one_frame() -> None:
    body = "video_data_param { new_height: 12 new_width: 17 is_color: false rand_skip: 3 }"
    layer = _source(body)
    assert layer.tops == (("data", (1, 1, 1, 12, 17)), ("label", (1,)))
    assert layer.draws == 2


def test_fields_that_all_have_are_read_as_clips_and_it_is_said() -> None:
    text = (
        f'layer {{ name: "x" type: "VideoData" top: "d" top: "l" video_data_param {{ {CLIPS} }} }}'
    )
    net = fk.load_net(text)
    assert net.layers[0].tops[0] == ("d", (4, 3, 16, 128, 171))
    assert any("TSN's would have a modality" in note for note in net.notes)
    assert not fk.load_net(text, shapes={"d": (4, 10, 128, 171)}).notes


@pytest.mark.parametrize(("modality", "channels"), [("RGB", 18), ("FLOW", 12)])
def test_tsn_has_the_channels_of_all_frames(modality: str, channels: int) -> None:
    body = (
        f"video_data_param {{ batch_size: 4 new_length: 2 num_segments: 3 modality: {modality} }} "
        "transform_param { crop_size: 8 }"
    )
    assert _source(body).tops == (("data", (4, channels, 8, 8)), ("label", (4,)))


def test_ssd_has_single_frames_in_the_batch_of_data_param() -> None:
    body = "video_data_param { video_type: WEBCAM } data_param { batch_size: 2 }"
    with pytest.raises(fk.ShapeNeeded, match=r"'data': \(2, 3, H, W\)"):
        _source(body)
