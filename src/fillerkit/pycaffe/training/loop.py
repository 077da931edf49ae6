"""The loop of a training: passes, tests, updates and snapshots in Caffe's order."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import cached_property

import numpy as np

import fillerkit as fk
from fillerkit.pycaffe.net import Net
from fillerkit.pycaffe.training.action import Action
from fillerkit.pycaffe.training.gradients import Learned, clip, learned, normalise, regularise
from fillerkit.pycaffe.training.log import info
from fillerkit.pycaffe.training.rates import learning_rate
from fillerkit.pycaffe.training.reports import SmoothedLoss, score_lines, scores
from fillerkit.pycaffe.training.settings import check_prefix, check_trained
from fillerkit.pycaffe.training.snapshots import check_history, weights_of, write_snapshot
from fillerkit.pycaffe.training.solver_state import read_state
from fillerkit.pycaffe.training.updates import RULES, Work
from fillerkit.python_layers.blob import Floats

Callback = Callable[[], object]


class Training:
    """The training of a solver's net, and where it stands.

    Parameters
    ----------
    text
        The solver. Its message is read anew in each iteration: a script may change it.
    kind
        The type of solver, one of `RULES`.
    net, test_nets
        What is trained, and what its parameters are tested in.
    """

    def __init__(self, text: fk.SolverText, kind: str, net: Net, test_nets: Sequence[Net]) -> None:
        self._text = text
        self._param = text.param
        self._kind = kind
        self._net = net
        self._test_nets = test_nets
        self._step_of_rate = 0
        self._stopped = False
        self._displayed = 0
        self._loss = SmoothedLoss(self._param.average_loss, 0)
        self.iteration = 0
        self.callbacks: list[tuple[Callback, Callback]] = []
        self.requested: Callable[[], Action] = lambda: Action.NONE
        """Asked after each iteration, and before each batch of a test."""

    # What is learned, and what is kept of each.

    @cached_property
    def _params(self) -> list[Learned]:
        return learned(self._net._state)

    @cached_property
    def _history(self) -> list[Floats]:
        shapes = [each.blob.shape for each in self._params] * RULES[self._kind].histories
        return [np.zeros(shape, np.float32) for shape in shapes]

    @cached_property
    def _free(self) -> Floats:
        return np.empty(max((each.blob.count for each in self._params), default=0), np.float32)

    # What a script calls.

    def rate(self) -> np.float32:
        """The learning rate now; under ``multistep``, asking for it may go down a step."""
        check_trained(self._text)
        before = self._step_of_rate
        value, self._step_of_rate = learning_rate(self._param, self.iteration, before)
        if self._param.lr_policy == "multistep" and self._step_of_rate > before:
            line = f"Iteration {self.iteration}, step = {self._step_of_rate}"
            info(f"MultiStep Status: {line}", "sgd_solver.cpp:50")
        return value

    def step(self, iterations: int) -> None:
        """Train for a number of iterations."""
        check_trained(self._text)
        if self._param.snapshot:
            check_prefix(self._param)
        end = self.iteration + iterations
        self._loss = SmoothedLoss(self._param.average_loss, self.iteration)
        self._since = time.monotonic()
        while self.iteration < end and not self._iterate():
            pass

    def solve(self, resume_file: str | None) -> None:
        """Train up to ``max_iter``, with the last snapshot and the last test."""
        info(f"Solving {self._net._state.net.name}", "solver.cpp:289")
        info(f"Learning Rate Policy: {self._param.lr_policy}", "solver.cpp:290")
        if self._param.snapshot_after_train:
            check_prefix(self._param)
        self._stopped = False
        if resume_file is not None:
            info(f"Restoring previous solver status from {resume_file}", "solver.cpp:296")
            self.restore(resume_file)
        self.step(self._param.max_iter - self.iteration)
        if self._param.snapshot_after_train and not (
            self._param.snapshot and self.iteration % self._param.snapshot == 0
        ):
            self.snapshot()
        if self._stopped:
            info("Optimization stopped early.", "solver.cpp:311")
            return
        if self._due(self._param.display):
            self._loss.add(self._forward(), self.iteration)
            info(f"Iteration {self.iteration}, loss = {self._loss.value:g}", "solver.cpp:327")
        if self._due(self._param.test_interval):
            self._test_all()
        info("Optimization Done.", "solver.cpp:332")

    def apply_update(self) -> None:
        """Change the parameters by what the gradients say, and count one iteration more."""
        rate = self.rate()
        if self._due(self._param.display):
            info(f"Iteration {self.iteration}, lr = {rate:g}", "sgd_solver.cpp:112")
        self._clip()
        count = len(self._params)
        for index, param in enumerate(self._params):
            diff, free = param.diff, self._free[: param.blob.count]
            normalise(diff, self._param.iter_size)
            regularise(param, diff, free, self._param)
            history = [each.reshape(-1) for each in self._history[index::count]]
            local = rate * param.lr_mult
            RULES[self._kind].update(Work(diff, history, free, local, self._param, self.iteration))
            param.data[...] -= diff
        self.iteration += 1

    def snapshot(self) -> None:
        """Write the weights and the solver's state."""
        check_prefix(self._param)
        write_snapshot(self._param, self._net, self.iteration, self._step_of_rate, self._history)

    def restore(self, file: str) -> None:
        """Go on from a solver state, with the weights that were written with it."""
        state = read_state(file)
        check_history(file, state.history, self._history, self._kind)
        weights = weights_of(state, file)
        if weights:
            self._net.copy_from(weights)
        info("SGDSolver: restoring history", "sgd_solver.cpp:336")
        for ours, theirs in zip(self._history, state.history, strict=True):
            ours[...] = theirs.reshape(ours.shape)
        self.iteration, self._step_of_rate = state.iteration, state.step

    # The parts of an iteration.

    def _iterate(self) -> bool:
        """One iteration; whether somebody wants to stop."""
        self._net.clear_param_diffs()
        if self._due(self._param.test_interval) and (
            self.iteration > 0 or self._param.test_initialization
        ):
            self._test_all()
            if self._stopped:
                return True
        for on_start, _ in self.callbacks:
            on_start()
        loss = np.float32(0)
        for _ in range(self._param.iter_size):
            loss += self._forward()
            self._net._backward(len(self._net.layers) - 1, 0)
        self._loss.add(loss / np.float32(self._param.iter_size), self.iteration)
        if self._due(self._param.display):
            self._display()
        for _, on_gradients_ready in self.callbacks:
            on_gradients_ready()
        self.apply_update()
        action = self.requested()
        if action is Action.SNAPSHOT or self._due(self._param.snapshot):
            self.snapshot()
        if action is Action.STOP:
            self._stopped = True  # until solve: as in Caffe, no step tests any more
        return action is Action.STOP

    def _due(self, interval: int) -> bool:
        return bool(interval) and self.iteration % interval == 0

    def _forward(self) -> np.float32:
        return np.float32(self._net._forward(0, len(self._net.layers) - 1))

    def _clip(self) -> None:
        most = self._param.clip_gradients
        clipped = clip(self._params, most)
        if clipped is not None:
            info(
                f"Gradient clipping: scaling down gradients (L2 norm {clipped.norm:g} > {most:g}) "
                f"by scale factor {clipped.factor:g}",
                "sgd_solver.cpp:99",
            )

    def _display(self) -> None:
        """Tell the loss and the outputs of the pass that has just run."""
        now = time.monotonic()
        seconds = np.float32(int((now - self._since) * 1000) / 1000)
        rate = (self.iteration - self._displayed) / (seconds or np.float32(1))
        self._since, self._displayed = now, self.iteration
        info(
            f"Iteration {self.iteration} ({rate:g} iter/s, {seconds:g}s/{self._param.display} "
            f"iters), loss = {self._loss.value:g}",
            "solver.cpp:239",
        )
        for index, line in enumerate(score_lines(self._net, scores(self._net))):
            info(f"    Train net output #{index}: {line}", "solver.cpp:258")

    def _test_all(self) -> None:
        for index in range(len(self._test_nets)):
            if not self._stopped:
                self._test(index)

    def _test(self, index: int) -> None:
        """Run one test net with the parameters as they are now, and tell what comes out."""
        info(f"Iteration {self.iteration}, Testing net (#{index})", "solver.cpp:347")
        net, batches = self._test_nets[index], self._param.test_iter[index]
        net.share_with(self._net)
        total, loss = np.zeros(0, np.float32), np.float32(0)
        for batch in range(batches):
            if self._wants_to_stop():
                info("Test interrupted.", "solver.cpp:396")
                return
            loss += np.float32(net._forward(0, len(net.layers) - 1))
            total = total + scores(net) if batch else scores(net)
        if self._param.test_compute_loss:
            info(f"Test loss: {loss / np.float32(batches):g}", "solver.cpp:401")
        for number, line in enumerate(score_lines(net, total / np.float32(batches))):
            info(f"    Test net output #{number}: {line}", "solver.cpp:414")

    def _wants_to_stop(self) -> bool:
        """Do what is asked for between the batches of a test."""
        while (action := self.requested()) is not Action.NONE:
            if action is Action.SNAPSHOT:
                self.snapshot()
            else:
                self._stopped = True
        return self._stopped
