"""A package with a layer type and a filler of its own, installed by pip and found by fillerkit."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import fillerkit as fk

PACKAGE = Path(__file__).parent / "package"
NET = """
layer { name: "in" type: "Input" top: "a" top: "b" input_param { shape { dim: [2, 5, 3, 3] } } }
layer { name: "sum" type: "GatedSum" bottom: "a" bottom: "b" top: "sum"
        scale_param { filler { type: "lecun" } } }
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that pip has installed the package into, without the network."""
    site = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    source = tmp_path_factory.mktemp("source")
    for path in PACKAGE.rglob("*"):
        if path.suffix in (".py", ".toml"):
            copy = source / path.relative_to(PACKAGE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    offline = ["--no-deps", "--no-index", "--no-build-isolation", "--target", str(site)]
    subprocess.run([*pip, *offline, str(source)], check=True)
    return site


def _fillerkit(site: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command line with the package installed beside it."""
    path = os.pathsep.join(filter(None, (str(site), os.environ.get("PYTHONPATH"))))
    environment = os.environ | {"PYTHONPATH": path}
    command = [sys.executable, "-c", "from fillerkit.cli import main; main()", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_net_with_its_layer_and_its_filler_fills(site: Path, tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text(NET)
    output = tmp_path / "out.npz"
    done = _fillerkit(site, "init", str(net), "--seed", "1", "-o", str(output))
    assert (done.returncode, done.stderr) == (0, "")
    weight = fk.load(output)["sum"].weight
    assert weight.shape == (5,)
    assert np.all(np.abs(weight) <= np.float32(np.sqrt(3)))


def test_a_caffemodel_has_its_blobs_by_their_names(site: Path, tmp_path: Path) -> None:
    net, model, output = (tmp_path / name for name in ("net.prototxt", "x.caffemodel", "x.npz"))
    net.write_text(NET)
    assert _fillerkit(site, "init", str(net), "-o", str(model)).returncode == 0
    assert _fillerkit(site, "convert", str(model), str(output)).returncode == 0
    assert fk.load(output)["sum"].names == ("weight",)


def test_both_are_listed_and_explain_themselves(site: Path) -> None:
    assert "Adds its bottoms" in _fillerkit(site, "layers").stdout
    assert "LeCun et al. 1998" in _fillerkit(site, "fillers", "lecun").stdout


def test_its_error_has_the_place_in_the_file(site: Path, tmp_path: Path) -> None:
    net = tmp_path / "net.prototxt"
    net.write_text(
        NET.replace('top: "b"', 'top: "b" top: "c"').replace(
            "} } }\nlayer", "} shape { dim: [2, 4, 3, 3] } shape { dim: 1 } } }\nlayer"
        )
    )
    done = _fillerkit(site, "check", str(net))
    assert done.returncode == 1
    assert f"{net}:3:" in done.stdout
    assert "its bottoms differ" in done.stdout


def test_without_the_package_its_layer_is_unknown() -> None:
    with pytest.raises(fk.LayerError, match="GatedSum"):
        fk.load_net(NET)
