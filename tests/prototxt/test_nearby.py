"""A fork's caffe.proto near a net."""

from __future__ import annotations

from pathlib import Path

import pytest

import fillerkit as fk
from fillerkit.prototxt.nearby import Schemas

PROTO = "message LayerParameter { optional PwAttendParameter pw_attend_param = 201; }"
NET = 'layer { name: "a" pw_attend_param { } }'


def written(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


@pytest.mark.parametrize("place", ["caffe.proto", "src/caffe/proto/caffe.proto"])
@pytest.mark.parametrize("below", [".", "models/a"])
def test_a_schema_beside_a_net_or_above_it_is_found(tmp_path: Path, place: str, below: str) -> None:
    file = written(tmp_path / "caffe" / place, PROTO)
    net = written(tmp_path / "caffe" / below / "net.prototxt", NET)
    assert Schemas(str(net)).declaring("pw_attend_param") == file
    assert Schemas(str(net)).declaring("attend_param") is None


def test_a_schema_in_a_folder_beside_is_found(tmp_path: Path) -> None:
    file = written(tmp_path / "caffe-fork" / "src" / "caffe" / "proto" / "caffe.proto", PROTO)
    net = written(tmp_path / "models" / "net.prototxt", NET)
    assert Schemas(str(net)).declaring("pw_attend_param") == file


def test_a_text_lies_nowhere() -> None:
    assert Schemas("<text>").declaring("pw_attend_param") is None


def test_the_error_of_an_unknown_field_offers_it(tmp_path: Path) -> None:
    file = written(tmp_path / "caffe.proto", PROTO)
    with pytest.raises(fk.PrototxtError) as caught:
        fk.load_net(written(tmp_path / "net.prototxt", NET))
    assert f"{file} has it: proto={str(file)!r}" in caught.value.message


def test_it_is_looked_for_once_however_many_fields_are_unknown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path / "caffe.proto", PROTO)
    net = written(tmp_path / "net.prototxt", NET * 9)
    read: list[Path] = []
    read_text = Path.read_text

    def watched(path: Path, *rest: str) -> str:
        read.append(path)
        return read_text(path, *rest)

    monkeypatch.setattr(Path, "read_text", watched)
    assert f"{file} has it: proto='{file}' (and 8 times more)" in str(fk.check(net))
    assert read.count(file) == 1
