"""Netron, which shows a file in a browser, finds every blob of ours in it, value by value."""

from __future__ import annotations

import json
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import client_runs
import numpy as np
import pytest

import fillerkit as fk

pytest.importorskip("torch", reason="PyTorch is not installed")

import client_nets

NETS = Path(__file__).parent / "nets"


def folder_of(package: str) -> Path | None:
    """Where a package is installed, or None."""
    found = find_spec(package)
    return Path(found.origin).parent if found and found.origin else None


def node_js() -> Path | str | None:
    """What runs Netron's code: Node.js on the PATH, or that of Playwright, which drives pages."""
    playwright = folder_of("playwright")
    return shutil.which("node") or (playwright / "driver" / "node" if playwright else None)


NETRON, NODE = folder_of("netron"), node_js()
pytestmark = pytest.mark.skipif(
    NETRON is None or NODE is None, reason="Netron or Node.js is not installed"
)


def filled(net: str) -> fk.Blobs:
    """Blobs each of which has values of its own."""
    return client_nets.filled(fk.load_net(NETS / f"{net}.prototxt"), np.random.default_rng(1))


def shown(file: Path) -> dict[str, bytes]:
    """Each layer's blobs as Netron's page has them, by ``layer/index``."""
    assert NETRON is not None and NODE is not None
    script = client_runs.SCRIPTS / "run_netron.mjs"
    subprocess.run([NODE, script, NETRON, file, file.parent], check=True)
    index = json.loads((file.parent / "index.json").read_text())
    values = np.fromfile(file.parent / "values", "<f4")
    parts = np.split(values, np.cumsum(list(index.values()))[:-1])
    return {name: part.tobytes() for name, part in zip(index, parts, strict=True)}


@pytest.mark.parametrize("net", ["activations", "convolutions", "names", "nameless", "shared"])
def test_it_shows_the_blobs_of_a_caffemodel_by_layer(net: str, tmp_path: Path) -> None:
    blobs = filled(net)
    blobs.save(tmp_path / "net.caffemodel")
    assert shown(tmp_path / "net.caffemodel") == {
        f"{layer}/{index}": array.tobytes()
        for layer, arrays in blobs.items()
        for index, array in enumerate(arrays)
    }


@pytest.mark.parametrize("suffix", [".npz", ".pt", ".safetensors"])
def test_it_shows_the_blobs_of_other_formats(suffix: str, tmp_path: Path) -> None:
    blobs = filled("names")
    names = "torch" if suffix == ".safetensors" else None
    blobs.save(tmp_path / f"net{suffix}", names=names)
    found = sorted(shown(tmp_path / f"net{suffix}").values())
    assert found == sorted(array.tobytes() for *_, array, _ in blobs.owned())
