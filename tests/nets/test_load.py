"""A net from a file or a text, of one phase, and a layer alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from net_texts import INPUT, PRODUCT, layer

import fillerkit as fk


def test_a_net_of_either_phase_is_asked_for_in_any_letters() -> None:
    for phase in ("TEST", "test", "Test"):
        assert fk.load_net(INPUT, phase=phase).phase == "TEST"


def test_another_phase_is_refused() -> None:
    with pytest.raises(fk.UsageError, match="TRAIN or TEST, not 'both'"):
        fk.load_net(INPUT, phase="both")


def test_level_and_stages_choose_layers() -> None:
    text = INPUT + layer("r", "data > r", rest='include { min_level: 2 stage: "s" }')
    assert len(fk.load_net(text).layers) == 1
    net = fk.load_net(text, level=2, stages=["s"])
    assert len(net.layers) == 2
    assert (net.level, net.stages) == (2, ("s",))


def test_a_net_knows_its_file_and_its_digest(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text(INPUT)
    net = fk.load_net(path)
    assert net.file == str(path)
    assert net.sha256 == fk.load_net(INPUT).sha256


def test_a_solver_gives_seed_and_notes() -> None:
    net = fk.load_net(f"net_param {{ {INPUT} }} random_seed: 7\n")
    assert net.random_seed == 7
    assert len(net.notes) == 1


def test_a_text_is_read_once_and_loaded_with_any_shapes(tmp_path: Path) -> None:
    file = tmp_path / "net.prototxt"
    file.write_text(INPUT + PRODUCT.replace("BLOBS", ""))
    text = fk.read_net(file, phase="TEST")
    file.unlink()
    nets = [fk.load_net(text, shapes={"data": (n, 6)}) for n in (1, 2)]
    assert [net.layers[1].tops for net in nets] == [(("ip", (1, 1)),), (("ip", (2, 1)),)]
    assert {(net.file, net.phase) for net in nets} == {(str(file), "TEST")}
    with pytest.raises(fk.UsageError, match="are for read_net"):
        fk.load_net(text, phase="TRAIN")


def test_a_layer_alone_is_planned_with_other_bottoms() -> None:
    text = fk.read_net(INPUT + PRODUCT.replace("BLOBS", "") + layer("r", "ip > r"))
    planned = fk.plan_layer(text, 1, [(5, 7)])
    assert (planned.tops, planned.params[0].shape) == ((("ip", (5, 1)),), (1, 7))
    with pytest.raises(fk.LayerError, match="<text>:2:1: layer 'ip'"):
        fk.plan_layer(text, 1, [()])


@pytest.mark.parametrize(
    ("index", "bottoms", "message"),
    [(2, [], "no layer 2"), (-1, [], "no layer -1"), (1, [], "has 1 bottoms, not 0")],
)
def test_a_layer_that_is_not_there_or_fits_not_is_not_planned(
    index: int, bottoms: list[tuple[int, ...]], message: str
) -> None:
    text = fk.read_net(INPUT + PRODUCT.replace("BLOBS", ""))
    with pytest.raises(fk.UsageError, match=message):
        fk.plan_layer(text, index, bottoms)
    assert fk.plan_layer(text, 0, []).tops == (("data", (2, 6)),)


def test_unknown_fields_are_passed_over_when_asked_and_listed() -> None:
    text = 'name: "x"\nnonsense: 3\nlayer { name: "r" type: "Input" top: "d" zzz { a: 1 } }\n'
    with pytest.raises(fk.PrototxtError, match="nonsense"):
        fk.load_net(text)
    net = fk.load_net(text, allow_unknown_fields=True, shapes={"d": (1,)})
    assert [note for note in net.notes if "skipped" in note] == [
        "line 2: NetParameter.nonsense is skipped",
        "line 3: LayerParameter.zzz is skipped",
    ]


def test_a_text_that_is_read_first_loads_as_its_path_does() -> None:
    text = """layer { name: "d" type: "Input" top: "d" input_param { shape { dim: [2, 3] } } }
        layer { name: "c" type: "InnerProduct" bottom: "d" top: "c"
                inner_product_param { num_output: 3 } }
        layer { name: "a" type: "PairFastLoss" bottom: "d" top: "a" pair_fast_param { size: 3 } }"""
    assert fk.load_net(fk.read_net(text)).notes == fk.load_net(text).notes
    inner = f"net_param {{ {text} }} random_seed: 3"
    assert fk.load_net(fk.read_solver(inner).train).count == 12
    with pytest.raises(fk.PrototxtError, match="pair_fast_param"):
        fk.read_net(text, strict_layers=True)


def test_a_net_has_the_text_that_it_was_read_from(tmp_path: Path) -> None:
    text = INPUT + "\n" + layer("r", "data > r")
    (tmp_path / "net.prototxt").write_text(text)
    for net in (fk.load_net(text), fk.load_net(tmp_path / "net.prototxt")):
        assert net.text == text
        assert net.text.splitlines()[net.layers[-1].line - 1].startswith("layer")
