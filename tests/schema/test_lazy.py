"""Schemas are read alike whatever a program does around them, and without more than they need."""

from __future__ import annotations

import locale
import subprocess
import sys

import pytest
from google import protobuf
from google.protobuf import message_factory
from google.protobuf.internal import api_implementation

from fillerkit.schema import forks_pb2
from fillerkit.schema.lazy import added, message_class

COMMA = ("de_DE.UTF-8", "tr_TR.UTF-8", "fr_FR.UTF-8")


class Locale:
    """A locale with a decimal comma, for machines that have none."""

    def __init__(self) -> None:
        self.now = "de_DE"

    def set(self, category: int, new: str | None = None) -> str:
        assert category == locale.LC_NUMERIC
        self.now = new or self.now
        return self.now

    def conventions(self) -> dict[str, str]:
        return {"decimal_point": "." if self.now == "C" else ","}


def test_a_pool_reads_numbers_with_a_decimal_point_and_the_locale_is_put_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    german = Locale()
    monkeypatch.setattr(locale, "setlocale", german.set)
    monkeypatch.setattr(locale, "localeconv", german.conventions)
    seen = []

    class Pool:
        def AddSerializedFile(self, serialized: bytes) -> None:  # noqa: N802
            seen.append(german.now)
            raise TypeError("no schema")

    with pytest.raises(TypeError, match="no schema"):
        added(Pool(), b"")
    assert (seen, german.now) == (["C"], "de_DE")


@pytest.mark.parametrize("name", COMMA)
def test_a_program_with_a_decimal_comma_imports_the_schemas(name: str) -> None:
    code = (
        f"import locale; locale.setlocale(locale.LC_ALL, '{name}')\n"
        "from fillerkit.schema import caffe_pb2, forks_pb2\n"
        "print(forks_pb2.SolverParameter().momentum2, caffe_pb2.DESCRIPTOR.name)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    if "unsupported locale setting" in done.stderr:
        pytest.skip(f"the locale {name} is not installed")
    assert done.stdout.startswith("0.999"), done.stderr


@pytest.mark.skipif(
    api_implementation.Type() != "upb" or protobuf.__version__ < "5",
    reason="protobuf runs in Python, or is one that needs its Python",
)
def test_a_message_is_made_without_protobuf_in_python() -> None:
    code = (
        "import sys\n"
        "from fillerkit.schema.forks_pb2 import LayerParameter\n"
        "LayerParameter().convolution_param.weight_filler.type = 'xavier'\n"
        "names = 'descriptor_pool message_factory text_format internal.python_message'.split()\n"
        "print([name for name in names if f'google.protobuf.{name}' in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_message_has_one_class_whoever_asks_for_it() -> None:
    held = type(forks_pb2.LayerParameter().tile_param)
    assert held is forks_pb2.TileParameter
    assert held is message_class(held.DESCRIPTOR)
    if hasattr(message_factory, "GetMessageClass"):
        assert held is message_factory.GetMessageClass(held.DESCRIPTOR)
