"""The rooms mirror each other: what plans a type, what runs it, and the tests of every file."""

from pathlib import Path

import pytest

from fillerkit.layers import layer_types

SOURCE = Path(__file__).parents[1] / "src" / "fillerkit"
TESTS = Path(__file__).parent
LAYERS, RUNNING = "fillerkit.layers.", "fillerkit.running."

# Files that are tested by the tests of what stands on them, and which those are.
TESTED_WITH = {
    "adapting/k_means": "adapting/test_first_layer",
    "adapting/measures": "adapting/test_lsuv",
    "adapting/pca": "adapting/test_first_layer",
    "adapting/result": "adapting/test_adapt",
    "adapting/walk": "adapting/test_adapt",
    "adapting/work": "adapting/test_adapt",
    "blobs/html": "test_notebook",
    "blobs/pieces": "blobs/test_statistics",
    "checks/warning": "checks/test_check",
    "cli/adapted": "cli/test_init",
    "cli/fillers": "cli/test_listing",
    "cli/layers": "cli/test_listing",
    "cli/offers": "cli/test_completion",
    "cli/options": "cli/test_main",
    "cli/progress": "cli/test_init",
    "cli/written": "cli/test_init",
    "dask/found": "dask/test_save",
    "dask/place": "dask/test_save",
    "dask/shard": "dask/test_save",
    "dask/slices": "dask/test_arrays",
    "fillers/kernels": "fillers/forks/test_upsampling",
    "filling/transferred": "filling/test_transfer",
    "formats/background": "formats/test_whole_file",
    "formats/damage": "hostile/test_any",
    "formats/entry": "formats/test_round_trip",
    "formats/mapped": "hostile/test_any",
    "formats/notes": "formats/test_round_trip",
    "formats/safetensors": "hostile/test_safetensors",
    "formats/state_dict": "test_torch",
    "formats/stored": "formats/test_round_trip",
    "formats/torch_notes": "formats/test_torch_names",
    "formats/wire": "hostile/test_caffemodel",
    "hdf5": "hostile/test_h5",
    "layers/net_layer": "nets/test_sharing",
    "merging/affine": "merging/test_merge",
    "merging/folds": "merging/test_merge",
    "merging/sums": "merging/test_merge",
    "nets/given": "checks/test_weights",
    "nets/net": "nets/test_load",
    "prototxt/short": "nets/test_rules",
    "onnx/files": "onnx/test_export",
    "onnx/forms": "onnx/test_export",
    "onnx/graph": "onnx/test_export",
    "onnx/names": "onnx/test_export",
    "onnx/traced": "onnx/test_export",
    "pycaffe/batch_norm": "pycaffe/test_engine",
    "pycaffe/batches": "pycaffe/test_engine",
    "pycaffe/detector": "pycaffe/test_classifier",
    "pycaffe/dummy_data": "pycaffe/test_engine",
    "pycaffe/for_children/sitecustomize": "pycaffe/test_children",
    "pycaffe/needs": "pycaffe/test_engine",
    "pycaffe/net_state": "pycaffe/test_net",
    "pycaffe/proto/caffe_pb2": "pycaffe/test_proto",
    "pycaffe/python_2": "pycaffe/test_script",
    "pycaffe/structure": "pycaffe/test_net",
    "pycaffe/tracebacks": "pycaffe/test_script",
    "pycaffe/torch_layers": "pycaffe/test_engine",
    "pycaffe/weight_files": "pycaffe/test_net",
    "pycaffe/weights": "pycaffe/test_net",
    "pycaffe/wiring": "pycaffe/test_net",
    "python_layers/finder": "pycaffe/test_script",
    "python_layers/instances": "pycaffe/test_python_layers",
    "python_layers/layer": "pycaffe/test_python_layers",
    "python_layers/stand_in": "pycaffe/test_installed",
    "random/box_muller": "random/test_engines",
    "random/compiled": "random/test_engines",
    "random/draws": "random/test_streams",
    "random/engine": "random/test_engines",
    "random/pieces": "random/test_engines",
    "random/reference": "random/test_engines",
    "random/uniform": "random/test_engines",
    "random/ziggurat": "random/test_engines",
    "reading/draws": "reading/test_batches",
    "reading/seeds": "reading/test_image_list",
    "reading/stack": "reading/test_records",
    "reading/warp": "reading/test_windows",
    "reports/graph": "reports/test_report",
    "reports/layers": "reports/test_report",
    "running/build": "running/test_module",
    "running/layer_module": "running/test_module",
    "running/net_module": "running/test_module",
    "running/registry": "running/test_module",
    "signals/heads": "signals/test_signal",
    "signals/inputs": "signals/test_signal",
    "signals/measure": "signals/test_signal",
    "signals/refilled": "signals/test_signal",
    "signals/result": "signals/test_signal",
    "signals/run": "signals/test_signal",
    "signals/still_module": "signals/test_signal",
    "signals/theory": "signals/test_signal",
    "sources/example": "reading/test_records",
    "sources/found": "sources/test_database",
    "sources/needed": "sources/test_database",
    "sources/paths": "sources/test_image_list",
    "sources/picture": "sources/test_image_list",
    "version": "cli/test_main",
}


def test_a_type_runs_in_the_file_of_the_name_of_the_one_that_plans_it() -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    from fillerkit.running import operations

    astray = {}
    for operation in operations:
        kind = layer_types.get(operation.name)
        planned = kind.plan.__module__ if kind else "nowhere"
        runs = operation.run.__module__
        if runs.removeprefix(RUNNING) != planned.removeprefix(LAYERS):
            astray[operation.name] = (planned, runs)
    assert not astray


def test_every_file_has_a_test_of_its_name_or_is_in_the_list() -> None:
    files = {path.relative_to(SOURCE) for path in SOURCE.rglob("*.py")}
    ours = {file for file in files if not file.name.startswith("__") and file.parts[0] != "schema"}
    untested = {
        str(file.with_suffix(""))
        for file in ours
        if not (TESTS / file.parent / f"test_{file.name}").exists()
    }
    assert untested == TESTED_WITH.keys()
    assert [test for test in TESTED_WITH.values() if not (TESTS / f"{test}.py").exists()] == []
