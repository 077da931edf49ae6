"""Layers without bottoms: shapes, and the draws that Caffe makes for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import fillerkit as fk

SetUp = Callable[..., fk.Layer]


CROP, MIRROR = "transform_param { crop_size: 5 }", "transform_param { mirror: true }"
SHAPES = {"t0": (2, 3, 5, 5), "t1": (2,)}


def text(kind: str, body: str = "", tops: int = 1) -> str:
    names = " ".join(f'top: "t{i}"' for i in range(tops))
    return f'layer {{ name: "x" type: "{kind}" {names}\n{body}\n}}'


def shapes(layer: fk.Layer) -> list[tuple[int, ...]]:
    return [shape for _, shape in layer.tops]


def test_an_input_has_the_shapes_of_its_text(set_up: SetUp) -> None:
    body = "input_param { shape { dim: [2, 3] } shape { dim: 4 } }"
    assert shapes(set_up("Input", body=body, tops=2)) == [(2, 3), (4,)]


def test_one_shape_of_an_input_is_that_of_all_tops(set_up: SetUp) -> None:
    body = "input_param { shape { dim: [2, 3] } }"
    assert shapes(set_up("Input", body=body, tops=3)) == [(2, 3)] * 3


def test_an_input_may_be_a_single_value(set_up: SetUp) -> None:
    assert shapes(set_up("Input", body="input_param { shape { } }")) == [()]


def test_an_input_may_hold_nothing(set_up: SetUp) -> None:
    assert shapes(set_up("Input", body="input_param { shape { dim: [0, 3] } }")) == [(0, 3)]


def test_a_number_of_shapes_between_one_and_all_is_refused(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match=r"3 tops: it has 2") as caught:
        set_up("Input", body="input_param { shape { dim: 1 } shape { dim: 2 } }", tops=3)
    assert caught.value.field == "input_param.shape"


def test_an_input_without_a_shape_says_how_to_give_one(set_up: SetUp) -> None:
    with pytest.raises(fk.ShapeNeeded, match=r"shapes=\{'t0': \(N, C, H, W\)\}") as caught:
        set_up("Input")
    assert caught.value.shapes == {"t0": ("N", "C", "H", "W")}


@pytest.mark.parametrize("body", ["", "input_param { shape { dim: 9 } }"])
def test_a_shape_that_is_given_goes_before_an_inputs_own(body: str) -> None:
    net = fk.load_net(text("Input", body), shapes={"t0": (2, 3)})
    assert shapes(net.layers[0]) == [(2, 3)]


def test_a_negative_length_is_refused(set_up: SetUp) -> None:
    with pytest.raises(fk.LayerError, match="negative axis: -1x3"):
        set_up("Input", body="input_param { shape { dim: [-1, 3] } }")


def test_dummy_data_has_the_shapes_of_its_text(set_up: SetUp) -> None:
    body = "dummy_data_param { shape { dim: [2, 3] } shape { dim: 4 } }"
    assert shapes(set_up("DummyData", body=body, tops=2)) == [(2, 3), (4,)]


def test_one_shape_of_dummy_data_is_that_of_all_tops(set_up: SetUp) -> None:
    body = "dummy_data_param { shape { dim: [2, 3] } }"
    assert shapes(set_up("DummyData", body=body, tops=2)) == [(2, 3)] * 2


def test_dummy_data_knows_the_old_form_of_a_shape(set_up: SetUp) -> None:
    body = "dummy_data_param { num: [1, 5] channels: 2 height: 3 width: [4, 6] }"
    assert shapes(set_up("DummyData", body=body, tops=2)) == [(1, 2, 3, 4), (5, 2, 3, 6)]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "3 tops: it has 0"),
        ("shape { dim: 1 } shape { dim: 2 }", "3 tops: it has 2"),
        ("shape { dim: 1 } num: 1 channels: 1 height: 1 width: 1", "both shape and num"),
        ("num: 1 channels: 1 height: 1", "num, channels, height and width"),
        ("num: [1, 2] channels: 1 height: 1 width: 1", "each once"),
        ("shape { dim: 1 } data_filler { } data_filler { }", "one data_filler"),
        ('shape { dim: 1 } data_filler { type: "xaiver" }', "'xaiver'"),
    ],
)
def test_dummy_data_that_caffe_refuses_is_refused(set_up: SetUp, body: str, words: str) -> None:
    with pytest.raises(fk.LayerError, match=words):
        set_up("DummyData", body=f"dummy_data_param {{ {body} }}", tops=3)


def test_dummy_data_of_a_fork_s_filler_has_its_shape_and_a_note() -> None:
    text = """layer { name: "x" type: "DummyData" top: "t" dummy_data_param {
      shape { dim: [2, 3] } data_filler { type: "flowBorderMask" } } }"""
    net = fk.load_net(text)
    assert shapes(net.layers[0]) == [(2, 3)]
    assert any("flowBorderMask" in note and "Hidden-Two-Stream" in note for note in net.notes)


def test_memory_data_has_images_and_a_label_each(set_up: SetUp) -> None:
    body = "memory_data_param { batch_size: 2 channels: 3 height: 5 width: 4 }"
    assert shapes(set_up("MemoryData", body=body, tops=2)) == [(2, 3, 5, 4), (2,)]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "memory_data_param { batch_size: 2 channels: 3 height: 5 }",
        "memory_data_param { width: 0 }",
    ],
)
def test_memory_data_needs_all_four_lengths(set_up: SetUp, body: str) -> None:
    with pytest.raises(fk.LayerError, match="batch_size, channels, height and width"):
        set_up("MemoryData", body=body, tops=2)


def test_memory_data_may_have_what_caffeonspark_says_of_its_source() -> None:
    body = """source_class: "com.yahoo.ml.caffe.LMDB" memory_data_param { source: "file:data"
        batch_size: 64 channels: 1 height: 28 width: 28 share_in_parallel: false }"""
    net = fk.load_net(text("MemoryData", body, tops=2))
    assert shapes(net.layers[0]) == [(64, 1, 28, 28), (64,)]


@pytest.mark.parametrize("tops", [1, 3])
def test_memory_data_has_two_tops(set_up: SetUp, tops: int) -> None:
    body = "memory_data_param { batch_size: 2 channels: 3 height: 5 width: 4 }"
    with pytest.raises(fk.LayerError, match=f"2 tops, not {tops}"):
        set_up("MemoryData", body=body, tops=tops)


def test_memory_data_has_a_top_for_each_of_input_shapes(set_up: SetUp) -> None:
    body = """memory_data_param { input_shapes { dim: [9, 3, 5, 4] } input_shapes { dim: [9, 7] }
        input_shapes { dim: [9, 1] } }"""
    assert shapes(set_up("MemoryData", body=body, tops=3)) == [(9, 3, 5, 4), (9, 7), (9, 1)]
    with pytest.raises(fk.LayerError, match="takes 3 tops, not 2"):
        set_up("MemoryData", body=body, tops=2)


def test_image_data_has_a_place_on_earth_instead_of_a_label() -> None:
    body = "image_data_param { batch_size: 7 new_height: 5 new_width: 4 use_gps: true }"
    net = fk.load_net(text("ImageData", body, tops=3))
    assert shapes(net.layers[0]) == [(7, 3, 5, 4), (7,), (7,)]
    with pytest.raises(fk.LayerError, match="takes 3 tops, not 2"):
        fk.load_net(text("ImageData", body, tops=2))
    with pytest.raises(fk.LayerError, match="takes 1 to 2 tops, not 3"):
        fk.load_net(text("ImageData", body.replace("use_gps: true", ""), tops=3))


@pytest.mark.parametrize("kind", ["Data", "ImageData", "WindowData"])
def test_labels_follow_the_images_given(kind: str) -> None:
    net = fk.load_net(text(kind, tops=2), shapes={"t0": (7, 3, 5, 5)})
    assert shapes(net.layers[0]) == [(7, 3, 5, 5), (7,)]


@pytest.mark.parametrize("kind", ["Data", "ImageData", "WindowData"])
def test_labels_may_be_given_too(kind: str) -> None:
    net = fk.load_net(text(kind, tops=2), shapes={"t0": (7, 3, 5, 5), "t1": (7, 4)})
    assert shapes(net.layers[0])[1] == (7, 4)


def test_data_may_come_without_labels() -> None:
    net = fk.load_net(text("Data"), shapes={"t0": (7, 3, 5, 5)})
    assert shapes(net.layers[0]) == [(7, 3, 5, 5)]


@pytest.mark.parametrize(
    ("kind", "message"), [("Data", "data_param"), ("WindowData", "window_data_param")]
)
def test_a_missing_shape_is_asked_for_with_what_is_known_of_it(
    set_up: SetUp, kind: str, message: str
) -> None:
    body = f'{message} {{ source: "my_lmdb" batch_size: 64 }} transform_param {{ crop_size: 27 }}'
    with pytest.raises(fk.ShapeNeeded, match=r"'my_lmdb': .*'t0': \(64, C, 27, 27\)") as caught:
        set_up(kind, body=body, tops=2)
    assert caught.value.shapes == {"t0": (64, "C", 27, 27)}


@pytest.mark.parametrize(
    ("kind", "body", "shape"),
    [
        (
            "Data",
            'data_param { source: "none" batch_size: 4 } transform_param '
            "{ crop_size: 27 mean_value: 104 mean_value: 117 mean_value: 123 }",
            (4, 3, 27, 27),
        ),
        (
            "Data",
            'data_param { source: "none" batch_size: 4 } '
            "transform_param { crop_size: 27 force_gray: true }",
            (4, 1, 27, 27),
        ),
        (
            "ImageData",
            'image_data_param { source: "none" batch_size: 4 new_height: 30 new_width: 20 }',
            (4, 3, 30, 20),
        ),
        (
            "ImageData",
            'image_data_param { source: "none" batch_size: 4 is_color: false } '
            "transform_param { crop_size: 9 }",
            (4, 1, 9, 9),
        ),
    ],
)
def test_a_shape_that_the_prototxt_settles_is_used_and_said(
    kind: str, body: str, shape: tuple[int, ...]
) -> None:
    net = fk.load_net(text(kind, body, tops=2), phase="TEST")
    assert shapes(net.layers[0]) == [shape, (4,)]
    assert net.notes == (
        f"t0: {'x'.join(map(str, shape))}, from batch_size, crop_size and the like; "
        "its source 'none' is not here",
    )


def test_hdf5_data_needs_a_shape_for_each_top() -> None:
    given = {"t0": (2, 3), "t1": (2, 1)}
    assert shapes(fk.load_net(text("HDF5Data", tops=2), shapes=given).layers[0]) == [(2, 3), (2, 1)]
    with pytest.raises(fk.ShapeNeeded, match=r"'t1': \(N, D\)") as caught:
        fk.load_net(text("HDF5Data", tops=2), shapes={"t0": (2, 3)})
    assert caught.value.shapes == {"t1": ("N", "D")}


# The draws at set-up: behaviour of Caffe 1.0, pinned by its own results for nets with data layers.
@pytest.mark.parametrize(
    ("kind", "body", "phase", "draws"),
    [
        ("Data", "", "TRAIN", 1),
        ("Data", MIRROR, "TRAIN", 3),
        ("Data", MIRROR, "TEST", 3),
        ("Data", CROP, "TRAIN", 3),
        ("Data", CROP, "TEST", 1),
        ("Data", f"{CROP} phase: TEST", "TRAIN", 1),
        ("Data", f"{CROP} phase: TRAIN", "TEST", 3),
        ("Data", "transform_param { mirror: true crop_size: 5 }", "TRAIN", 3),
        ("Data", "transform_param { scale: 2 mean_value: 1 }", "TRAIN", 1),
        ("Data", "data_param { rand_skip: 5 }", "TRAIN", 1),
        ("ImageData", "", "TRAIN", 1),
        ("ImageData", MIRROR, "TEST", 3),
        ("ImageData", CROP, "TRAIN", 3),
        ("ImageData", CROP, "TEST", 1),
        ("ImageData", "image_data_param { shuffle: true }", "TRAIN", 2),
        ("ImageData", "image_data_param { rand_skip: 7 }", "TRAIN", 2),
        ("ImageData", "image_data_param { rand_skip: 0 }", "TRAIN", 1),
        ("ImageData", f"image_data_param {{ shuffle: true rand_skip: 7 }} {MIRROR}", "TRAIN", 5),
        ("MemoryData", "", "TRAIN", 0),
        ("MemoryData", MIRROR, "TEST", 1),
        ("MemoryData", CROP, "TRAIN", 1),
        ("MemoryData", CROP, "TEST", 0),
        ("WindowData", "", "TRAIN", 1),
        ("WindowData", MIRROR, "TEST", 4),
        ("WindowData", CROP, "TRAIN", 4),
        ("WindowData", CROP, "TEST", 2),
        ("HDF5Data", "", "TRAIN", 0),
        ("Input", "", "TRAIN", 0),
        ("DummyData", 'dummy_data_param { data_filler { type: "gaussian" } }', "TRAIN", 0),
    ],
)
def test_a_source_takes_the_draws_that_caffe_takes(
    kind: str, body: str, phase: str, draws: int
) -> None:
    net = fk.load_net(text(kind, body, tops=2), phase=phase, shapes=SHAPES)
    assert net.layers[0].draws == draws


def test_the_draws_of_a_source_come_before_the_weights_after_it() -> None:
    product = """layer { name: "ip" type: "InnerProduct" bottom: "t0" top: "ip"
      inner_product_param { num_output: 20 bias_term: false weight_filler { type: "uniform" } } }"""
    shape = {"t0": (1, 10)}
    plain = fk.load_net(text("Input") + product, shapes=shape).fill(seed=1701)["ip"].weight
    after = fk.load_net(text("Data") + product, shapes=shape).fill(seed=1701)["ip"].weight
    assert (after.ravel()[:-1] == plain.ravel()[1:]).all()


def test_the_draws_of_a_source_come_after_the_weights_before_it() -> None:
    product = """layer {{ name: "{0}" type: "InnerProduct" bottom: "t0" top: "{0}"
      inner_product_param {{ num_output: 2 weight_filler {{ type: "uniform" }} }} }}"""
    net = fk.load_net(
        text("Input")
        + product.format("before")
        + 'layer { name: "late" type: "Data" top: "late" }'
        + product.format("after"),
        shapes={"t0": (1, 10), "late": (1,)},
    )
    alone = fk.load_net(text("Input") + product.format("before"), shapes={"t0": (1, 10)})
    ours, theirs = net.fill(seed=1), alone.fill(seed=1)
    assert (ours["before"].weight == theirs["before"].weight).all()


@pytest.mark.parametrize(
    ("resize", "sides"),
    [
        ("height: 7 width: 9", (7, 9)),
        ("height: 7 width: 9 resize_mode: FIT_LARGE_SIZE_AND_PAD", (7, 9)),
    ],
)
def test_ssds_resize_settles_an_images_sides(resize: str, sides: tuple[int, int]) -> None:
    body = (
        "data_param { batch_size: 2 } transform_param { mean_value: [1, 2, 3] "
        f"resize_param {{ {resize} }} }}"
    )
    net = fk.load_net(text("AnnotatedData", body))
    assert shapes(net.layers[0]) == [(2, 3, *sides)]


@pytest.mark.parametrize("crop", ["crop_h: 7 crop_w: 9", "crop_height: 7 crop_width: 9"])
def test_a_crop_of_two_sides_settles_an_images_sides(crop: str) -> None:
    """SSD's data_transformer.cpp; PSPNet's."""
    body = f"data_param {{ batch_size: 2 }} transform_param {{ mean_value: [1, 2, 3] {crop} }}"
    net = fk.load_net(text("Data", body))
    assert shapes(net.layers[0]) == [(2, 3, 7, 9)]


@pytest.mark.parametrize("field", ["random_resize_param", "random_aspect_ratio_param"])
def test_intels_random_sizes_take_draws_as_a_mirror_does(field: str) -> None:
    """intel/caffe, data_transformer.cpp: InitRand."""
    body = "data_param { batch_size: 2 } transform_param { mean_value: [1, 2, 3] crop_size: 5 "
    plain, drawn, mirrored = (
        fk.load_net(text("Data", f"{body} {more} }}"), phase="TEST").layers[0].draws
        for more in ("", f"{field} {{ }}", "mirror: true")
    )
    assert plain < drawn == mirrored


def test_a_resize_that_fits_the_smaller_side_settles_nothing() -> None:
    body = (
        "data_param { batch_size: 2 } transform_param { mean_value: [1, 2, 3] "
        "resize_param { height: 7 width: 9 resize_mode: FIT_SMALL_SIZE } }"
    )
    with pytest.raises(fk.ShapeNeeded, match=r"'t0': \(2, 3, H, W\)"):
        fk.load_net(text("AnnotatedData", body))


def test_only_a_fork_s_image_data_may_leave_labels_out() -> None:
    """DeBlurNet."""
    body = "image_data_param { batch_size: 2 new_height: 5 new_width: 6 LABEL }"
    net = fk.load_net(text("ImageData", body.replace("LABEL", "label: false")))
    assert shapes(net.layers[0]) == [(2, 3, 5, 6)]
    with pytest.raises(fk.LayerError, match="takes 2 tops, not 1"):
        fk.load_net(text("ImageData", body.replace("LABEL", "")))
