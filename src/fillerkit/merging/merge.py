"""A net without BatchNorm: its text, and the weights with which it gives the same outputs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Unpack

from fillerkit.blobs.blobs import Blobs
from fillerkit.errors import FormatError, Keyword, PrototxtError, UsageError, some
from fillerkit.filling.transfer import transfer
from fillerkit.filling.transferred import Transfer, Weights
from fillerkit.formats.stored import Array
from fillerkit.layers.net_layer import owner
from fillerkit.merging import sums
from fillerkit.merging.affine import KINDS
from fillerkit.merging.folds import Fold, Left, Placed, find
from fillerkit.nets.asked import Asked, read
from fillerkit.nets.builder import build
from fillerkit.nets.load import load_net
from fillerkit.nets.net import Net
from fillerkit.prototxt import Field, NetText
from fillerkit.prototxt.edits import Edits
from fillerkit.prototxt.solver import is_solver
from fillerkit.prototxt.text import parse


@dataclass(frozen=True)
class Merged:
    """A net with layers folded into those before them.

    Attributes
    ----------
    text : str
        The prototxt; bytes that are not UTF-8 are surrogates in it.
    net : Net
        What it says.
    blobs : Blobs
        Its weights.
    folded : tuple of (str, str)
        Each layer that is gone, and the one that does its work.
    left : tuple of Left
        Layers that stay, and why.
    notes : tuple of str
        What else a person should be told.
    """

    text: str = field(repr=False)
    net: Net
    blobs: Blobs
    folded: tuple[tuple[str, str], ...]
    left: tuple[Left, ...]
    notes: tuple[str, ...]


def merge_bn(
    path_or_text: str | os.PathLike[str], weights: Weights, **asked: Unpack[Asked]
) -> Merged:
    """Fold BatchNorm, BN, Scale and Bias into the Convolution or InnerProduct before them.

    Parameters
    ----------
    path_or_text
        The net, as for `load_net`; only the layers that go, the tops that take their place and a
        ``bias_term: false`` that is no longer true are changed in its text.
    weights
        Its weights: a file of any format, or blobs.
    **asked
        The keywords of `load_net`, but fillers; the phase is TEST unless given.

    Returns
    -------
    Merged
        Its outputs are those of the net, up to rounding.

    Raises
    ------
    PrototxtError
        The text is not a net, or has nothing that can be folded.
    FormatError
        The weights cannot be read, or are not those of the net.
    UsageError
        The text is a solver, or an argument makes no sense.
    """
    if asked.get("fillers"):
        raise UsageError(Keyword("fillers"), " has no meaning here: all weights are in the file")
    asked["phase"] = asked.get("phase") or "TEST"
    text, choices = read(path_or_text, **asked)
    _check_no_solver(path_or_text, text)
    net = build(text, choices)
    plan = transfer(
        net,
        weights,
        on_mismatch="fill",  # which is refused, but in words that fit here
        encoding=asked.get("encoding"),
        proto=asked.get("proto"),
    )
    _check_complete(plan)
    fields = {id(message): place for message, place in text.layers}
    placed = [Placed(layer, fields[id(layer.message)]) for layer in net.layers]
    here = {id(layer.message) for layer in net.layers}
    others = [each for each in (*text.left_out, *text.layers) if id(each[0]) not in here]
    folds, left = find(net, placed, others, choices.setting, lambda at: _blobs(net, plan, at))
    if not folds:
        reasons = "; ".join(map(str, left[:3])) or f"it has no {', '.join(KINDS)}"
        reasons += f"; and {len(left) - 3:,} more" if len(left) > 3 else ""
        raise PrototxtError(f"{text.source.name}: nothing can be folded: {reasons}")
    new_text = _edited(text, placed, folds)
    new = _reread(new_text, net, folds, asked)
    return Merged(
        new_text,
        new,
        _new_blobs(net, new, plan, folds),
        tuple(
            (net.layers[at].name, net.layers[fold.at].name)
            for fold in folds
            for at, _ in fold.steps
        ),
        tuple(left),
        (*net.notes, *plan.notes, *_notes(net, plan, folds)),
    )


def _check_no_solver(path_or_text: str | os.PathLike[str], text: NetText) -> None:
    name = text.source.name
    followed = name != "<text>" and Path(name) != Path(path_or_text)
    if followed or is_solver(parse(text.source)):
        raise UsageError(f"'{name if not followed else path_or_text}' is a solver: give its net")


def _check_complete(plan: Transfer) -> None:
    if plan.misfits:
        first = plan.misfits[0]
        raise FormatError(
            f"{first.file}: layer '{first.layer}' does not fit: {first.why}; is it the file of "
            "this net?"
        )
    if plan.filled:
        file = plan.files[0] if plan.files else "the given blobs"
        raise FormatError(
            f"{file}: has no layer {some(plan.filled)}, and all weights of the net are needed: is "
            "it the file of this net?"
        )


def _blobs(net: Net, plan: Transfer, at: int) -> list[Array]:
    """The trained values of a layer; what is shared is one memory."""
    found = []
    for index, param in enumerate(net.layers[at].params):
        values = plan.source(owner(net.layers, (at, index)))
        assert values is not None
        found.append(values.reshape(param.shape))
    return found


def _edited(text: NetText, placed: Sequence[Placed], folds: Sequence[Fold]) -> str:
    edits = Edits(text.source.text)
    for fold in folds:
        target, place = placed[fold.at]
        for at, _ in fold.steps:
            edits.remove(placed[at].field)
        top, new = place.find("top"), placed[fold.last].field.find("top")
        assert top is not None
        assert new is not None
        if target.message.top[0] != placed[fold.last].layer.message.top[0]:
            edits.set(top, text.source.text[new.value_offset : new.end])
        if len(target.params) == 1 and sums.makes_bias([step for _, step in fold.steps]):
            for said in _bias_terms(place, sums.KINDS[target.type].message):
                edits.set(said, "true")
    return str(edits)


def _bias_terms(layer: Field, message: str) -> Iterator[Field]:
    """Where a layer says whether it has a bias."""
    for block in layer.fields:
        if block.name == message:
            yield from (each for each in block.fields if each.name == "bias_term")


def _reread(text: str, net: Net, folds: Sequence[Fold], asked: Asked) -> Net:
    """The net of the new text; no data is looked at again."""
    gone = {net.layers[at].name for fold in folds for at, _ in fold.steps}
    given = {name: shape for layer in net.layers if not layer.bottoms for name, shape in layer.tops}
    asked["shapes"] = given | dict(asked.get("shapes") or {})
    asked["types"] = {k: v for k, v in (asked.get("types") or {}).items() if k not in gone}
    return load_net(text, **asked)


def _new_blobs(net: Net, new: Net, plan: Transfer, folds: Sequence[Fold]) -> Blobs:
    gone = {at for fold in folds for at, _ in fold.steps}
    by_target = {fold.at: [step for _, step in fold.steps] for fold in folds}
    kept = [at for at in range(len(net.layers)) if at not in gone]
    arrays = {}
    for at, layer in zip(kept, new.layers, strict=True):
        blobs = _blobs(net, plan, at)
        steps = by_target.get(at)
        if blobs:
            arrays[layer.key] = sums.folded(net.layers[at], blobs, steps) if steps else blobs
    return Blobs.of(new, arrays)


def _notes(net: Net, plan: Transfer, folds: Sequence[Fold]) -> Iterator[str]:
    of_layers: dict[str, list[str]] = {}
    for fold in folds:
        for at, step in fold.steps:
            of_layers.setdefault(step.note, []).append(net.layers[at].name)
    of_layers.pop("", None)
    yield from (f"{some(names)}: {note}" for note, names in of_layers.items())
    if plan.ignored:
        file = plan.files[0] if plan.files else "the given blobs"
        yield f"{file}: left {some(plan.ignored)}, which the net has not"
