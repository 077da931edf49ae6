"""The flags of the ``caffe`` command, read as gflags reads them, and what each action does."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import click

import fillerkit as fk
from fillerkit.printable import printable
from fillerkit.pycaffe.command.score import score
from fillerkit.pycaffe.command.timing import time_layers
from fillerkit.pycaffe.command.train import train
from fillerkit.pycaffe.training.action import Action
from fillerkit.pycaffe.training.log import LEVEL
from fillerkit.python_layers.say import OURS, say_once

Command = Callable[..., Any]


def _flag(name: str, **settings: Any) -> Callable[[Command], Command]:
    """A flag that takes one dash or two."""
    return click.option(f"-{name}", f"--{name}", name, **settings)


_EFFECT = click.Choice([action.value for action in Action])


@click.command(context_settings={"help_option_names": ["-h", "-help", "--help"]})
@click.argument(
    "action", metavar="ACTION", type=click.Choice(["train", "test", "time", "device_query"])
)
@_flag("solver", metavar="FILE", help="The solver's prototxt (train).")
@_flag("model", metavar="FILE", help="The net's prototxt (test, time).")
@_flag("weights", metavar="FILES", help="Weight files to start from, or to test; with commas.")
@_flag("snapshot", metavar="FILE", help="A .solverstate to go on from (train).")
@_flag("iterations", type=int, help="How many batches to run (test, time).  [default: 50]")
@_flag(
    "phase", type=click.Choice(["TRAIN", "TEST"]), help="The net's phase (time).  [default: TRAIN]"
)
@_flag("level", type=int, default=0, help="The level of the net's state.  [default: 0]")
@_flag("stage", default="", metavar="NAMES", help="Stages of the net's state; with commas.")
@_flag("sigint_effect", type=_EFFECT, default="stop", show_default=True, help="What Ctrl-C does.")
@_flag(
    "sighup_effect", type=_EFFECT, default="snapshot", show_default=True, help="What SIGHUP does."
)
@_flag("gpu", metavar="IDS", help="Accepted: all is computed on the CPU.")
def command(action: str, **flags: Any) -> None:
    """Train, test or time a net as Caffe's own command does, with the lines of its log.

    ACTION is train, test, time or device_query.

    \b
    Examples:
      caffe train --solver=solver.prototxt
      caffe train --solver=solver.prototxt --snapshot=lenet_iter_500.solverstate
      caffe test --model=train_val.prototxt --weights=lenet_iter_500.caffemodel
      caffe time --model=train_val.prototxt --iterations=10
    """
    flags["stages"] = [name for name in flags.pop("stage").split(",") if name]
    if flags.pop("gpu"):
        say_once("--gpu: there is no GPU mode; all is computed on the CPU, as one device")
    _ACTIONS[action](**flags)


def run(arguments: Sequence[str]) -> None:
    """Run the command; an error is one line."""
    try:
        command(_without_glog(arguments), prog_name=f"python -m {OURS} caffe")
    except fk.ShapeNeeded as error:
        place = f"{error.place}: " if error.place else ""
        shapes = [
            f"--shape {top}={','.join(map(str, shape))}" for top, shape in error.shapes.items()
        ]
        _end(
            f"{place}{error.told(lambda _: ' '.join(shapes))}, before the word caffe. A layer that "
            "reads data needs the data too: put it there (paths start from the working directory)"
        )
    except fk.FillerkitError as error:  # printable, of one line or several
        _end(str(error))
    except RuntimeError as error:
        _end(printable(str(error)))


def _end(message: str) -> NoReturn:
    sys.stderr.write(f"{OURS}: {message}\n")
    sys.exit(1)


def _without_glog(arguments: Sequence[str]) -> list[str]:
    """The arguments without the flags of Caffe's log; of those, minloglevel is acted upon."""
    kept = []
    for argument in arguments:
        found = re.fullmatch(r"--?(\w+)(?:=(.*))?", argument)
        name, value = found.groups() if found else ("", "")
        if name == "minloglevel" and value:
            os.environ[LEVEL] = value
        elif name in ("logtostderr", "alsologtostderr", "colorlogtostderr", "log_dir", "v"):
            say_once(f"--{name} is not acted upon: the log goes to standard error")
        else:
            kept.append(argument)
    return kept


def _needed(action: str, **files: str | None) -> None:
    for name, file in files.items():
        if not file:
            raise click.UsageError(f"{action} needs --{name}=FILE")


def _train(solver: str, snapshot: str | None, weights: str | None, **flags: Any) -> None:
    _needed("train", solver=solver)
    if snapshot and weights:
        raise click.UsageError("--snapshot or --weights: a snapshot has weights of its own")
    if flags["iterations"] is not None:
        say_once("--iterations is for test and time; train goes on up to the solver's max_iter")
    effects = [Action(flags[name]) for name in ("sigint_effect", "sighup_effect")]
    train(solver, snapshot, weights, flags["level"], flags["stages"], *effects)


def _test(model: str, weights: str, iterations: int | None, **flags: Any) -> None:
    _needed("test", model=model, weights=weights)
    score(model, weights, _count(iterations), flags["level"], flags["stages"])


def _time(model: str, iterations: int | None, phase: str | None, **flags: Any) -> None:
    _needed("time", model=model)
    time_layers(model, phase or "TRAIN", _count(iterations), flags["level"], flags["stages"])


def _device_query(**flags: Any) -> None:
    raise fk.UsageError("device_query: there is no GPU mode, so there is no device to ask")


def _count(iterations: int | None) -> int:
    if iterations is not None and iterations < 1:
        raise click.UsageError(f"--iterations={iterations}: it is a number of batches, at least 1")
    return iterations or 50


_ACTIONS: dict[str, Command] = {
    "train": _train,
    "test": _test,
    "time": _time,
    "device_query": _device_query,
}
