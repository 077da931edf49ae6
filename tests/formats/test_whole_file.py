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
HELPERS = Path(weights.__file__).parent
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
    """Take from the process that is started what lets root do as it likes with files."""
    for capability in range(4):  # CAP_CHOWN, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_FOWNER
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


SAVE = """
import os, sys
sys.path.append(os.getcwd())
import weights
import fillerkit as fk
try:
    weights.small_blobs().save(sys.argv[1])
except fk.FormatError as error:
    print(error)
"""
OTHER = 65534  # a person, and a group, that is not ours

as_root = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="only root can give a file to another"
)


def owned(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_uid, status.st_gid, status.st_mode & 0o7777


def of_another(path: Path, mode: int) -> Path:
    path.write_bytes(b"old")
    os.chown(path, OTHER, OTHER)
    path.chmod(mode)
    return path


@as_root
def test_root_replaces_the_file_of_another_and_leaves_it_theirs(tmp_path: Path) -> None:
    path = of_another(tmp_path / "x.npz", 0o640)
    weights.small_blobs().save(path)
    assert owned(path) == (OTHER, OTHER, 0o640)


@as_root
@pytest.mark.parametrize(("old", "new"), [(0o640, 0o600), (0o664, 0o644), (0o4755, 0o755)])
def test_a_file_that_cannot_stay_another_s_is_opened_to_nobody_new(
    old: int, new: int, tmp_path: Path
) -> None:
    path = of_another(tmp_path / "x.npz", old)
    done = weights.child(SAVE, path, preexec_fn=_without_root_s_rights, cwd=HELPERS)
    assert (done.stdout, done.stderr) == ("", "")
    assert owned(path) == (0, 0, new)
    assert fk.load(path).origin["seed"] == 5


@as_root
def test_in_a_folder_where_each_has_their_own_files_another_s_stays(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    os.chown(folder, OTHER, OTHER)
    folder.chmod(0o1777)
    path = of_another(folder / "x.npz", 0o666)
    done = weights.child(SAVE, path, preexec_fn=_without_root_s_rights, cwd=HELPERS)
    assert done.stdout == f"{path}: cannot be written: Operation not permitted\n"
    assert [each.name for each in folder.iterdir()] == [path.name]
    assert path.read_bytes() == b"old"


@as_root
def test_a_folder_that_cannot_be_looked_into_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    (folder / "inner").mkdir(parents=True)
    os.chown(folder, OTHER, OTHER)
    folder.chmod(0o700)
    path = folder / "inner" / "x.npz"
    done = weights.child(SAVE, path, preexec_fn=_without_root_s_rights, cwd=HELPERS)
    assert done.stdout == f"{path}: cannot be written: Permission denied\n"


@pytest.mark.parametrize("mask", [0o022, 0o027, 0o077])
def test_a_new_file_has_the_permissions_that_the_umask_leaves(mask: int, tmp_path: Path) -> None:
    code = f"import os; os.umask({mask})\n{SAVE}"
    weights.child(code, tmp_path / "x.npz", cwd=HELPERS)
    assert owned(tmp_path / "x.npz")[2] == 0o666 & ~mask


def test_a_file_is_never_open_to_who_may_not_read_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modes = []
    fchmod = os.fchmod

    def looked(file: int, mode: int) -> None:
        modes.append(os.fstat(file).st_mode & 0o777)
        fchmod(file, mode)

    monkeypatch.setattr(os, "fchmod", looked)
    for old in (0o600, 0o666):
        (tmp_path / "x").touch()
        (tmp_path / "x").chmod(old)
        with whole_file(tmp_path / "x") as file:
            modes.append(os.fstat(file.fileno()).st_mode & 0o777)
    assert modes == [0o600, 0o600, 0o600, 0o666]


def test_a_read_only_file_is_replaced_and_stays_read_only(tmp_path: Path) -> None:
    path = tmp_path / "x.npz"
    path.write_bytes(b"old")
    path.chmod(0o444)
    weights.small_blobs().save(path)
    assert fk.load(path).origin["seed"] == 5
    assert owned(path)[2] == 0o444


def test_a_link_that_leads_nowhere_is_followed_too(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder/x")
    with whole_file(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "folder" / "x").read_bytes() == b"new"
    (tmp_path / "lost").symlink_to("gone/x")
    with pytest.raises(fk.FormatError, match=f"there is no folder '{tmp_path}/gone'"):
        whole_file(tmp_path / "lost").__enter__()


def test_links_in_a_circle_are_an_error_and_stay(tmp_path: Path) -> None:
    (tmp_path / "a.npz").symlink_to("b.npz")
    (tmp_path / "b.npz").symlink_to("a.npz")
    with pytest.raises(fk.FormatError, match="Too many levels of symbolic links"):
        weights.small_blobs().save(tmp_path / "a.npz")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.npz", "b.npz"]


@pytest.mark.skipif(os.name != "posix", reason="devices of POSIX")
@pytest.mark.parametrize("device", ["/dev/null", "/dev/full", "/dev/stdout"])
def test_a_device_is_refused_and_stays(device: str) -> None:
    if not Path(device).exists():
        pytest.skip(f"there is no {device}")
    before = Path(device).stat().st_mode
    code = SAVE.replace("save(sys.argv[1])", "save(sys.argv[1], 'npz')")
    done = weights.child(code, device, cwd=HELPERS)
    assert done.stdout == f"{device}: is not a regular file, so it cannot be replaced by one\n"
    assert Path(device).stat().st_mode == before


def test_a_pipe_is_refused_and_not_waited_at(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.npz")
    with pytest.raises(fk.FormatError, match="is not a regular file"):
        weights.small_blobs().save(tmp_path / "x.npz")


def test_a_name_that_is_too_long_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(fk.FormatError, match="File name too long"):
        whole_file(tmp_path / ("x" * 256)).__enter__()


@pytest.mark.parametrize("suffix", weights.FORMATS)
def test_who_reads_the_old_file_goes_on_to_read_it(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{suffix}"
    weights.small_blobs(seed=1).save(path)
    wanted = weights.bits(fk.load(path))
    before = fk.load(path)
    weights.small_blobs(seed=2).save(path)
    assert weights.bits(before) == wanted
    assert weights.bits(fk.load(path)) != wanted


@pytest.mark.parametrize("starts", [True, False])
def test_a_thread_that_cannot_be_started_or_never_begins_is_an_error(
    starts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(*_: object) -> None:
        if not starts:
            raise RuntimeError("can't start new thread")

    blobs = weights.small_blobs()
    monkeypatch.setattr("_thread.start_new_thread", start)
    monkeypatch.setattr("fillerkit.threads._PATIENCE", 0.01)
    with pytest.raises(fk.FormatError, match="cannot be written: no thread can be started"):
        blobs.save(tmp_path / "x.npz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="others have no such call")
def test_the_disk_gets_a_large_file_while_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = []
    monkeypatch.setattr(os, "posix_fadvise", lambda *words: given.append(words))
    with whole_file(tmp_path / "x") as file:
        for _ in range(40):
            file.write(bytes(1 << 20))
        number = file.fileno()
    step = 1 << 24
    assert given == [(number, at, step, os.POSIX_FADV_DONTNEED) for at in (0, step)]


@pytest.mark.skipif(sys.platform != "linux", reason="limits as of Linux")
def test_a_thread_that_would_die_for_want_of_memory_is_not_started() -> None:
    # One thread has ended before: the next one gets its stack, and may lack all else.
    code = """
import errno, io, os, resource, warnings
from fillerkit.formats.background import BackgroundWriter

warnings.simplefilter("ignore")  # of threads beside a fork: the one that ended may not be gone yet
with BackgroundWriter(io.BytesIO()) as writer:
    writer.write(b"x")
for room in range(0, 1 << 20, 1 << 16):
    if not os.fork():
        with open("/proc/self/statm") as pages:
            taken = int(pages.read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (taken + room,) * 2)
        try:
            BackgroundWriter(io.BytesIO())
        except OSError as error:
            os._exit(0 if error.errno == errno.ENOMEM else 1)
        os._exit(2)
    print(os.waitstatus_to_exitcode(os.wait()[1]), end="")
"""
    done = weights.child(code, timeout=300)
    assert (done.stdout, done.stderr) == ("0" * 16, "")


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
