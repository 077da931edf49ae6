"""``fillerkit init``: fill a net and write its weights."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

import fillerkit as fk
from fillerkit.cli.choice import Choice
from fillerkit.cli.copied import copied
from fillerkit.cli.options import (
    SEED,
    AfterWeights,
    input_option,
    names_option,
    rename_option,
    renames_by_file,
    same_file,
    takes_net,
)
from fillerkit.cli.printing import many, note, say, tell
from fillerkit.cli.progress import LARGE
from fillerkit.cli.sharded import check_options
from fillerkit.cli.written import write, write_adapted, write_shards
from fillerkit.fillers.distributions import DTYPES
from fillerkit.filling.transferred import MISMATCHES, Mismatch
from fillerkit.formats import FORMATS, format_to_write
from fillerkit.random import BOOSTS, BOOSTS_TOLD, STREAMS, kernel_path, processors


@click.command("init", cls=AfterWeights)
@takes_net
@click.option(
    "-o",
    "--output",
    metavar="OUT",
    help="The file to write; its suffix chooses the format: .npz, .caffemodel, .h5, .safetensors "
    "or .pt.  [default: the net's file name with .npz, in the working directory]",
)
@click.option(
    "--seed",
    type=SEED,
    help="The random_seed that Caffe would be given.  [default: the solver's, else a fresh one]",
)
@click.option(
    "--dtype",
    type=Choice(DTYPES),
    default="float32",
    show_default=True,
    help="The type of the net that is imitated and of the values written.",
)
@click.option(
    "--boost",
    type=Choice(BOOSTS, BOOSTS_TOLD),
    default=BOOSTS[-1],
    show_default=True,
    help=f"The Boost that the imitated Caffe was built with: {BOOSTS_TOLD}. It decides how "
    "gaussians are made (gaussian, msra).",
)
@click.option(
    "--stream",
    type=Choice(STREAMS),
    default=STREAMS[0],
    show_default=True,
    help="Who seeds the draws: caffe has one engine, and Caffe's bits; sharded has one for each "
    "tile of each blob, and other bits.",
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    help="Threads that make the values, which do not depend on it; with --shards, processes.  "
    "[default: one for each processor]",
)
@click.option(
    "--draws",
    metavar="FILE",
    help="Write a map of the draws there too, as JSON: with it fillerkit.Net.fill_slice makes any "
    "slice of these values alone.",
)
@click.option(
    "--format",
    type=Choice(FORMATS),
    help="The format of the file.  [default: as its suffix says]",
)
@names_option
@click.option(
    "--shards",
    type=click.IntRange(min=1),
    metavar="N",
    help="Write a folder of N .safetensors with whole blobs and an index, each by a process or a "
    "worker of its own; -o is then a folder, or an address like s3://bucket/folder.",
)
@click.option(
    "--dask",
    metavar="ADDRESS",
    help="The scheduler of Dask whose workers write the shards.  [default: processes of this "
    "machine, as many as --jobs says]",
)
@click.option(
    "--resume",
    is_flag=True,
    help="Go on with a folder of shards whose writing was cut short: what is whole stays.",
)
@click.option(
    "--weights",
    metavar="FILE",
    multiple=True,
    help="A weight file of any format whose layers are copied over those of the same names, for "
    "fine-tuning; repeatable, the last counts.",
)
@rename_option("Copy the layer OLD of the --weights file to the net's layer NEW")
@click.option(
    "--on-mismatch",
    type=Choice(MISMATCHES),
    default=MISMATCHES[0],
    show_default=True,
    help="What to do with a layer that has another shape in a --weights file: refuse, fill it, "
    "copy its values in their order where there are as many, or copy the part that both have.",
)
@click.option(
    "--copy",
    metavar="PATTERN",
    multiple=True,
    help="Copy only layers whose names fit, as in 'conv*'; '!fc8' takes out; repeatable.",
)
@click.option(
    "--adapt",
    metavar="METHOD",
    multiple=True,
    help="Send a batch through the filled net, and change layers by what comes out: lsuv (if "
    "unsure) gives each layer's output a variance of 1, data-dependent each channel's, pca or "
    "k-means make the first layer's filters, balance scales layers against one another, "
    "batch-norm sets the statistics of normalisations; repeatable, or with commas. Needs PyTorch.",
)
@input_option("The batch of --adapt")
@click.option(
    "--batch",
    type=click.IntRange(min=1),
    help="How many items --adapt looks at; fewer take less time.  [default: 32, fewer for a net "
    "that takes long, or as the net says where a layer fixes it]",
)
@click.option(
    "--adapt-copied",
    is_flag=True,
    help="Let --adapt change layers too that --weights brought.",
)
@click.option(
    "--tolerance",
    type=float,
    help="How far from 1 --adapt lsuv may leave the variance of a layer, and --adapt balance the "
    "largest pace over the smallest.  [default: 0.02]",
)
@click.option(
    "--tries",
    type=click.IntRange(min=1),
    help="How often --adapt lsuv and --adapt balance scale a layer at most.  [default: 10]",
)
@click.option("--verbose", is_flag=True, help="Tell of each layer where its weights come from.")
def command(
    net: fk.Net,
    output: str | None,
    seed: int | None,
    dtype: str,
    boost: str,
    stream: str,
    jobs: int | None,
    draws: str | None,
    format: str | None,
    names: str | None,
    shards: int | None,
    dask: str | None,
    resume: bool,
    weights: Sequence[str],
    rename: Sequence[tuple[str, str]],
    on_mismatch: Mismatch,
    copy: Sequence[str],
    adapt: Sequence[str],
    inputs: str | dict[str, str] | None,
    batch: int | None,
    adapt_copied: bool,
    tolerance: float | None,
    tries: int | None,
    verbose: bool,
) -> None:
    """Fill the weights of NET and write them to a file.

    NET is a prototxt of a net or of a solver (then its train net is filled, with its random_seed),
    or - for standard input. The values are those that Caffe 1.0 starts from with the same seed.

    \b
    Examples:
      fillerkit init deploy.prototxt -o weights.npz --seed 1701
      fillerkit init train_val.prototxt --phase train --shape data=64,3,227,227
      fillerkit init solver.prototxt
      fillerkit init deploy.prototxt --filler '*=xavier' --filler 'conv*=msra'
      fillerkit init train_val.prototxt --weights bvlc.caffemodel \\
          --on-mismatch fill
      fillerkit init deploy.prototxt --adapt lsuv --input images/
      fillerkit init deploy.prototxt -o folder --shards 4 \\
          --dask tcp://10.0.0.1:8786
    """
    if output == "-":
        raise fk.UsageError(
            "weights cannot go to standard output: a file is completed by going back in it; give "
            "-o a file name"
        )
    if shards is None and (dask or resume):
        raise fk.UsageError("--dask and --resume are for a folder of shards: say --shards too")
    if shards is not None:
        check_options(output, format, names, weights, jobs, dask)
    path = output or _default_output(net, format, shards is not None)
    if shards is None:
        format_to_write(path, format, names)
    for taken in (net.file, *weights):
        if same_file(path, taken):
            raise fk.UsageError(f"'{path}' is what is read: give the output another name with -o")
        if draws and same_file(draws, taken):
            raise fk.UsageError(f"'{draws}' is what is read: give --draws another name")
    if draws and Path(draws).absolute() == Path(path).absolute():
        raise fk.UsageError(f"'{path}' is for the weights: give --draws another name")
    if draws and stream != STREAMS[0]:
        raise fk.UsageError("--draws is for Caffe's stream: slices of sharded need no map")
    looked_at = {
        "inputs": inputs or None,
        "batch": batch,
        "copied": adapt_copied or None,
        "tolerance": tolerance,
        "tries": tries,
    }
    given = {name: value for name, value in looked_at.items() if value is not None}
    if given and not adapt:
        raise fk.UsageError(
            "--input, --batch, --adapt-copied, --tolerance and --tries are for --adapt: give "
            "--adapt METHOD too"
        )
    if adapt and (draws or shards is not None):
        raise fk.UsageError(
            "--adapt changes what is drawn, with all of the net in memory: it goes without --draws "
            "and --shards"
        )
    transfer = None
    if weights:
        transfer = copied(
            net,
            weights,
            rename=renames_by_file(rename, len(weights)),
            on_mismatch=on_mismatch,
            layers=copy,
        )
        tell(map(str, transfer.moves if verbose else ()))
    elif rename or copy:
        raise fk.UsageError("--rename and --copy say what to take from a file: give --weights")
    if net.count > LARGE and kernel_path() == "numpy":
        note(
            "the kernels in C are not built here, so NumPy makes the values: the same bits, six to "
            "forty times slower"
        )
    if jobs is not None and jobs > (there := processors()):
        note(f"{jobs} jobs on {there} processor{'s' * (there != 1)}: no faster than {there}")
    asked: dict[str, Any] = {
        "seed": seed,
        "dtype": dtype,
        "boost": boost,
        "stream": stream,
        "jobs": jobs,
    }
    file: dict[str, Any] = {"weights": transfer, "format": format, "names": names}
    if adapt:
        written = write_adapted(net, path, ",".join(adapt), given, **asked, **file)
    elif shards is not None:
        written = write_shards(net, path, shards=shards, address=dask, resume=resume, **asked)
    else:
        written = write(net, path, **asked, **file)
    origin = written.origin
    if draws:
        drawn = written.draws or net.map_draws(origin["seed"], dtype, boost=boost, jobs=jobs)
        drawn.save(draws)
    blobs = sum(param.owner is None for layer in net.layers for param in layer.params)
    say(
        f"{path}: {net.count:,} parameters in {blobs} blobs, {dtype}, "
        f"phase {net.phase}, seed {origin['seed']}"
        + (" (fresh)" if written.fresh else "")
        + ("" if boost == BOOSTS[-1] else f", Boost {boost}")
        + ("" if stream == STREAMS[0] else f", stream {stream}")
        + ("" if shards is None else f", {many(shards, 'shard')}")
        + (f", adapted ({', '.join(origin['adapted']['methods'])})" if adapt else "")
    )


def _default_output(net: fk.Net, format: str | None, is_folder: bool) -> str:
    if net.file.startswith("<"):
        raise fk.UsageError("a net from standard input has no file name: say where with -o OUT")
    return Path(net.file).stem + ("" if is_folder else FORMATS[format or "npz"][0])
