"""Where the file is looked for that a filler names."""

from __future__ import annotations

from pathlib import Path

import pytest
from net_texts import INPUT

import fillerkit as fk

NET = INPUT + (
    'layer { name: "theta" type: "InnerProduct" bottom: "data" top: "theta" '
    "inner_product_param { num_output: 2 "
    'bias_filler { type: "file" file: "init/theta.txt" } } }'
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a net in ``nets/``, the working directory."""
    (tmp_path / "nets").mkdir()
    (tmp_path / "nets" / "net.prototxt").write_text(NET)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("place", ["init", "nets/init", "nets"])
def test_it_is_found_from_the_working_directory_or_beside_the_net(place: str, folder: Path) -> None:
    (folder / place).mkdir(exist_ok=True)
    (folder / place / "theta.txt").write_text("7 8")
    net = fk.load_net(folder / "nets" / "net.prototxt")
    assert net.fill(seed=1)["theta"].bias.tolist() == [7, 8]
    assert any("theta/bias: given in '" in note and place in note for note in net.notes)


def test_the_path_as_it_stands_goes_first(folder: Path) -> None:
    for place, text in (("init", "1 2"), ("nets", "3 4")):
        (folder / place).mkdir(exist_ok=True)
        (folder / place / "theta.txt").write_text(text)
    assert fk.load_net("nets/net.prototxt").fill(seed=1)["theta"].bias.tolist() == [1, 2]


@pytest.mark.usefixtures("folder")
def test_a_net_loads_without_it() -> None:
    net = fk.load_net("nets/net.prototxt")
    assert net.layers[1].params[1].shape == (2,)
    assert "theta/bias: values of the file 'init/theta.txt', which is not here" in net.notes
    assert fk.check("nets/net.prototxt").net is not None
