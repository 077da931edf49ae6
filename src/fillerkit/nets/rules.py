"""Fillers by rule: which filler a blob gets, whatever the prototxt says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import NamedTuple

from fillerkit.errors import UsageError, did_you_mean, some
from fillerkit.fillers.registry import known_filler
from fillerkit.layers.plan import Param, Plan
from fillerkit.prototxt.short import parse_filler
from fillerkit.schema.forks_pb2 import FillerParameter


class _Rule(NamedTuple):
    """``LAYER=FILLER`` or ``LAYER:BLOB=FILLER``, where LAYER and BLOB are patterns."""

    text: str
    layers: str
    blobs: str
    filler: FillerParameter

    def fits(self, layer: str, param: Param) -> bool:
        """Without a blob's name, weights are meant: learned blobs of two axes or more."""
        if not fnmatchcase(layer, self.layers):
            return False
        if self.blobs:
            return fnmatchcase(param.name, self.blobs)
        return param.learned and len(param.shape) > 1


class FillerRules:
    """The rules of one net, in order: of all that fit a blob the last one counts.

    Parameters
    ----------
    rules
        Fillers in short form by pattern: ``{"conv*": "msra", "fc*:bias": "constant(value=0.1)"}``.
        ``*``, ``?`` and ``[...]`` mean what they do in a shell.
    """

    def __init__(self, rules: Mapping[str, str]) -> None:
        self._rules = [_parsed(pattern, filler) for pattern, filler in rules.items()]
        self._unused = {rule.text for rule in self._rules}
        self._seen: dict[str, None] = {}

    def apply(self, layer: str, plan: Plan) -> Plan:
        """A layer's plan with the fillers that the rules give its blobs."""
        if not self._rules:
            return plan
        for param in plan.params:
            self._seen[f"{layer}:{param.name}"] = None
        return replace(
            plan,
            params=[self._ruled(layer, param) for param in plan.params],
            forgotten=[self._ruled(layer, param) for param in plan.forgotten],
        )

    def check_used(self) -> None:
        """Refuse a rule that fitted nothing: it is a slip, or of another net."""
        for rule in self._rules:
            if rule.text in self._unused:
                name = f"{rule.layers}:{rule.blobs}" if rule.blobs else rule.layers
                near = did_you_mean(name, self._nearby(rule))
                raise UsageError(
                    f"filler rule '{rule.text}' fits no blob of this net{near or self._some()}"
                )

    def _ruled(self, layer: str, param: Param) -> Param:
        for rule in self._rules:
            if rule.fits(layer, param):
                self._unused.discard(rule.text)
                param = replace(param, filler=rule.filler)
        return param

    def _nearby(self, rule: _Rule) -> Iterable[str]:
        return self._seen if rule.blobs else {name.rpartition(":")[0] for name in self._seen}

    def _some(self) -> str:
        return f"; it has {some(list(self._seen)) or 'none'}"


def _parsed(pattern: str, filler: str) -> _Rule:
    layers, _, blobs = pattern.rpartition(":") if ":" in pattern else (pattern, "", "")
    text = f"{pattern}={filler}"
    if not layers:
        raise UsageError(f"filler rule '{text}' names no layer: write '*{pattern}' for all")
    spec = parse_filler(filler)
    known_filler(spec.type)
    return _Rule(text, layers, blobs, spec)
