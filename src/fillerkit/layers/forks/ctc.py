"""Connectionist temporal classification (CTC): losses, decoders, accuracy."""

from __future__ import annotations

from collections.abc import Sequence

from fillerkit.errors import LayerError
from fillerkit.layers.plan import Plan, Shape
from fillerkit.layers.registry import layer
from fillerkit.layers.shapes import shown
from fillerkit.schema.forks_pb2 import LayerParameter


@layer("CTCLoss", bottoms=(2, 4), loss=True)
def ctc_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The CTC loss of probabilities, T x N x C, against label sequences (ChWick, TextBoxes++).

    Bottoms: probabilities and labels, with indicators of the sequences or with both lengths
    between them.
    """
    _probabilities(bottoms[0])
    return Plan(tops=[()])


@layer("WarpCTCLoss", bottoms=(2, 4), loss=True)
def warp_ctc_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The CTC loss by Baidu's warp-ctc (caffe_ocr); bottoms as for CTCLoss."""
    _probabilities(bottoms[0])
    return Plan(tops=[()])


@layer("CtcLoss", bottoms=2, loss=True)
def crnn_ctc_loss(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The CTC loss by Baidu's warp-ctc (crnn.caffe, CC4.0): T x N x C against N x length."""
    streams = _probabilities(bottoms[0])[1]
    if bottoms[1][:1] != (streams,):
        raise LayerError(
            f"bottom 1 must have a sequence of labels for each of {streams} streams, "
            f"not {shown(bottoms[1])}"
        )
    return Plan(tops=[()])


@layer("CTCGreedyDecoder", bottoms=(1, 3), tops=(1, 3), reads_out=True)
def ctc_greedy_decoder(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The likeliest label sequences, their scores, and with labels the accuracy (ChWick).

    Bottoms: probabilities, T x N x C, indicators of the sequences, and labels.
    """
    steps, streams = _probabilities(bottoms[0])[:2]
    scores, accuracy = (streams, 1, 1, 1), (1, 1, 1, 1)
    more = (
        [scores] if len(bottoms) < 3 else [accuracy] if len(layer.top) == 2 else [scores, accuracy]
    )
    return Plan(tops=[(streams, steps, 1, 1), *more])


@layer("LabelsequenceAccuracy", bottoms=2, reads_out=True)
def labelsequence_accuracy(layer: LayerParameter, bottoms: Sequence[Shape]) -> Plan:
    """The share of label sequences that are right from first to last (crnn.caffe, CC4.0)."""
    return Plan(tops=[()])


def _probabilities(shape: Shape) -> Shape:
    """`shape`, which has to be time steps x streams x classes."""
    if len(shape) < 3:
        raise LayerError(f"bottom 0 must be time steps x streams x classes, not {shown(shape)}")
    return shape
