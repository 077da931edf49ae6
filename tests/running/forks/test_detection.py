"""DetectionOutput against SSD's rules in plain loops, and against OpenCV."""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fillerkit as fk

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")
from fillerkit.running import module  # noqa: E402

Run = Callable[..., Any]
PRIORS, CLASSES, IMAGES = 40, 4, 2
FORKS = Path(__file__).parents[2] / "forks" / "forks.tar.xz"
SSD = "nets/chuanqi305__MobileNet-SSD__deploy.prototxt.TEST.prototxt"


def given(
    rng: np.random.Generator, share: bool = True, images: int = IMAGES
) -> tuple[Any, Any, Any]:
    """Random bottoms, of boxes that overlap."""
    center, size = rng.uniform(0.3, 0.7, (PRIORS, 2)), rng.uniform(0.2, 0.6, (PRIORS, 2))
    corners = np.concatenate([center - size / 2, center + size / 2], 1)
    variances = rng.uniform(0.1, 0.3, (PRIORS, 4))
    moves = rng.normal(0, 0.3, (images, PRIORS * (1 if share else CLASSES) * 4))
    scores = rng.uniform(0, 1, (images, PRIORS * CLASSES))
    priors = np.stack([corners.reshape(-1), variances.reshape(-1)])[None]
    return moves.astype("f"), scores.astype("f"), priors.astype("f")


def body(rest: str = "", nms: str = "") -> str:
    return f"detection_output_param {{ num_classes: {CLASSES} nms_param {{ {nms} }} {rest} }}"


def decoded(code: str, move: Any, prior: Any, variance: Any) -> list[float]:
    """A box's corners."""
    left, top, right, bottom = prior
    wide, high = right - left, bottom - top
    a, b, c, d = (m * v for m, v in zip(move, variance, strict=True))
    if code == "CORNER":
        return [left + a, top + b, right + c, bottom + d]
    if code == "CORNER_SIZE":
        return [left + a * wide, top + b * high, right + c * wide, bottom + d * high]
    x, y = (left + right) / 2 + a * wide, (top + bottom) / 2 + b * high
    wide, high = wide * np.exp(c), high * np.exp(d)
    return [x - wide / 2, y - high / 2, x + wide / 2, y + high / 2]


def overlap(a: Any, b: Any) -> float:
    wide = min(a[2], b[2]) - max(a[0], b[0])
    high = min(a[3], b[3]) - max(a[1], b[1])
    if wide <= 0 or high <= 0:
        return 0
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (a, b))
    return float(wide * high / (areas - wide * high))


def slow(
    moves: Any,
    scores: Any,
    priors: Any,
    *,
    share: bool = True,
    code: str = "CORNER",
    encoded: bool = False,
    background: int = 0,
    least: float | None = None,
    threshold: float = 0.3,
    eta: float = 1,
    top: int = -1,
    keep: int = -1,
) -> list[list[float]]:
    """The rows, in plain loops."""
    rows: list[list[float]] = []
    for image in range(len(moves)):
        found: list[list[float]] = []
        for label in range(CLASSES):
            if label == background:
                continue
            candidates = []
            for index in range(PRIORS):
                score = float(scores[image, index * CLASSES + label])
                at = 4 * (index if share else index * CLASSES + label)
                variance = priors[0, 1, 4 * index : 4 * index + 4]
                box = decoded(
                    code,
                    moves[image, at : at + 4],
                    priors[0, 0, 4 * index : 4 * index + 4],
                    np.ones(4) if encoded else variance,
                )
                if least is None or score > least:
                    candidates.append([image, label, score, *box])
            candidates.sort(key=lambda row: -row[2])
            kept: list[list[float]] = []
            limit = threshold
            for row in candidates if top < 0 else candidates[:top]:
                if all(overlap(row[3:], better[3:]) <= limit for better in kept):
                    kept.append(row)
                    if eta < 1 and limit > 0.5:
                        limit *= eta
            found += kept
        if 0 <= keep < len(found):
            found = sorted(found, key=lambda row: -row[2])[:keep]
            found.sort(key=lambda row: (row[1], -row[2]))
        rows += found
    return rows or [[image, *[-1] * 6] for image in range(len(moves))]


def held_against_slow(run: Run, bottoms: Any, text: str, **how: Any) -> Any:
    (found,) = run("DetectionOutput", *bottoms, body=text)
    expected = slow(*bottoms, **how)
    assert found.shape == (1, 1, len(expected), 7)
    np.testing.assert_allclose(found[0, 0], expected, rtol=2e-4, atol=1e-5)
    return found[0, 0]


CODES = ("CORNER", "CENTER_SIZE", "CORNER_SIZE")


@pytest.mark.parametrize(
    ("code", "share", "encoded"), [*product(CODES, (True, False), (True, False))]
)
def test_boxes_are_moved_as_their_code_says(
    run: Run, rng: np.random.Generator, code: str, share: bool, encoded: bool
) -> None:
    flags = f"share_location: {share} variance_encoded_in_target: {encoded}".lower()
    how = {"code": code, "share": share, "encoded": encoded}
    held_against_slow(run, given(rng, share), body(f"code_type: {code} {flags}"), **how)


@pytest.mark.parametrize(
    ("rest", "nms", "how"),
    [
        ("", "", {}),
        ("background_label_id: 2", "", {"background": 2}),
        ("background_label_id: -1", "", {"background": -1}),
        ("confidence_threshold: 0.75", "", {"least": 0.75}),
        ("", "nms_threshold: 0", {"threshold": 0}),
        ("", "nms_threshold: 0.6", {"threshold": 0.6}),
        ("", "nms_threshold: 0.9 eta: 0.9", {"threshold": 0.9, "eta": 0.9}),
        ("", "nms_threshold: 0.9 top_k: 7", {"threshold": 0.9, "top": 7}),
        ("", "top_k: -1", {}),
        ("keep_top_k: 5", "", {"keep": 5}),
        ("keep_top_k: 1000", "", {"keep": 1000}),
        (
            "keep_top_k: 9 confidence_threshold: 0.25",
            "nms_threshold: 0.45 top_k: 20",
            {"keep": 9, "least": 0.25, "threshold": 0.45, "top": 20},
        ),
    ],
)
def test_the_best_boxes_that_lie_apart_are_kept(
    run: Run, rng: np.random.Generator, rest: str, nms: str, how: dict[str, Any]
) -> None:
    held_against_slow(run, given(rng), body(rest, nms), **how)


def test_an_eta_leaves_fewer_boxes(run: Run, rng: np.random.Generator) -> None:
    bottoms, nms = given(rng), "nms_threshold: 0.9"
    (all_of_them,) = run("DetectionOutput", *bottoms, body=body(nms=nms))
    (fewer,) = run("DetectionOutput", *bottoms, body=body(nms=nms + " eta: 0.8"))
    assert fewer.shape[2] < all_of_them.shape[2]


def test_a_score_at_the_threshold_is_not_above_it(run: Run, rng: np.random.Generator) -> None:
    moves, scores, priors = given(rng)
    scores[:] = 0.25
    scores[0, 1] = 0.5
    (found,) = run("DetectionOutput", moves, scores, priors, body=body("confidence_threshold: .25"))
    np.testing.assert_array_equal(found[0, 0, :, :3], [[0, 1, 0.5]])


def test_boxes_of_no_size_and_turned_boxes_overlap_nothing(run: Run) -> None:
    boxes = [[0.1, 0.1, 0.9, 0.9], [0.5, 0.5, 0.5, 0.5], [0.8, 0.8, 0.2, 0.2], [0.1, 0.1, 0.9, 0.9]]
    priors = np.stack([np.array(boxes).reshape(-1), np.ones(16)])[None]
    scores = np.repeat([[0.9, 0.8, 0.7, 0.6]], 2, 0).T.reshape(1, -1)
    text = "detection_output_param { num_classes: 2 nms_param { nms_threshold: 0.1 } }"
    (found,) = run("DetectionOutput", np.zeros((1, 16)), scores, priors, body=text)
    np.testing.assert_allclose(found[0, 0, :, 3:], boxes[:3])


def test_boxes_without_end_are_not_kept_beside_each_other(
    run: Run, rng: np.random.Generator
) -> None:
    """SSD's overlap of two is no number, which is not at most the threshold."""
    moves, scores, priors = given(rng, images=1)
    moves[:] = 1e4
    (found,) = run("DetectionOutput", moves, scores, priors, body=body("code_type: CENTER_SIZE"))
    assert found.shape == (1, 1, CLASSES - 1, 7)


def test_with_no_box_at_all_each_image_has_a_row_of_minus_ones(
    run: Run, rng: np.random.Generator
) -> None:
    found = held_against_slow(run, given(rng), body("confidence_threshold: 1"), least=1)
    np.testing.assert_array_equal(found, [[0, *[-1] * 6], [1, *[-1] * 6]])
    held_against_slow(run, given(rng), body("keep_top_k: 0"), keep=0)
    held_against_slow(run, given(rng), body(nms="top_k: 0"), top=0)


def test_an_image_without_boxes_beside_one_with_boxes_has_no_row(
    run: Run, rng: np.random.Generator
) -> None:
    moves, scores, priors = given(rng)
    scores[0] /= 10
    text = body("confidence_threshold: 0.5")
    found = held_against_slow(run, (moves, scores, priors), text, least=0.5)
    assert set(found[:, 0]) == {1}


def test_what_would_be_saved_does_not_matter(run: Run, rng: np.random.Generator) -> None:
    saved = (
        'save_output_param { output_directory: "nowhere" output_format: "VOC"'
        ' label_map_file: "none" name_size_file: "none" }'
    )
    held_against_slow(run, given(rng), body(saved))
    assert not Path("nowhere").exists()


def test_the_top_has_the_nets_numbers_and_no_gradient(
    build: Callable[..., Any], rng: np.random.Generator
) -> None:
    bottoms = [torch.from_numpy(bottom).double().requires_grad_() for bottom in given(rng)]
    shapes = (tuple(bottom.shape) for bottom in bottoms)
    net = build("DetectionOutput", *shapes, body=body(), dtype="float64")
    top = net({f"b{i}": bottom for i, bottom in enumerate(bottoms)})["t0"]
    assert top.dtype == torch.float64
    assert not top.requires_grad


@pytest.mark.parametrize(
    ("bottoms", "text", "why"),
    [
        (3, body("visualize: true"), "its detection_output_param.visualize"),
        (4, body(), "its fourth bottom"),
        (5, body("objectness_score: 0.01"), "its fourth bottom"),
        (3, "", "that it has no num_classes"),
    ],
)
def test_what_it_cannot_do_is_refused(
    build: Callable[..., Any], bottoms: int, text: str, why: str
) -> None:
    shapes = [(1, 160), (1, 160), (1, 2, 160), (1, 80), (1, 160)]
    with pytest.raises(fk.UsageError, match=f"DetectionOutput 'x': {why}$"):
        build("DetectionOutput", *shapes[:bottoms], body=text)


def test_bottoms_that_are_not_of_the_same_priors_are_an_error(run: Run) -> None:
    with pytest.raises(RuntimeError, match="shape") as caught:
        run(
            "DetectionOutput",
            np.zeros((1, 160)),
            np.zeros((1, 80)),
            np.zeros((1, 2, 160)),
            body=body(),
        )
    assert "in layer 'x' (DetectionOutput" in caught.value.__notes__[0]


def test_mobilenet_ssd_finds_what_opencv_finds(tmp_path: Path) -> None:
    """In an order of its own: by score over all labels."""
    cv2: Any = pytest.importorskip("cv2", reason="OpenCV is not installed")
    with tarfile.open(FORKS) as archive:
        member = archive.extractfile(SSD)
        assert member is not None
        (tmp_path / "net.prototxt").write_bytes(member.read())
    sure = {"*mbox_conf": "gaussian(std=0.1)"}  # of something: scores reach the threshold of 0.25
    fillers = {"*": "msra", "*:bias": "uniform(min=-0.1,max=0.1)", **sure}
    net = fk.load_net(tmp_path / "net.prototxt", phase="TEST", fillers=fillers)
    blobs = net.fill(seed=1701)
    for of_layer in blobs.values():
        if of_layer.names == ("mean", "variance", "scale_factor"):
            of_layer[1][...] = of_layer[2][...] = 1
    weights = tmp_path / "net.caffemodel"
    blobs.save(weights)
    theirs = cv2.dnn.readNetFromCaffe(str(tmp_path / "net.prototxt"), str(weights))
    weights.unlink()
    image = np.random.default_rng(3).normal(0, 1, (1, 3, 300, 300)).astype(np.float32)
    theirs.setInput(image)
    expected = theirs.forward("detection_out")[0, 0]
    with torch.no_grad():
        found = module(net, blobs)(torch.from_numpy(image))["detection_out"][0, 0].numpy()
    assert found.shape == expected.shape
    expected = expected[np.lexsort((-expected[:, 2], expected[:, 1]))]
    np.testing.assert_allclose(found, expected, atol=1e-4)
