"""A cluster of Dask fills a net as one thread does, or is refused before it makes a byte."""

from __future__ import annotations

import os
import resource
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import dask
import numpy as np
import pytest
import sliced_nets
import weights
from dask_cluster import scheduler, until, workers

import fillerkit as fk
from fillerkit.dask import arrays, cluster, connected, save

pytest.importorskip("safetensors", reason="safetensors is not installed")
# Of Dask's own doing, where a worker is killed or nobody answers.
pytestmark = pytest.mark.filterwarnings(
    "ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"
)

STREAMS = ["caffe", "sharded"]
SHARDS = "model-0000[1-6]-of-00006.safetensors"


@pytest.fixture
def net() -> fk.Net:
    return sliced_nets.net("small")


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client of three workers."""
    folder = tmp_path_factory.mktemp("three")
    with scheduler(folder) as address, workers(address, 3), connected(address) as client:
        yield client


@pytest.mark.long
@pytest.mark.parametrize("stream", STREAMS)
@pytest.mark.parametrize("name", sliced_nets.NETS)
def test_three_workers_write_what_one_thread_makes(
    name: str, stream: str, three: Any, tmp_path: Path
) -> None:
    net = sliced_nets.net(name)
    saved = save(net, tmp_path / "folder", 5, shards=3, stream=stream, client=three)
    assert len(saved.made) == 3
    assert weights.bits(fk.load(tmp_path / "folder")) == weights.bits(net.fill(5, stream=stream))
    assert len(list((tmp_path / "folder").iterdir())) == 4


@pytest.mark.long
@pytest.mark.parametrize("stream", STREAMS)
def test_workers_make_the_chunks_of_an_array(stream: str, three: Any) -> None:
    net = sliced_nets.net("fillers")
    made = arrays(net, 5, stream=stream, chunks=7)["msra"].weight
    found = three.gather(three.compute(made))
    assert np.array_equal(found, net.fill(5, stream=stream)["msra"].weight)


GOLDENS = Path(__file__).parent.parent / "conformance" / "nets"


@pytest.mark.long
def test_three_workers_make_the_chunks_of_golden_nets(three: Any) -> None:
    made, wanted = [], []
    for path in sorted(GOLDENS.iterdir())[::5]:
        try:
            net = fk.load_net(path)
            filled = net.fill(1701)
        except fk.FillerkitError:
            continue
        made += [
            blob for of_layer in arrays(net, 1701, chunks="4 KiB").values() for blob in of_layer
        ]
        wanted += [blob for of_layer in filled.values() for blob in of_layer]
    assert len(wanted) > 50
    for found, blob in zip(three.gather(three.compute(made)), wanted, strict=True):
        assert np.asarray(found).tobytes() == blob.tobytes()


@pytest.mark.long
def test_the_client_that_dask_is_set_to_is_taken_unless_one_is_given(three: Any) -> None:
    assert cluster.current_client() is None
    distributed: Any = pytest.importorskip("distributed")
    with distributed.Client(three.scheduler.address) as client:
        assert cluster.current_client() is client
    with dask.config.set(scheduler=three):
        assert cluster.current_client() is three


@pytest.mark.long
def test_workers_that_do_not_share_the_folder_are_refused(
    three: Any, net: fk.Net, tmp_path: Path
) -> None:
    with pytest.raises(fk.UsageError, match=r"worker tcp://.* does not see the folder 'memory:"):
        save(net, f"memory://{tmp_path.name}", 5, shards=3, client=three)


@pytest.mark.long
def test_a_worker_that_does_not_know_a_filler_is_refused(three: Any, tmp_path: Path) -> None:
    @fk.filler("only_here")
    def only_here(spec: Any, shape: Any, dtype: Any) -> fk.Constant:
        return fk.Constant(1.0)

    net = fk.load_net(sliced_nets.INPUT + sliced_nets.product("a", "d", 'type: "only_here"'))
    with pytest.raises(fk.UsageError, match=r"worker tcp://.*unknown filler 'only_here'"):
        save(net, tmp_path / "folder", 5, shards=2, client=three)
    assert list((tmp_path / "folder").iterdir()) == []


def large() -> fk.Net:
    """A net of six layers that take their time where the workers have no kernels in C."""
    layers = [sliced_nets.product(f"l{i}", "d", 'type: "msra"', 100_000) for i in range(6)]
    return fk.load_net(sliced_nets.INPUT + "".join(layers))


def writer(saving: Future[Any], numbers: list[int], folder: Path) -> int:
    """The process that has a shard open that is not whole yet, while the run goes on."""

    def holder() -> int | None:
        assert not saving.done()
        for number in numbers:
            for link in Path(f"/proc/{number}/fd").iterdir():
                with suppress(OSError):  # it is closed again
                    file = link.readlink()
                    if file.parent == folder and file.suffix == ".part":
                        return number
        return None

    number: int = until(holder)
    return number


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="looks into processes as Linux shows them")
@pytest.mark.parametrize("stream", STREAMS)
def test_a_worker_that_is_killed_while_it_fills_changes_no_byte(
    stream: str, tmp_path: Path
) -> None:
    net, folder = large(), tmp_path / "folder"
    with (
        scheduler(tmp_path) as address,
        workers(address, 3, FILLERKIT_KERNELS="numpy") as numbers,  # which takes its time
        connected(address) as client,
        ThreadPoolExecutor(1) as thread,
    ):
        saving = thread.submit(save, net, folder, 5, shards=6, stream=stream, client=client)
        os.kill(writer(saving, numbers, folder), signal.SIGKILL)
        assert len(saving.result().made) == 6
    save(net, tmp_path / "alone", 5, shards=6, stream=stream)
    for file in (tmp_path / "alone").iterdir():
        assert (folder / file.name).read_bytes() == file.read_bytes()
    assert len(list(folder.iterdir())) == 7


@pytest.mark.long
def test_a_full_disk_on_one_worker_ends_in_one_line_that_names_the_shard(tmp_path: Path) -> None:
    def little() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))

    layers = [sliced_nets.product(f"l{i}", "d", 'type: "msra"', 10_000) for i in range(6)]
    net, folder = fk.load_net(sliced_nets.INPUT + "".join(layers)), tmp_path / "folder"
    with (
        scheduler(tmp_path) as address,
        workers(address, 1),
        workers(address, 1, limits=little),
        connected(address) as client,
    ):
        with pytest.raises(fk.FormatError, match=f"{SHARDS}: cannot be written: File") as error:
            save(net, folder, 5, shards=6, client=client)
        assert "\n" not in str(error.value)
    whole = [path.name for path in folder.iterdir()]
    assert whole == [name for name in whole if name.startswith("model-") and "index" not in name]
    saved = save(net, folder, 5, shards=6, resume=True)
    assert not set(saved.made).intersection(whole)
    assert weights.bits(fk.load(folder)) == weights.bits(net.fill(5))


@pytest.mark.long
@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("raise ModuleNotFoundError('no fillerkit here')", "has no fillerkit: no fillerkit here"),
        ("__version__ = '0.0.1'", r"has fillerkit 0\.0\.1, not "),
    ],
    ids=["none", "older"],
)
def test_a_worker_with_another_fillerkit_is_refused_before_a_byte_is_made(
    version: str, words: str, net: fk.Net, tmp_path: Path
) -> None:
    (tmp_path / "other" / "fillerkit").mkdir(parents=True)
    (tmp_path / "other" / "fillerkit" / "__init__.py").touch()
    (tmp_path / "other" / "fillerkit" / "version.py").write_text(version)
    first = os.pathsep.join([str(tmp_path / "other"), os.environ.get("PYTHONPATH", "")])
    with (
        scheduler(tmp_path) as address,
        workers(address, 1),
        workers(address, 1, PYTHONPATH=first),
        connected(address) as client,
        pytest.raises(fk.UsageError, match=f"worker tcp://.* {words}"),
    ):
        save(net, tmp_path / "folder", 5, shards=3, client=client)
    assert list((tmp_path / "folder").iterdir()) == []


@pytest.mark.long
def test_a_scheduler_without_workers_is_refused(
    net: fk.Net, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scheduler(tmp_path) as address, connected(address) as client:
        monkeypatch.setattr(cluster, "PATIENCE", 1)
        with pytest.raises(fk.UsageError, match="has no workers"):
            save(net, tmp_path / "folder", 5, shards=3, client=client)


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="looks into processes as Linux shows them")
@pytest.mark.parametrize("gone", ["workers", "scheduler"])
def test_a_cluster_that_is_gone_while_it_fills_ends_in_one_line(
    gone: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "GONE", 1)
    folder = tmp_path / "folder"
    with (
        scheduler(tmp_path) as address,
        workers(address, 2, FILLERKIT_KERNELS="numpy") as numbers,
        connected(address) as client,
        ThreadPoolExecutor(1) as thread,
    ):
        servers = numbers if gone == "workers" else [client.run_on_scheduler(os.getpid)]
        monkeypatch.setattr(cluster, "PATIENCE", 1)
        saving = thread.submit(save, large(), folder, 5, shards=6, client=client)
        writer(saving, numbers, folder)
        for number in servers:
            os.kill(number, signal.SIGKILL)
        with pytest.raises(fk.FormatError, match=r"all workers are gone|was not written") as error:
            saving.result()
        assert "\n" not in str(error.value)
    assert not (folder / "model.safetensors.index.json").exists()


@pytest.mark.long
def test_the_address_of_a_worker_is_not_taken_for_a_scheduler(three: Any) -> None:
    worker = next(iter(three.scheduler_info()["workers"]))
    with pytest.raises(fk.UsageError, match=r"no scheduler .*: it is a Worker"), connected(worker):
        pass


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("tcp://127.0.0.1:9", "no answer in 1 s|Timed out"),
        ("nonsense", "missing port"),
        ("", "missing port"),
        ("foo://x:1", "unknown address scheme"),
    ],
)
def test_a_scheduler_that_does_not_answer_is_told_in_one_line(
    address: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "PATIENCE", 1)
    told = f"no scheduler .* at '{address}': .*({words})"
    with pytest.raises(fk.UsageError, match=told) as error, connected(address):
        pass
    assert "\n" not in str(error.value)
