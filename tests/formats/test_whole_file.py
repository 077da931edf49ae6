"""A file is there whole or not at all, whatever happens, in every format."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

import numpy as np
import pytest
import weights

import fillerkit as fk
from fillerkit.formats.whole_file import whole_file

NET = (
    'layer { name: "d" type: "Input" top: "d" input_param { shape { dim: 1 dim: 3000 } } } '
    'layer { name: "i" type: "InnerProduct" bottom: "d" top: "i" '
    'inner_product_param { num_output: 300 weight_filler { type: "xavier" } } }'
)
BYTES = 4 * (3000 * 300 + 300)


ROOMS = (0, 1000, BYTES // 2, BYTES - 4, BYTES + 100)


@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_a_disk_that_is_full_is_an_error_and_leaves_nothing(suffix: str, tmp_path: Path) -> None:
    # A limit on the size of files stands in for a full disk: the system takes less, then nothing.
    code = (
        "import resource, signal, sys\n"
        "import fillerkit as fk\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "net = fk.load_net(sys.argv[2])\n"
        "for room in sys.argv[3:]:\n"
        "    resource.setrlimit(resource.RLIMIT_FSIZE, (int(room), resource.RLIM_INFINITY))\n"
        "    try:\n"
        "        net.save(sys.argv[1], seed=1)\n"
        "    except fk.FormatError as error:\n"
        "        print(error)\n"
    )
    path = tmp_path / f"full.{suffix}"
    done = weights.child(code, path, NET, *ROOMS)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{path}: cannot be written: File too large\n" * len(ROOMS)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_a_kill_at_any_moment_leaves_the_old_file_whole(suffix: str, tmp_path: Path) -> None:
    # Python 3.12 and later warn of a fork while the thread that wrote is still on its way out.
    code = (
        "import os, signal, sys, warnings\n"
        "import fillerkit as fk\n"
        "warnings.simplefilter('ignore', DeprecationWarning)\n"
        "net = fk.load_net(sys.argv[2])\n"
        "def die_at(moment):\n"
        "    def progress(count):\n"
        "        seen.append(count)\n"
        "        if len(seen) == moment:\n"
        "            os.kill(os.getpid(), signal.SIGKILL)\n"
        "    seen = []\n"
        "    return progress\n"
        "net.save(sys.argv[1], seed=1)\n"
        "old = open(sys.argv[1], 'rb').read()\n"
        "for moment in range(1, 9):\n"
        "    if (child := os.fork()) == 0:\n"
        "        net.save(sys.argv[1], seed=2, progress=die_at(moment))\n"
        "        os._exit(0)\n"
        "    assert os.waitpid(child, 0)[1] == signal.SIGKILL\n"
        "    assert open(sys.argv[1], 'rb').read() == old\n"
    )
    done = weights.child(code, tmp_path / f"x.{suffix}", NET)
    assert (done.returncode, done.stderr) == (0, "")
    left = {path.name for path in tmp_path.iterdir()} - {f"x.{suffix}"}
    assert all(name.startswith(f".x.{suffix}.") and name.endswith(".part") for name in left)


def _without_root_s_rights() -> None:
    """Take from the process that is started what lets root write anywhere."""
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, capability)  # PR_CAPBSET_DROP


@pytest.mark.skipif(sys.platform != "linux", reason="takes root's rights away as Linux does")
@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_a_folder_that_cannot_be_written_to_is_an_error(suffix: str, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / f"x.{suffix}").write_bytes(b"old")
    folder.chmod(0o555)
    code = (
        "import sys\n"
        "import fillerkit as fk\n"
        "try:\n"
        "    fk.load_net(sys.argv[2]).save(sys.argv[1], seed=1)\n"
        "except fk.FormatError as error:\n"
        "    print(error)\n"
    )
    drop = _without_root_s_rights if os.geteuid() == 0 else None
    done = weights.child(code, folder / f"x.{suffix}", NET, preexec_fn=drop)
    assert done.stdout == f"{folder}/x.{suffix}: cannot be written: Permission denied\n"
    assert (folder / f"x.{suffix}").read_bytes() == b"old"


@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_an_error_on_the_way_leaves_the_old_file(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(b"old")

    def break_off(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fk.load_net(NET).save(path, seed=1, progress=break_off)
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_an_old_file_is_replaced_whole(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(bytes(1 << 20))
    weights.small_blobs().save(path)
    weights.small_blobs().save(tmp_path / f"y.{suffix}")
    assert path.read_bytes() == (tmp_path / f"y.{suffix}").read_bytes()


def test_a_name_may_be_as_long_as_the_folder_allows(tmp_path: Path) -> None:
    path = tmp_path / f"{'ü' * 125}.npz"
    weights.small_blobs().save(path)
    assert fk.load(path).origin["seed"] == 5


def test_who_may_read_the_old_file_may_read_the_new_one(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    path.touch()
    path.chmod(0o600)
    weights.small_blobs().save(path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_write_takes_all_that_it_is_given(tmp_path: Path) -> None:
    values = np.arange(1000.0)
    with whole_file(tmp_path / "x") as file:
        assert file.write(values.data) == values.nbytes
        assert file.write(b"") == 0
    assert (tmp_path / "x").read_bytes() == values.tobytes()


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="asks Linux how much memory there is")
@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_a_large_file_needs_little_memory(suffix: str, tmp_path: Path) -> None:
    # 600 MB are written, and read, in a process that may take 100 MB more than it has.
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "import numpy as np\n"
        "import fillerkit as fk\n"
        "from fillerkit import formats\n"
        "value = np.full(1 << 17, 0.5, np.float32)\n"
        "def content(count):\n"
        "    entries = []\n"
        "    for i in range(3):\n"
        "        pieces, shape = iter([value] * count), (count, 1 << 17)\n"
        "        entries.append(formats.Entry(f'fc{i}', 0, '', shape, value.dtype, pieces))\n"
        "    return formats.Content(entries, {})\n"
        "formats.save(sys.argv[1], content(1))\n"
        "fk.load(sys.argv[1])\n"
        "lines = Path('/proc/self/status').read_text().splitlines()\n"
        "taken = next(int(line.split()[1]) for line in lines if line.startswith('VmData'))\n"
        "limit = (taken << 10) + (int(sys.argv[2]) << 20)\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))\n"
        "formats.save(sys.argv[1], content(384))\n"
        "blobs = fk.load(sys.argv[1])\n"
        "assert sum(a[0].nbytes for a in blobs.values()) == 576 << 20\n"
        "assert all(float(a[0][-1].sum()) == 1 << 16 for a in blobs.values())\n"
    )
    # PyTorch maps a file as memory of its own.
    done = weights.child(code, tmp_path / f"large.{suffix}", 676 if suffix == "pt" else 100)
    assert (done.returncode, done.stderr) == (0, "")
    (tmp_path / f"large.{suffix}").unlink()
