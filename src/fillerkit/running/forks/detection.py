"""DetectionOutput: the boxes that SSD finds."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fillerkit.layers.net_layer import Layer
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs
from fillerkit.schema.forks_pb2 import DetectionOutputParameter, PriorBoxParameter

Floats = NDArray[np.float32]
Indices = NDArray[np.intp]


def _cannot(layer: Layer) -> str:
    if len(layer.bottoms) > 3:
        return "its fourth bottom"  # an image to draw on in SSD, objectness in RefineDet
    given = layer.message.detection_output_param.HasField("num_classes")
    return "" if given else "that it has no num_classes"


@runs(
    "DetectionOutput",
    without=("detection_output_param.visualize",),
    refuse=_cannot,
    untraced="it works in NumPy, and values decide how many rows its top has",
)
@torch.no_grad()
def detection_output(layer: LayerModule, moves: Tensor, scores: Tensor, priors: Tensor) -> Tensor:
    """A row for every box found: image, label, score and corners over the image's size (SSD).

    In the order of images, labels, scores; of equal scores, which SSD puts in any order, the first
    prior's. Corners may lie outside the image. Where no image has a box, each has a row of -1s.
    What save_output_param would write to files is not written; the top does not depend on it.
    """
    p = layer.message.detection_output_param
    num, count = len(scores), priors.shape[2] // 4
    # Floats, as boxes and scores are in SSD's nets of doubles too.
    boxes = _decoded(
        p,
        moves.float().reshape(num, count, 1 if p.share_location else p.num_classes, 4),
        priors[0].float().reshape(2, count, 1, 4),
    )
    by_label = scores.float().reshape(num, count, p.num_classes)
    images = zip(boxes.numpy(force=True), by_label.numpy(force=True), strict=True)
    rows = [np.insert(_found(p, *image), 0, number, axis=1) for number, image in enumerate(images)]
    found = torch.from_numpy(np.concatenate(rows)).to(scores)
    if not len(found):
        found = scores.new_full((num, 7), -1)
        found[:, 0] = torch.arange(num)
    return found[None, None]


def _decoded(p: DetectionOutputParameter, moves: Tensor, priors: Tensor) -> Tensor:
    """Corners of boxes, moved from the priors as code_type says."""
    start, variance = priors.unbind()
    if not p.variance_encoded_in_target:
        moves = moves * variance
    low, high = start.chunk(2, -1)
    size = high - low
    if p.code_type == PriorBoxParameter.CORNER:
        return start + moves
    if p.code_type == PriorBoxParameter.CORNER_SIZE:
        return start + moves * torch.cat([size, size], -1)
    center = (low + high) / 2 + moves[..., :2] * size
    half = moves[..., 2:].exp() * size / 2
    return torch.cat([center - half, center + half], -1)


def _found(p: DetectionOutputParameter, boxes: Floats, scores: Floats) -> Floats:
    """An image's rows, but for its number: the best keep_top_k of what its labels keep."""
    rows = [np.empty((0, 6), np.float32)]
    for label in range(p.num_classes):
        if label != p.background_label_id:
            corners, of_label = boxes[:, 0 if p.share_location else label], scores[:, label]
            kept = _kept(p, corners, of_label)
            labels = np.full(len(kept), label, np.float32)
            rows.append(np.column_stack([labels, of_label[kept], corners[kept]]))
    found = np.concatenate(rows)
    if 0 <= p.keep_top_k < len(found):
        best = np.argsort(-found[:, 1], kind="stable")[: p.keep_top_k]
        found = found[np.sort(best)]
    return found


def _kept(p: DetectionOutputParameter, boxes: Floats, scores: Floats) -> Indices:
    """Which boxes a label keeps, best first: none that a better one overlaps too much.

    With eta below 1 each box that is kept lowers nms_threshold for the next while it is over 0.5.
    """
    nms = p.nms_param
    least = p.confidence_threshold if p.HasField("confidence_threshold") else -np.inf
    above = np.flatnonzero(scores > least)
    order = above[np.argsort(-scores[above], kind="stable")]
    if nms.HasField("top_k") and nms.top_k >= 0:
        order = order[: nms.top_k]
    corners, limit = boxes[order].T.copy(), np.float32(nms.nms_threshold)
    overlap = np.zeros(len(order), np.float32)  # the most that each has with one kept so far
    kept = []
    for place in range(len(order)):
        if overlap[place] <= limit:
            kept.append(place)
            after = overlap[place + 1 :]
            np.maximum(after, _overlaps(corners[:, place:]), out=after)
            if nms.eta < 1 and limit > 0.5:
                limit *= np.float32(nms.eta)
    return order[kept]


@np.errstate(all="ignore")  # boxes without end overlap as no number, and are not kept
def _overlaps(corners: Floats) -> Floats:
    """What the first box has in common with each other, over what the two cover together."""
    left, top, right, bottom = corners
    sizes = (right - left) * (bottom - top)
    wide = np.minimum(right[0], right[1:]) - np.maximum(left[0], left[1:])
    high = np.minimum(bottom[0], bottom[1:]) - np.maximum(top[0], top[1:])
    common = wide * high
    share = common / (sizes[0] + sizes[1:] - common)
    return np.where((wide > 0) & (high > 0), share, np.float32(0))
