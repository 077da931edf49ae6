"""Laws that every net keeps when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import fillerkit as fk
from fillerkit.layers import layer_types

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")
from fillerkit.running import module, operations  # noqa: E402
from fillerkit.torch import state_dict  # noqa: E402

NETS = Path(__file__).parents[1] / "conformance" / "nets"
# What these do not run: a share of values to drop that is more than all.
REFUSED = {"bad_dropout_ratio"}


def nets() -> list[tuple[str, str, fk.Net]]:
    found = []
    for path in sorted(NETS.glob("*.prototxt")):
        for phase in ("TRAIN", "TEST"):
            try:
                found.append((path.stem, phase, fk.load_net(path, phase=phase)))
            except fk.FillerkitError:
                continue
    return found


CASES = nets()


def inputs_of(running: Any) -> dict[str, Any]:
    """Zeros and ones: they are labels, indices and images alike."""
    generator = torch.Generator().manual_seed(1)
    shapes = {name: shape for layer in running.net.layers for name, shape in layer.tops}
    return {name: torch.randint(0, 2, shapes[name], generator=generator) for name in running.inputs}


@pytest.mark.parametrize("start", range(0, len(CASES), 40))
def test_every_blob_has_the_shape_that_was_worked_out(start: int) -> None:
    wrong = []
    for name, phase, net in CASES[start : start + 40]:
        if name in REFUSED:
            continue
        running = module(net, net.fill(seed=1))
        for layer, _, tops in running.steps(inputs_of(running)):
            planned = [shape for _, shape in layer.layer.tops]
            found = [tuple(top.shape) for top in tops]
            if layer.layer.type == "Filter":  # how many items pass is known only now
                found = [shape[1:] for shape in found]
                planned = [shape[1:] for shape in planned]
            if found != planned[: len(found)] or len(found) < len(layer.message.top):
                wrong.append((name, phase, layer.layer.name, found, planned))
    assert wrong == []


def test_all_layer_types_of_caffe_run_but_sources_and_hdf5_output() -> None:
    caffes = [kind for kind in layer_types if ".forks." not in kind.plan.__module__]
    missing = [kind.name for kind in caffes if not kind.source and not operations.get(kind.name)]
    assert missing == ["HDF5Output"]


@pytest.mark.parametrize("start", range(0, len(CASES), 80))
def test_a_state_dict_is_the_one_of_the_blobs(start: int) -> None:
    for name, _, net in CASES[start : start + 80]:
        if name in REFUSED:
            continue
        blobs = net.fill(seed=1)
        expected, found = state_dict(blobs), module(net, blobs).state_dict()
        assert found.keys() == expected.keys(), name
        assert all(torch.equal(found[key], expected[key]) for key in expected), name
