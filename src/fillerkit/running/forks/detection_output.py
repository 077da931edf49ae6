"""DetectionOutput: the boxes that SSD finds."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fillerkit.net import Layer
from fillerkit.running.layer_module import LayerModule
from fillerkit.running.registry import runs
from fillerkit.schema.forks_pb2 import (
    DetectionOutputParameter,
    NonMaximumSuppressionParameter,
    PriorBoxParameter,
)

Floats = NDArray[np.float32]


def _cannot(layer: Layer) -> str:
    if len(layer.bottoms) > 3:
        return "its fourth bottom"  # an image to draw on in SSD, objectness in RefineDet
    known = layer.message.detection_output_param.HasField("num_classes")
    return "" if known else "that it has no num_classes"


@runs("DetectionOutput", without=("detection_output_param.visualize",), refuse=_cannot)
def detection_output(layer: LayerModule, moves: Tensor, scores: Tensor, priors: Tensor) -> Tensor:
    """A row for every box found: image, label, score, corners over the image's size (SSD).

    By image, then label, then score. Corners may lie outside the image. If no image has a box,
    each has a row of -1s. Nothing is written to files, which the top does not depend on: a
    save_output_param has no effect. The top has no gradient. Of equal scores, whose order SSD
    leaves open, the box of the first prior is first.
    """
    p = layer.message.detection_output_param
    num, count = len(moves), priors.shape[2] // 4
    sets = 1 if p.share_location else p.num_classes
    # Floats, as SSD's boxes and scores are in a net of doubles too.
    boxes = _decoded(
        p,
        moves.detach().float().reshape(num, count, sets, 4),
        priors[0].detach().float().reshape(2, count, 1, 4),
    )
    corners = boxes.cpu().numpy()
    shares = scores.detach().float().reshape(num, count, p.num_classes).cpu().numpy()
    rows = []
    for image in range(num):
        found = _found(p, corners[image], shares[image])
        rows.append(np.insert(found, 0, image, axis=1))
    every = np.concatenate(rows)
    if not len(every):
        every = np.full((num, 7), -1, np.float32)
        every[:, 0] = range(num)
    return torch.from_numpy(every)[None, None].to(scores)


def _decoded(p: DetectionOutputParameter, moves: Tensor, priors: Tensor) -> Tensor:
    """Corners of boxes, moved from the priors as code_type says."""
    start, variance = priors
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
    """An image's rows without its number, of boxes (prior, label or 1, 4)."""
    rows = [np.empty((0, 6), np.float32)]
    for label in range(p.num_classes):
        if label == p.background_label_id:
            continue
        of_label, score = boxes[:, 0 if p.share_location else label], scores[:, label]
        above = np.flatnonzero(score > p.confidence_threshold) if _bounded(p) else _all(score)
        order = above[np.argsort(-score[above], kind="stable")]
        if p.nms_param.HasField("top_k") and p.nms_param.top_k >= 0:
            order = order[: p.nms_param.top_k]
        kept = order[_apart(p.nms_param, of_label[order])]
        labels = np.full(len(kept), label, np.float32)
        rows.append(np.column_stack([labels, score[kept], of_label[kept]]))
    found = np.concatenate(rows)
    if 0 <= p.keep_top_k < len(found):
        best = np.argsort(-found[:, 1], kind="stable")[: p.keep_top_k]
        found = found[np.sort(best)]
    return found


def _apart(p: NonMaximumSuppressionParameter, boxes: Floats) -> list[int]:
    """The boxes, best first, that no better one kept overlaps by more than nms_threshold.

    With eta below 1 each box kept lowers the threshold, for those after it, while it is over 0.5.
    """
    limit, covered, kept = np.float32(p.nms_threshold), np.zeros(len(boxes), np.float32), []
    for place in range(len(boxes)):
        if covered[place] <= limit:
            kept.append(place)
            rest = slice(place + 1, None)
            covered[rest] = np.maximum(covered[rest], _overlaps(boxes[place], boxes[rest]))
            if p.eta < 1 and limit > 0.5:
                limit *= np.float32(p.eta)
    return kept


def _overlaps(box: Floats, boxes: Floats) -> Floats:
    """What a box shares with others, over what they cover together."""
    sides = np.minimum(box[2:], boxes[:, 2:]) - np.maximum(box[:2], boxes[:, :2])
    shared = sides[:, 0] * sides[:, 1]
    return shared
