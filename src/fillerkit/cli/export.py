"""``fillerkit export``: a net as ONNX."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import click

import fillerkit as fk
from fillerkit.cli.choice import Choice
from fillerkit.cli.copied import copied
from fillerkit.cli.options import (
    SEED,
    AfterWeights,
    rename_option,
    renames_by_file,
    same_file,
    takes_net,
)
from fillerkit.cli.printing import many, note, say, shown
from fillerkit.errors import some
from fillerkit.filling.transferred import MISMATCHES, Mismatch
from fillerkit.nets.net import seed_or_default
from fillerkit.random import STREAMS


@click.command("export", cls=AfterWeights)
@partial(takes_net, default_phase="TEST")
@click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="The file to write, an .onnx.  [default: the net's name and .onnx]",
)
@click.option(
    "--weights",
    metavar="FILE",
    multiple=True,
    help="A weight file of any format with the layers of the net; repeatable, the last counts.  "
    "[default: the values that the net is filled with]",
)
@rename_option("Take the layer OLD of the --weights file for the net's layer NEW")
@click.option(
    "--on-mismatch",
    type=Choice(MISMATCHES),
    default=MISMATCHES[0],
    show_default=True,
    help="What to do with a layer that no --weights file has, or that has another shape there: "
    "refuse, or as for init.",
)
@click.option("--seed", type=SEED, help="What is filled has it.  [default: the solver's, else 1]")
@click.option(
    "--stream",
    type=Choice(STREAMS),
    default=STREAMS[0],
    show_default=True,
    help="Who seeds the draws of what is filled.",
)
@click.option(
    "--until",
    metavar="BLOB",
    multiple=True,
    help="End the net at a blob, in place of all that no layer takes; repeatable.",
)
@click.option("--opset", type=int, help="The version of ONNX's operators.  [default: 18]")
@click.option(
    "--dynamic-batch",
    is_flag=True,
    help="Let the first axis of inputs and outputs have any length.",
)
def command(
    net: fk.Net,
    output: str | None,
    weights: Sequence[str],
    rename: Sequence[tuple[str, str]],
    on_mismatch: Mismatch,
    seed: int | None,
    stream: str,
    until: Sequence[str],
    opset: int | None,
    dynamic_batch: bool,
) -> None:
    """Write NET as ONNX, with its weights and Caffe's names.

    The graph runs as Caffe runs NET in phase TEST: what data layers would make goes in, blobs that
    no layer takes come out. Needs PyTorch, onnx and onnxscript (pip install 'fillerkit[onnx]').

    \b
    Examples:
      fillerkit export deploy.prototxt --weights net.caffemodel -o net.onnx
      fillerkit export deploy.prototxt --dynamic-batch --opset 20
      fillerkit export ssd.prototxt --until mbox_loc \\
          --until mbox_conf_flatten
    """
    from fillerkit import onnx

    if output is None:
        output = Path("net" if net.file[:1] in "<-" else net.file).with_suffix(".onnx").name
    onnx.check_path(output)
    for taken in (net.file, *weights):
        if same_file(output, taken):
            raise fk.UsageError(f"'{output}' is what is read: give the output another name with -o")
    if rename and not weights:
        raise fk.UsageError("--rename says what to take from a file: give --weights")
    blobs = _blobs(net, weights, rename, on_mismatch, seed, stream)
    asked: dict[str, Any] = {} if opset is None else {"opset": opset}
    done = onnx.export(net, blobs, output, until=until, dynamic_batch=dynamic_batch, **asked)
    if done.untrained:
        tell_untrained(net, done.untrained)
    for file in done.files[1:]:
        note(f"the parameters are in {file}, which {output} needs beside it")
    say(
        f"{output}: {many(done.nodes, 'node')}, opset {done.opset}, phase {net.phase}: "
        f"{_listed(done.inputs)} -> {_listed(done.outputs)}"
    )


def tell_untrained(net: fk.Net, names: Sequence[str]) -> None:
    """Tell of normalisations that start with a variance of 0, with the fillers that help."""
    kinds = sorted({layer.type for layer in net.layers if layer.name in names})
    blobs = ["variance", *["scale_factor"] * ("BatchNorm" in kinds)]
    note(
        f"{many(len(names), ' and '.join(kinds) + ' layer')} ({some(names)}) "
        f"start{'s' * (len(names) == 1)} with a variance of 0, so that values grow "
        "without bound; give --weights of a trained net, or "
        + " ".join(f"--filler '*:{blob}=constant(value=1)'" for blob in blobs)
    )


def _blobs(
    net: fk.Net,
    weights: Sequence[str],
    rename: Sequence[tuple[str, str]],
    on_mismatch: Mismatch,
    seed: int | None,
    stream: str,
) -> fk.Blobs:
    seed = seed_or_default(net, seed)
    if not weights:
        return net.fill(seed, stream=stream)
    plan = copied(
        net, weights, rename=renames_by_file(rename, len(weights)), on_mismatch=on_mismatch
    )
    if plan.filled and on_mismatch == MISMATCHES[0]:
        raise fk.FormatError(
            f"{', '.join(weights)}: no layer {some(plan.filled)}, which the net has: is it the "
            "file of this net? --on-mismatch fill draws what is not there"
        )
    return net.fill(seed, weights=plan, stream=stream)


def _listed(blobs: Iterable[tuple[str, Sequence[Any]]]) -> str:
    return ", ".join(f"{name} {shown(shape)}" for name, shape in blobs)
