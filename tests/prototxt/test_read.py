"""A net's text from a file or a string, with the state that is asked for."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from fillerkit.errors import PrototxtError, UsageError
from fillerkit.prototxt import NetText, read_net
from fillerkit.prototxt.read import in_encoding, upgraded
from fillerkit.schema.forks_pb2 import TRAIN

NET = 'name: "n"\nlayer { name: "a" }\nlayer { name: "b" include { phase: TEST } }\n'


def names(text: NetText) -> list[str]:
    return [layer.name for layer, _ in text.layers]


def test_a_net_is_read_from_a_path_or_its_spelling(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text(NET)
    assert names(read_net(path)) == names(read_net(str(path))) == ["a"]


@pytest.mark.parametrize("text", [NET, NET.replace("\n", " "), 'name: "n"\n'])
def test_a_string_with_a_line_break_or_a_brace_is_the_net_itself(text: str) -> None:
    read = read_net(text)
    assert read.name == "n"
    assert read.source.name == "<text>"


def test_a_path_may_have_a_brace_in_its_name(tmp_path: Path) -> None:
    path = tmp_path / "{net}.prototxt"
    path.write_text(NET)
    assert names(read_net(path)) == ["a"]


def test_the_source_goes_by_the_files_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.prototxt").write_text(NET)
    assert read_net("net.prototxt").source.name == "net.prototxt"


def test_the_digest_is_of_the_files_bytes(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf# caf\xe9\r\n" + NET.encode()
    path = tmp_path / "net.prototxt"
    path.write_bytes(data)
    assert read_net(path).sha256 == hashlib.sha256(data).hexdigest()


def test_the_digest_of_a_text_is_that_of_a_file_that_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_bytes(NET.encode())
    assert read_net(NET).sha256 == read_net(path).sha256


@pytest.mark.skipif(
    not (find_spec("_sha2") or find_spec("_sha256")), reason="this Python has only OpenSSL's"
)
def test_the_digest_of_a_text_needs_no_openssl() -> None:
    code = (
        "import sys\n"
        "from fillerkit.prototxt import read_net\n"
        f"print(read_net({NET!r}).sha256, '_hashlib' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [hashlib.sha256(NET.encode()).hexdigest(), "False"]


def test_a_net_may_be_empty() -> None:
    assert names(read_net("\n")) == []


def test_the_phase_is_train_unless_said() -> None:
    text = read_net(NET)
    assert text.state.phase == TRAIN
    assert names(text) == ["a"]


def test_the_nets_own_state_says_the_phase() -> None:
    assert names(read_net("state { phase: TEST }" + NET)) == ["a", "b"]


def test_the_phase_asked_for_goes_before_the_nets_own() -> None:
    assert names(read_net("state { phase: TEST }" + NET, phase="TRAIN")) == ["a"]
    assert names(read_net("state { phase: TRAIN }" + NET, phase="TEST")) == ["a", "b"]


def test_a_net_keeps_its_stages_and_gets_the_ones_asked_for() -> None:
    text = read_net('state { stage: "deploy" }' + NET, stages=["extra"])
    assert list(text.state.stage) == ["deploy", "extra"]


def test_the_level_is_0_whatever_the_nets_own_state_says() -> None:
    assert read_net("state { level: 3 }" + NET).state.level == 0


def test_the_level_asked_for_is_the_nets() -> None:
    assert read_net("state { level: 3 }" + NET, level=2).state.level == 2


def test_a_net_without_a_solver_has_no_seed_and_no_notes() -> None:
    text = read_net(NET)
    assert (text.random_seed, text.notes) == (None, ())


def test_a_file_that_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(PrototxtError, match=r"gone\.prototxt.*no such file"):
        read_net(tmp_path / "gone.prototxt")


def test_a_folder_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(PrototxtError, match="cannot be read"):
        read_net(tmp_path)


def test_a_binary_file_is_refused_as_one(tmp_path: Path) -> None:
    path = tmp_path / "net.caffemodel"
    path.write_bytes(b"\x0a\x05LeNet\xa2\x06\x10\0\0\0\x01")
    with pytest.raises(PrototxtError, match=r"net\.caffemodel.*binary"):
        read_net(path)


def test_an_empty_path_is_refused_as_an_argument() -> None:
    with pytest.raises(UsageError, match="empty path"):
        read_net("")


def test_a_comment_in_another_encoding_does_not_hinder(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_bytes(b"# caf\xe9 \xff\xfe\n" + NET.encode())
    assert names(read_net(path)) == ["a"]


GBK = 'name: "网"  # 网\nlayer { name: "卷积" type: "Input" top: "数据" }\n'


@pytest.mark.parametrize(
    ("data", "encoding", "name"),
    [
        (b'\nname: "caf\xe9"\n', "latin-1", "caf\xe9"),
        (GBK.encode("gbk"), "gb18030", "网"),
        (b'name: "\\315\\370"\n', "gb18030", "网"),  # as protobuf writes bytes
    ],
)
def test_strings_that_are_not_utf8_are_read_by_a_guess_that_is_told(
    data: bytes, encoding: str, name: str, tmp_path: Path
) -> None:
    path = tmp_path / "net.prototxt"
    path.write_bytes(data)
    net = read_net(path)
    assert (net.name, net.source.reading.encoding) == (name, encoding)
    assert net.notes[0].startswith(f"{path}: its names are not UTF-8 and are read as {encoding}, ")
    assert f"the first one as '{name}'" in net.notes[0]


def test_a_comment_alone_in_another_encoding_is_not_told_of(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_bytes("# 网\n".encode("gbk") + NET.encode())
    assert read_net(path).notes == ()


def test_an_encoding_that_is_said_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_bytes('name: "たたみ"\n'.encode("shift_jis"))
    net = read_net(path, encoding="shift_jis")
    assert (net.name, net.notes) == ("たたみ", ())
    with pytest.raises(UsageError, match="neither UTF-8 nor ascii"):
        read_net(path, encoding="ascii")


def test_a_solver_and_its_net_may_be_in_other_encodings(tmp_path: Path) -> None:
    solver = tmp_path / "solver.prototxt"
    solver.write_bytes('net: "网.prototxt"\n'.encode("gbk"))
    for name, text in (("网", GBK.encode("gbk")), ("网", GBK.encode())):
        (tmp_path / f"{name}.prototxt").write_bytes(text)
        assert read_net(solver).name == "网"
    (tmp_path / "网.prototxt").rename(
        os.fsdecode(bytes(tmp_path) + b"/" + "网.prototxt".encode("gbk"))
    )
    assert read_net(solver).name == "网"


@pytest.mark.parametrize(
    "name", ["网", b"a\x81\\b".decode("gbk")]
)  # a last byte may be a backslash's
def test_an_upgraded_text_has_the_same_bytes_for_names(name: str, tmp_path: Path) -> None:
    path, again = tmp_path / "old.prototxt", tmp_path / "new.prototxt"
    path.write_bytes(in_encoding(f'name: "{name}"\ninput: "{name}"\n', "gbk"))
    text, names = upgraded(path, None, None)
    again.write_bytes(in_encoding(text, names.encoding))
    assert in_encoding(f'name: "{name}"', "gbk") in again.read_bytes()
    assert read_net(again).name == read_net(path).name == name


def test_an_error_in_a_file_is_told_with_file_line_and_column(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    path.write_text('layer {\n  nmae: "a"\n}')
    with pytest.raises(PrototxtError) as caught:
        read_net(path)
    assert str(caught.value).startswith(f"{path}:2:3: ")
