"""The short form of a filler, for a command line: ``xavier``, ``gaussian(std=0.01, mean=1)``."""

from __future__ import annotations

import re

from fillerkit.errors import PrototxtError, UsageError, check_kind
from fillerkit.prototxt.bind import bind
from fillerkit.prototxt.source import Source
from fillerkit.prototxt.text import parse
from fillerkit.schema.forks_pb2 import FillerParameter

_FORM = re.compile(r"\s*(\w+)\s*(?:\((.*)\))?\s*")


def parse_filler(short: str) -> FillerParameter:
    """The filler that a short form means; its arguments are the fields of ``FillerParameter``."""
    check_kind("a filler", short, str, "a str, like xavier or gaussian(std=0.01)")
    form = _FORM.fullmatch(short)
    if not form:
        raise UsageError(f"'{short}' is no filler: write xavier, or gaussian(std=0.01)")
    fields = (form[2] or "").replace("=", ":")
    source = Source(short, f'type: "{form[1]}" {fields}')
    filler = FillerParameter()
    try:
        bind(parse(source), filler, source)
    except PrototxtError as error:
        raise UsageError(f"'{short}' is no filler: {error.message}") from None
    return filler
