"""``fillerkit init``."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fillerkit as fk

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_it_writes_the_weights_and_says_what_they_are(run: Run, folder: Path) -> None:
    done = run("init", "net.prototxt", "--seed", 1701, "-o", "weights.npz")
    assert (done.returncode, done.stderr) == (0, "")
    (line,) = done.stdout.splitlines()
    for word in ("weights.npz", "28 parameters", "2 blobs", "float32", "phase TRAIN", "seed 1701"):
        assert word in line
    blobs = fk.load(folder / "weights.npz")
    expected = fk.load_net(folder / "net.prototxt").fill(seed=1701)
    assert (blobs["ip"].weight == expected["ip"].weight).all()


def test_the_file_is_named_like_the_net_unless_said(run: Run, folder: Path) -> None:
    (folder / "there").mkdir()
    (folder / "there" / "lenet.prototxt").write_text((folder / "net.prototxt").read_text())
    done = run("init", "there/lenet.prototxt", "--seed", 1)
    assert done.returncode == 0
    assert (folder / "lenet.npz").is_file()
    assert done.stdout.startswith("lenet.npz: ")


def test_the_same_command_writes_the_same_bytes(run: Run, folder: Path) -> None:
    for name in ("a.npz", "b.npz"):
        run("init", "net.prototxt", "--seed", 7, "-o", name)
    assert (folder / "a.npz").read_bytes() == (folder / "b.npz").read_bytes()


def test_a_fresh_seed_is_told_so_that_the_weights_can_be_made_again(run: Run, folder: Path) -> None:
    done = run("init", "net.prototxt", "-o", "a.npz")
    found = re.search(r"seed (\d+) \(fresh\)", done.stdout)
    assert found is not None
    run("init", "net.prototxt", "-o", "b.npz", "--seed", found[1])
    assert (folder / "a.npz").read_bytes() == (folder / "b.npz").read_bytes()


def test_a_seed_that_is_given_is_not_called_fresh(run: Run) -> None:
    assert "fresh" not in run("init", "net.prototxt", "--seed", 0).stdout


@pytest.mark.parametrize("seed", ["-1", "4294967296", "one", "1.5", ""])
def test_a_seed_out_of_range_is_a_mistake_in_use(run: Run, folder: Path, seed: str) -> None:
    done = run("init", "net.prototxt", "--seed", seed)
    assert done.returncode == 2
    assert "--seed" in done.stderr
    assert not list(folder.glob("*.npz"))


def test_the_largest_seed_is_a_seed(run: Run) -> None:
    assert "seed 4294967295" in run("init", "net.prototxt", "--seed", 2**32 - 1).stdout


def test_a_solver_gives_net_and_seed(run: Run, folder: Path) -> None:
    (folder / "solver.prototxt").write_text('net: "net.prototxt"\nrandom_seed: 42\n')
    done = run("init", "solver.prototxt")
    assert done.returncode == 0
    assert "seed 42" in done.stdout
    assert "fresh" not in done.stdout
    assert "note: net: net.prototxt" in done.stderr
    assert (folder / "net.npz").is_file()


def test_a_seed_on_the_command_line_goes_before_the_solvers(run: Run, folder: Path) -> None:
    (folder / "solver.prototxt").write_text('net: "net.prototxt"\nrandom_seed: 42\n')
    assert "seed 5" in run("init", "solver.prototxt", "--seed", 5).stdout


@pytest.mark.parametrize(("dtype", "name"), [("float32", "<f4"), ("float64", "<f8")])
def test_the_type_is_the_one_asked_for(run: Run, folder: Path, dtype: str, name: str) -> None:
    done = run("init", "net.prototxt", "--seed", 1, "--dtype", dtype)
    assert dtype in done.stdout
    assert fk.load(folder / "net.npz")["ip"].weight.dtype.str == name


def test_another_type_is_a_mistake_in_use(run: Run) -> None:
    done = run("init", "net.prototxt", "--dtype", "float16")
    assert done.returncode == 2
    assert "float32" in done.stderr


def test_an_older_boost_makes_other_gaussians_and_the_same_uniforms(run: Run, folder: Path) -> None:
    for boost in ("1.55", "1.58", "1.64"):
        arguments = ["--phase", "test", "--seed", "1", "--boost", boost, "-o", f"{boost}.npz"]
        assert run("init", "net.prototxt", *arguments).returncode == 0
    old, new = fk.load(folder / "1.55.npz"), fk.load(folder / "1.64.npz")
    assert (old["ip"].weight == new["ip"].weight).all()
    assert (old["out"].weight != new["out"].weight).any()


def test_another_boost_is_a_mistake_in_use(run: Run) -> None:
    done = run("init", "net.prototxt", "--boost", "1.60")
    assert done.returncode == 2
    assert "1.58" in done.stderr


def test_the_phase_chooses_layers(run: Run, folder: Path) -> None:
    done = run("init", "net.prototxt", "--phase", "test", "--seed", 1)
    assert "phase TEST" in done.stdout
    assert list(fk.load(folder / "net.npz")) == ["ip", "out"]


def test_level_and_stages_choose_layers(run: Run, folder: Path) -> None:
    text = (folder / "net.prototxt").read_text()
    rule = 'include { min_level: 2 stage: "a" stage: "b" }'
    (folder / "net.prototxt").write_text(text.replace("include { phase: TEST }", rule))
    run("init", "net.prototxt", "--level", 2, "--stage", "a", "--stage", "b", "--seed", 1)
    assert list(fk.load(folder / "net.npz")) == ["ip", "out"]


@pytest.mark.parametrize("shape", ["data=5,7", "data=5x7"])
def test_a_shape_may_be_given(run: Run, folder: Path, shape: str) -> None:
    assert run("init", "net.prototxt", "--shape", shape, "--seed", 1).returncode == 0
    assert fk.load(folder / "net.npz")["ip"].weight.shape == (4, 7)


@pytest.mark.parametrize("shape", ["data", "data=", "=1,2", "data=1,,2", "data=1,-2", "data=a"])
def test_a_shape_that_is_none_is_a_mistake_in_use(run: Run, shape: str) -> None:
    done = run("init", "net.prototxt", "--shape", shape)
    assert done.returncode == 2
    assert "NAME=D,D,..." in done.stderr


def test_a_shape_for_an_unknown_blob_is_a_mistake_in_use(run: Run) -> None:
    done = run("init", "net.prototxt", "--shape", "dta=1,2")
    assert done.returncode == 2
    assert "'dta'" in done.stderr


def test_a_missing_shape_says_which_option_gives_it(run: Run, folder: Path) -> None:
    (folder / "d.prototxt").write_text('layer { name: "d" type: "Data" top: "data" }')
    done = run("init", "d.prototxt")
    assert done.returncode == 1
    assert "--shape data=" in done.stderr


def test_standard_output_is_refused_with_the_reason(run: Run, folder: Path) -> None:
    done = run("init", "net.prototxt", "-o", "-")
    assert done.returncode == 2
    assert done.stdout == ""
    assert "standard output" in done.stderr
    assert "-o" in done.stderr
    assert not (folder / "-").exists()


def test_a_net_may_come_from_standard_input(run: Run, folder: Path) -> None:
    text = (folder / "net.prototxt").read_text()
    assert run("init", "-", "-o", "a.npz", "--seed", 1, stdin=text).returncode == 0
    run("init", "net.prototxt", "-o", "b.npz", "--seed", 1)
    a, b = fk.load(folder / "a.npz"), fk.load(folder / "b.npz")
    assert (a["ip"].weight == b["ip"].weight).all()


def test_a_net_from_standard_input_needs_a_name_for_its_weights(run: Run, folder: Path) -> None:
    done = run("init", "-", stdin=(folder / "net.prototxt").read_text())
    assert done.returncode == 2
    assert "-o" in done.stderr


def test_a_suffix_that_is_no_format_is_a_mistake_in_use(run: Run, folder: Path) -> None:
    done = run("init", "net.prototxt", "-o", "weights.txt")
    assert done.returncode == 2
    assert ".npz" in done.stderr
    assert "--format npz" in done.stderr
    assert not (folder / "weights.txt").exists()


def test_a_folder_that_is_not_there_is_told(run: Run) -> None:
    done = run("init", "net.prototxt", "-o", "nowhere/weights.npz")
    assert done.returncode == 1
    assert "nowhere/weights.npz" in done.stderr
    assert done.stdout == ""


def test_a_run_that_fails_leaves_what_was_there(run: Run, folder: Path) -> None:
    (folder / "net.npz").write_text("precious")
    (folder / "net.prototxt").write_text("layer {")
    assert run("init", "net.prototxt").returncode == 1
    assert (folder / "net.npz").read_text() == "precious"
    assert sorted(path.name for path in folder.iterdir()) == ["net.npz", "net.prototxt"]


def test_a_run_that_succeeds_takes_the_place_of_what_was_there(run: Run, folder: Path) -> None:
    (folder / "net.npz").write_text("old")
    assert run("init", "net.prototxt", "--seed", 1).returncode == 0
    assert "ip" in fk.load(folder / "net.npz")
    assert sorted(path.name for path in folder.iterdir()) == ["net.npz", "net.prototxt"]


def test_a_wrong_suffix_is_refused_before_any_work(run: Run) -> None:
    done = run("init", "net.prototxt", "-o", "out.cafemodel", "--adapt", "no-such-method")
    assert done.returncode == 2
    assert done.stderr.startswith("error: 'out.cafemodel': the name has to end in one of .npz")
    assert done.stderr.count("\n") == 1


def test_weights_that_stay_zeros_are_told_of(run: Run, folder: Path) -> None:
    text = (folder / "net.prototxt").read_text().replace('weight_filler { type: "xavier" }', "")
    (folder / "net.prototxt").write_text(text)
    done = run("init", "net.prototxt", "--seed", 1)
    assert done.returncode == 0
    assert "note: all zeros" in done.stderr
    assert "ip" in done.stderr


def test_weights_that_do_not_stay_zeros_are_not_told_of(run: Run) -> None:
    assert run("init", "net.prototxt", "--seed", 1).stderr == ""


@pytest.mark.parametrize("arguments", [[], ["a.prototxt", "b.prototxt"]])
def test_it_takes_one_net(run: Run, arguments: list[str]) -> None:
    assert run("init", *arguments).returncode == 2


def test_a_net_without_parameters_makes_a_file_without_blobs(run: Run, folder: Path) -> None:
    (folder / "net.prototxt").write_text(
        'layer { name: "s" type: "DummyData" top: "x" dummy_data_param { shape { dim: 1 } } }'
    )
    done = run("init", "net.prototxt", "--seed", 1)
    assert done.returncode == 0
    assert "0 parameters" in done.stdout
    assert list(fk.load(folder / "net.npz")) == []


def test_fillers_by_rule_take_the_place_of_the_text_s(run: Run, folder: Path) -> None:
    words = ("--filler", "ip=constant(value=2)", "--filler", "*:bias=constant(value=1)")
    assert run("init", "net.prototxt", *words, "-o", "w.npz").returncode == 0
    blobs = fk.load(folder / "w.npz")
    assert (blobs["ip"].weight == 2).all()
    assert (blobs["ip"].bias == 1).all()


def test_a_rule_that_fits_nothing_is_a_usage_error(run: Run) -> None:
    done = run("init", "net.prototxt", "--filler", "conv*=msra")
    assert done.returncode == 2
    assert "'conv*=msra' fits no blob" in done.stderr


def test_weights_of_a_file_are_copied_and_told_of(run: Run, folder: Path) -> None:
    run("init", "net.prototxt", "--phase", "test", "--seed", 1, "-o", "old.caffemodel")
    done = run(
        "init", "net.prototxt", "--phase", "test", "--seed", 2, "-o", "new.npz",
        "--weights", "old.caffemodel", "--copy", "ip",
    )  # fmt: skip
    assert done.returncode == 0
    assert "copied 1 layer (ip) from old.caffemodel; filled 1 layer (out)" in done.stderr
    old, new = fk.load(folder / "old.caffemodel"), fk.load(folder / "new.npz")
    assert (new["ip"].weight == old["ip"].weight).all()
    assert (new["out"].weight != old["out"].weight).any()


def test_weights_of_another_shape_are_refused_and_nothing_is_written(
    run: Run, folder: Path
) -> None:
    run("init", "net.prototxt", "-o", "old.npz")
    net = folder / "net.prototxt"
    net.write_text(net.read_text().replace("num_output: 4", "num_output: 5"))
    done = run("init", "net.prototxt", "--weights", "old.npz", "-o", "new.npz")
    assert done.returncode == 1
    assert "--on-mismatch fill" in done.stderr
    assert not (folder / "new.npz").exists()
    fill = ("--on-mismatch", "fill", "-o", "new.npz")
    # Nothing else of the file fits this net, but its layer was found.
    assert run("init", "net.prototxt", "--weights", "old.npz", *fill).returncode == 0


def test_a_rename_is_for_the_weights_before_it(run: Run, folder: Path) -> None:
    for seed in (1, 2):
        run("init", "net.prototxt", "--seed", seed, "-o", f"{seed}.npz")
    ip = (folder / "net.prototxt").read_text().splitlines()[1:4]
    left, right = ("\n".join(ip[1:]).replace('"ip"', f'"{side}/ip"') for side in ("left", "right"))
    (folder / "two.prototxt").write_text("\n".join([ip[0], left, right]))
    two = ("init", "two.prototxt", "-o", "new.npz")
    first = ("--weights", "1.npz", "--rename", "ip=left/ip")
    done = run(*two, *first, "--weights", "2.npz", "--rename", "i*=right/i*", "--verbose")
    assert done.returncode == 0
    assert "note: 2.npz: ip -> right/ip: copied\n" in done.stderr
    new = fk.load(folder / "new.npz")
    assert (new["left/ip"].weight == fk.load(folder / "1.npz")["ip"].weight).all()
    assert (new["right/ip"].weight == fk.load(folder / "2.npz")["ip"].weight).all()
    both = ("--rename", "ip=left/ip", "--rename", "ip=right/ip")
    assert "copied 2 layers" in run(*two, *both, "--weights", "1.npz").stderr
    done = run(*two, *both, "--weights", "1.npz", "--weights", "2.npz")
    assert (done.returncode, "before the first --weights" in done.stderr) == (2, True)
    done = run(*two, *first, "--rename", "ip")
    assert (done.returncode, "is not OLD=NEW" in done.stderr) == (2, True)


def test_rename_without_weights_is_a_usage_error(run: Run) -> None:
    assert run("init", "net.prototxt", "--rename", "a=b").returncode == 2


def test_the_format_can_be_named(run: Run, folder: Path) -> None:
    assert run("init", "net.prototxt", "--format", "caffemodel").returncode == 0
    assert (folder / "net.caffemodel").exists()
    done = run("init", "net.prototxt", "--format", "npz", "-o", "weights")
    assert done.returncode == 0
    assert fk.load(folder / "weights", "npz")["ip"].weight.shape == (4, 6)


@pytest.mark.parametrize("stream", ["caffe", "sharded"])
def test_a_stream_makes_the_same_file_on_any_number_of_jobs(
    stream: str, run: Run, folder: Path
) -> None:
    for jobs in (1, 3):
        words = ("--stream", stream, "--jobs", jobs, "--seed", 1, "-o", f"{jobs}.npz")
        done = run("init", "net.prototxt", *words)
        assert done.returncode == 0
        assert ("stream sharded" in done.stdout) == (stream == "sharded")
    assert (folder / "1.npz").read_bytes() == (folder / "3.npz").read_bytes()
    assert fk.load(folder / "1.npz").origin["stream"] == stream


def test_more_jobs_than_processors_are_told_to_be_of_no_use(
    run: Run,
) -> None:
    assert run("init", "net.prototxt", "--jobs", 1).stderr == ""
    done = run("init", "net.prototxt", "--jobs", 1000)
    assert done.returncode == 0
    assert re.fullmatch(r"note: 1000 jobs on \d+ processors?: no faster than \d+\n", done.stderr)


def test_the_map_of_the_draws_is_written_beside_the_weights(run: Run, folder: Path) -> None:
    done = run("init", "net.prototxt", "-o", "x.npz", "--draws", "draws.json", "--boost", "1.58")
    assert done.returncode == 0
    blobs, net = fk.load(folder / "x.npz"), fk.load_net(folder / "net.prototxt")
    draws = fk.DrawMap.load(folder / "draws.json")
    (layer, *_) = blobs
    part = net.fill_slice(layer, 0, slice(1, 2), draws=draws)
    assert (part == blobs[layer][0][1:2]).all()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--draws", "net.prototxt"), "'net.prototxt' is what is read: give --draws another name"),
        (("--draws", "net.npz"), "'net.npz' is for the weights: give --draws another name"),
        (("--draws", "x", "--stream", "sharded"), "slices of sharded need no map"),
    ],
)
def test_a_map_of_the_draws_that_cannot_be_is_refused_before_anything_is_made(
    run: Run, folder: Path, words: tuple[str, ...], said: str
) -> None:
    before = sorted(folder.iterdir())
    done = run("init", "net.prototxt", *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert sorted(folder.iterdir()) == before


def test_no_jobs_are_a_usage_error(run: Run) -> None:
    assert run("init", "net.prototxt", "--jobs", 0).returncode == 2


def test_without_kernels_a_large_net_is_told_to_take_longer(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fillerkit.cli.init.LARGE", 20)
    monkeypatch.setenv("FILLERKIT_KERNELS", "numpy")
    assert "six to forty times slower" in run("init", "net.prototxt").stderr
    monkeypatch.setattr("fillerkit.cli.init.LARGE", 2000)
    assert run("init", "net.prototxt").stderr == ""


PYTHON_NET = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: [2, 6] } } }
layer { name: "own" type: "Python" bottom: "data" top: "own"
        python_param { module: "own_layers" layer: "Halves" param_str: "2" } }
layer { name: "ip" type: "InnerProduct" bottom: "own" top: "ip"
        inner_product_param { num_output: 4 weight_filler { type: "xavier" } } }
"""
PYTHON_LAYER = """
import caffe

class Halves(caffe.Layer):
    def setup(self, bottom, top):
        self.by = int(self.param_str)
    def reshape(self, bottom, top):
        top[0].reshape(bottom[0].shape[0], bottom[0].shape[1] // self.by)
"""


def test_python_layers_are_run_for_their_shapes_only_if_that_is_asked_for(
    run: Run, folder: Path
) -> None:
    (folder / "own.prototxt").write_text(PYTHON_NET)
    (folder / "own_layers.py").write_text(PYTHON_LAYER)
    done = run("init", "own.prototxt")
    assert done.returncode == 1
    assert "--shape own=" in done.stderr
    assert run("init", "own.prototxt", "--python-layers").returncode == 0
    assert fk.load(folder / "own.npz")["ip"].weight.shape == (4, 3)


def test_a_python_layer_that_fails_is_an_error_in_one_line(run: Run, folder: Path) -> None:
    (folder / "own.prototxt").write_text(PYTHON_NET.replace("own_layers", "nowhere_at_all"))
    done = run("init", "own.prototxt", "--python-layers")
    assert done.returncode == 1
    assert "No module named 'nowhere_at_all'" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_read_is_not_written_over(run: Run, folder: Path) -> None:
    before = (folder / "net.prototxt").read_text()
    done = run("init", "net.prototxt", "-o", "net.prototxt", "--format", "npz")
    assert done.returncode == 2
    assert "is what is read" in done.stderr
    assert (folder / "net.prototxt").read_text() == before
    run("init", "net.prototxt", "-o", "w.npz", "--seed", 1)
    assert run("init", "net.prototxt", "--weights", "w.npz", "-o", "w.npz").returncode == 2


@pytest.mark.parametrize("command", ["init net.prototxt -o", "convert w.npz"])
def test_an_output_that_cannot_be_looked_at_is_told_by_its_name(run: Run, command: str) -> None:
    run("init", "net.prototxt", "-o", "w.npz")
    path = "no/" * 2000 + "x.npz"
    done = run(*command.split(), path)
    assert done.returncode == 1
    assert done.stderr == f"error: {path}: cannot be written: File name too long\n"


def test_a_pattern_to_copy_that_fits_nothing_is_a_usage_error(run: Run) -> None:
    run("init", "net.prototxt", "-o", "w.npz")
    words = ("--weights", "w.npz", "-o", "x.npz")
    done = run("init", "net.prototxt", *words, "--copy", "ipp")
    assert done.returncode == 2
    assert "no layer of the net has a name that 'ipp' (--copy) fits; did you mean 'ip'?" in (
        done.stderr
    )
    assert run("init", "net.prototxt", *words, "--copy", "*", "--copy", "!x*").returncode == 2


def test_a_layer_of_the_other_phase_names_the_option(run: Run, folder: Path) -> None:
    net = folder / "net.prototxt"
    net.write_text(net.read_text().replace('top: "data"', 'top: "data" include { phase: TEST }', 1))
    done = run("init", "net.prototxt")
    assert done.returncode == 1
    assert "does not take part in phase TRAIN: --phase test" in done.stderr


@pytest.fixture
def with_torch() -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")


@pytest.mark.usefixtures("with_torch")
def test_adapt_scales_what_was_filled_and_tells_of_each_layer(run: Run, folder: Path) -> None:
    done = run("init", "net.prototxt", "--seed", 7, "--adapt", "lsuv", "-o", "a.npz")
    assert done.returncode == 0, done.stderr
    assert "note: data: unit gaussian values" in done.stderr
    header, row, last = done.stdout.splitlines()
    assert header.split() == [
        "layer",
        "type",
        "method",
        "factor",
        "variance",
        "before",
        "after",
        "tries",
    ]
    assert row.split()[:3] == ["ip", "InnerProduct", "lsuv"]
    assert last.endswith("seed 7, adapted (lsuv)")
    net = fk.load_net(folder / "net.prototxt")
    expected = fk.adapt(net, net.fill(7)).blobs["ip"].weight
    assert (fk.load(folder / "a.npz")["ip"].weight == expected).all()


@pytest.mark.usefixtures("with_torch")
def test_adapt_says_beforehand_that_it_takes_long(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ("init", "net.prototxt", "--adapt", "lsuv", "--batch", 5)
    assert "takes one processor" not in run(*asked).stderr
    monkeypatch.setattr("fillerkit.adapting.batch_size.PER_SECOND", 10)
    # 5 items of 24 products.
    assert "takes one processor about 12 seconds; a smaller --batch" in run(*asked).stderr


@pytest.mark.usefixtures("with_torch")
def test_adapt_takes_its_batch_from_a_file_and_methods_with_commas(run: Run, folder: Path) -> None:
    shape = fk.load_net(folder / "net.prototxt").layers[0].tops[0][1]
    np.save(folder / "batch.npy", np.full((5, *shape[1:]), 2.0))
    asked = ("--adapt", "batch-norm,lsuv", "--input", "data=batch.npy")
    done = run("init", "net.prototxt", *asked, "--format", "npz", "-o", "a.out")
    assert done.returncode == 0, done.stderr
    assert "adapted (lsuv, batch-norm)" in done.stdout
    assert fk.load(folder / "a.out", format="npz").origin["adapted"]["batch"] == 5


@pytest.mark.usefixtures("with_torch")
def test_adapt_goes_on_as_long_as_asked_and_until_as_near_as_asked(run: Run, folder: Path) -> None:
    asked = ("init", "net.prototxt", "--seed", 7, "--adapt", "lsuv", "-o", "a.npz")
    net = fk.load_net(folder / "net.prototxt")
    cases: list[tuple[tuple[object, ...], dict[str, Any]]] = [
        (("--tolerance", 0.9999), {"tolerance": 0.9999}),
        (("--tolerance", 1e-9, "--tries", 1), {"tolerance": 1e-9, "tries": 1}),
    ]
    for options, limits in cases:
        done = run(*asked, *options)
        assert done.returncode == 0, done.stderr
        expected = fk.adapt(net, net.fill(7), **limits)
        assert (fk.load(folder / "a.npz")["ip"].weight == expected.blobs["ip"].weight).all()
        assert expected.layers[0].changed is False


@pytest.mark.usefixtures("with_torch")
def test_adapt_of_weights_that_are_zeros_says_what_gives_them_values(
    run: Run, folder: Path
) -> None:
    hint = "--filler '*=msra' gives a start to layers whose weights are all zeros"
    zeros = run("init", "net.prototxt", "--adapt", "lsuv", "--filler", "*=constant(value=0)")
    assert f"note: {hint}" in zeros.stderr
    assert hint not in run("init", "net.prototxt", "--adapt", "lsuv").stderr


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("--adapt", "lsu"), "did you mean 'lsuv'?"),
        (("--batch", "3"), "give --adapt METHOD too"),
        (("--tries", "3"), "--tolerance and --tries are for --adapt"),
        (("--tolerance", "0"), "--tolerance and --tries are for --adapt"),
        (("--adapt", "lsuv", "--tolerance", "0"), "a tolerance is between 0 and 1, not 0"),
        (("--input", "x"), "are for --adapt"),
        (("--adapt", "lsuv", "--input", "a=b", "--input", "a=c"), "'a' is given twice"),
        (("--adapt", "lsuv", "--draws", "d.json"), "without --draws"),
        (("--adapt", "lsuv", "--shards", "2"), "without --draws and --shards"),
    ],
)
def test_adapt_is_refused_where_it_makes_no_sense(
    run: Run, folder: Path, asked: tuple[str, ...], message: str
) -> None:
    done = run("init", "net.prototxt", *asked)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert not list(folder.glob("*.npz"))


def test_what_only_adapt_or_weights_need_is_not_imported_without_them(folder: Path) -> None:
    code = (
        "import sys\n"
        "from fillerkit.cli import fillerkit\n"
        "fillerkit.main(['init', 'net.prototxt', '--seed', '1'], standalone_mode=False)\n"
        "print([n for n in sys.modules if n.startswith(('torch', 'fillerkit.adapting', "
        "'fillerkit.signals', 'fillerkit.filling.renames', "
        "'fillerkit.filling.patterns')) or n == 'fillerkit.filling.transfer'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
