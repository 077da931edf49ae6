"""Hostile .pt files: pickles that run code, archives that unpack, tensors that repeat."""

from __future__ import annotations

import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

Refused = Callable[..., str]


class Evil:
    """Makes a file where it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return exec, (f"open({str(self.path)!r}, 'w')",)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "hostile.pt"


@pytest.mark.parametrize("zipped", [True, False])
def test_code_is_not_run(zipped: bool, path: Path, refused: Refused) -> None:
    mark = path.with_name("run")
    state = {"ip.weight": torch.ones(2), "x": Evil(mark)}
    torch.save(state, path, _use_new_zipfile_serialization=zipped)
    refused(path)
    assert not mark.exists()


@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_what_is_said_of_a_pickle_is_ours(protocol: int, path: Path, refused: Refused) -> None:
    path.write_bytes(pickle.dumps(Evil(path.with_name("run")), protocol))
    assert refused(path) == (
        f"{path}: is not a state dict, or is damaged: PyTorch's reader of tensors alone refuses it "
        "(UnpicklingError)"
    )


def test_memory_that_is_short_stays_what_it_is(
    path: Path, refused: Refused, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(*arguments: object, **options: object) -> None:
        raise MemoryError

    torch.save({}, path)
    monkeypatch.setattr(torch, "load", load)
    refused(path, "says it holds more than the memory does")


def test_code_of_a_plain_pickle_is_not_run(path: Path, refused: Refused) -> None:
    mark = path.with_name("run")
    path.write_bytes(pickle.dumps(Evil(mark)))
    refused(path)
    assert not mark.exists()


def test_a_compressed_archive_is_not_unpacked(path: Path, refused: Refused) -> None:
    torch.save({"ip.weight": torch.ones(2)}, path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data + bytes(100_000_000 * name.endswith(".pkl")))
    refused(path, "is compressed")


def test_one_value_that_is_shown_a_million_times(path: Path, refused: Refused) -> None:
    torch.save({"ip.weight": torch.ones(1).expand(10**6, 10**6)}, path)
    refused(path, "1,000,000,000,000 values")


@pytest.mark.parametrize(
    "state",
    [
        {"ip.weight": 3},
        {7: torch.ones(1)},
        {"net": {"ip.weight": torch.ones(1)}},
        {"weight": torch.ones(1)},
        {"ip.weight": torch.ones(2, 2).to_sparse()},
        {"ip.weight": torch.ones(1, dtype=torch.complex64)},
        {"ip.weight": torch.ones(1, dtype=torch.int8)},
        {"ip.weight": torch.ones(1, device="meta")},
        {"bn.running_mean": torch.ones(1)},
        {
            "bn.running_mean": torch.ones(1),
            "bn.running_var": torch.ones(1),
            "bn.weight": torch.ones(1),
        },
        [torch.ones(1)],
        torch.ones(1),
        None,
    ],
    ids=lambda state: f"{state!r:.30}",
)
def test_what_is_no_state_dict(state: object, path: Path, refused: Refused) -> None:
    torch.save(state, path)
    refused(path)


def test_a_script_is_not_run(path: Path, refused: Refused) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("x/constants.pkl", pickle.dumps(()))
        archive.writestr("x/code/__torch__.py", "raise SystemExit")
        archive.writestr("x/data.pkl", pickle.dumps({}))
    refused(path)
