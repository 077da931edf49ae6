"""``caffe train``: a solver's file, trained to its end or until a signal stops it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import fillerkit as fk
from fillerkit.pycaffe.proto.caffe_pb2 import SolverParameter
from fillerkit.pycaffe.solver import Solver, solver_of
from fillerkit.pycaffe.training.action import Action, Signals
from fillerkit.pycaffe.training.log import info, use_cpu
from fillerkit.pycaffe.weight_files import check_file
from fillerkit.python_layers.say import say_once


def train(
    solver_file: str,
    snapshot: str | None,
    weights: str | None,
    level: int,
    stages: Sequence[str],
    on_interrupt: Action,
    on_hangup: Action,
) -> None:
    """Train a solver's net.

    Parameters
    ----------
    solver_file
        The solver's prototxt.
    snapshot
        A solver state to go on from, or None.
    weights
        Weight files to start from, with commas between them, or None.
    level, stages
        Of the train net's state. As in Caffe the level takes the place of the texts' own.
    on_interrupt, on_hangup
        What SIGINT and SIGHUP do.
    """
    check_file(solver_file)
    text = fk.read_solver(solver_file, as_caffe=True, level=level, stages=stages)
    if text.param.solver_mode == SolverParameter.GPU and text.param.HasField("solver_mode"):
        say_once("solver_mode: there is no GPU mode; all is computed on the CPU")
    own = text.param.train_state.level
    if own != level:
        say_once(f"the solver's train_state has level {own}; --level={level} holds, as in Caffe")
    use_cpu("caffe.cpp:197")
    if snapshot or weights:
        text.param.ClearField("weights")
        text.param.weights.extend([weights] if weights else [])
    info(f"Initializing solver from parameters: \n{text.param}".rstrip(), "solver.cpp:45")
    for file in text.param.weights:
        info(f"Finetuning from {file}", "solver.cpp:72")
    solver = solver_of(text, {})
    if snapshot:
        info(f"Resuming from {snapshot}", "caffe.cpp:235")
        solver.restore(snapshot)
    info("Starting Optimization", "caffe.cpp:239")
    with _signals(solver, on_interrupt, on_hangup), _bar(solver):
        solver.solve()
    info("Optimization Done.", "caffe.cpp:250")


@contextmanager
def _signals(solver: Solver, on_interrupt: Action, on_hangup: Action) -> Iterator[None]:
    """Let signals ask the training for what they stand for. Windows has no SIGHUP."""
    hangup = getattr(signal, "SIGHUP", None)
    effects = {hangup: on_hangup} if hangup else {}
    signals = Signals({**effects, signal.SIGINT: on_interrupt})
    solver._training.requested = signals.action
    with signals.caught():
        yield


@contextmanager
def _bar(solver: Solver) -> Iterator[None]:
    """Draw a bar where a person sees it; the log goes on above it.

    A long line stays one line, as tools that read the log expect, and what goes to standard output
    goes on to a file if it is one.
    """
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = Console(stderr=True, soft_wrap=True)
    printed = sys.stdout is not None and sys.stdout.isatty()
    with Progress(*columns, console=console, transient=True, redirect_stdout=printed) as bar:
        task = bar.add_task("", total=solver.param.max_iter, completed=solver.iter)
        solver.add_callback(lambda: None, lambda: bar.advance(task))
        yield
