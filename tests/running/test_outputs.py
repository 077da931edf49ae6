"""Outputs as PyTorch's trees have them: nothing is lost on the way through leaves."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import fillerkit as fk

torch: Any = pytest.importorskip("torch", reason="PyTorch is not installed")
from fillerkit.running import Outputs, module  # noqa: E402

LENET = Path(__file__).parents[2] / "sample_nets" / "lenet"


def lenet() -> Any:
    net = fk.load_net(LENET / "deploy.prototxt", phase="TEST")
    return module(net, net.fill(seed=1))


def test_an_exported_net_returns_its_blobs_by_name() -> None:
    running, x = lenet(), torch.rand(64, 1, 28, 28)
    exported = torch.export.export(running, (x,)).module()
    found = exported(x)
    assert type(found) is Outputs
    assert list(found) == ["prob"]
    torch.testing.assert_close(found["prob"], running(x)["prob"])


def test_an_exported_net_has_its_loss_even_where_the_blob_is_not_kept() -> None:
    text = """
    layer { name: "in" type: "Input" top: "data" input_param { shape { dim: [4, 3] } } }
    layer { name: "sum" type: "Reduction" bottom: "data" top: "sum" loss_weight: 2 }
    layer { name: "end" type: "Silence" bottom: "sum" }
    layer { name: "abs" type: "AbsVal" bottom: "data" top: "abs" loss_weight: 3 }
    """
    net = fk.load_net(text)
    running, x = module(net, net.fill(seed=1)), torch.rand(4, 3)
    found = torch.export.export(running, (x,)).module()(x)
    assert list(found) == ["abs"]
    assert [loss[:2] for loss in found.losses] == [("sum", 2.0), ("abs", 3.0)]
    torch.testing.assert_close(found.loss, 5 * x.sum())


def test_an_exported_net_can_be_saved_and_loaded() -> None:
    running, x, file = lenet(), torch.rand(64, 1, 28, 28), io.BytesIO()
    torch.export.save(torch.export.export(running, (x,)), file)
    file.seek(0)
    found = torch.export.load(file).module()(x)
    torch.testing.assert_close(found["prob"], running(x)["prob"])


def test_leaves_are_named_by_their_blobs() -> None:
    outputs = Outputs()
    outputs["a"] = torch.zeros(1)
    outputs.losses.append(("cost", 1.0, torch.ones(1)))
    leaves, _ = torch.utils._pytree.tree_flatten_with_path(outputs)
    assert [path[0].key for path, _ in leaves] == ["a", "loss of cost"]


def test_a_pytorch_without_keys_in_its_trees_still_runs_modules() -> None:
    """As before 2.3."""
    code = "import torch.utils._pytree as trees; del trees.MappingKey\nimport fillerkit.torch\n"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_no_import_of_ours_brings_pytorchs_compiler() -> None:
    """It takes a second and more."""
    code = "import sys, fillerkit.torch; assert 'torch._dynamo' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
