"""The page itself: templates filled, styles and script put in, all requests forbidden."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from importlib.resources import files
from typing import Any, NamedTuple

from fillerkit.checks import Finding
from fillerkit.nets.net import Net
from fillerkit.printable import printable
from fillerkit.reports import curves, pictures
from fillerkit.reports.graph import graph
from fillerkit.reports.layers import rows
from fillerkit.reports.prototxt import blocks
from fillerkit.reports.shown import Shown
from fillerkit.signals import Signal
from fillerkit.version import __version__

_FRAME = 720  # pixels, in a notebook
_LONG = 16  # characters that fit in a column


@dataclass(frozen=True)
class Page:
    """A page of HTML that needs nothing else.

    Attributes
    ----------
    html : str
    """

    html: str

    def __repr__(self) -> str:
        return f"Page({len(self.html.encode()):,} bytes of HTML)"

    def _repr_html_(self) -> str:
        """What a notebook shows: the page in a frame of its own."""
        return (
            f'<iframe sandbox="allow-scripts" width="100%" height="{_FRAME}" '
            f'title="a net" srcdoc="{escape(self.html)}"></iframe>'
        )


class Group(NamedTuple):
    """All that `check` found of one code."""

    code: str
    findings: tuple[Finding, ...]


def rendered(
    net: Net, shown: Shown, signals: Sequence[Signal], findings: Sequence[Finding]
) -> Page:
    """The page of a net and what is known of it."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    def broken(name: str) -> Markup:
        """A long name that may go on in a new line after each part of it."""
        text = escape(printable(name))
        return Markup(re.sub("([/_.-]+)", r"\1<wbr>", text) if len(name) > _LONG else text)

    environment = Environment(
        loader=PackageLoader("fillerkit.reports", "parts"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_seen,
    )
    style, script = _part("page.css"), _part("page.js")
    drawing = graph(shown.net)
    told = curves.groups(signals)
    linked = {layer.line for layer in net.layers} | {found.place.line for found in findings}
    return Page(
        environment.get_template("page.html").render(
            net=net,
            blobs=shown.blobs,
            weights=shown.weights,
            rows=rows(net, shown),
            notes=shown.notes,
            groups=_groups(findings),
            broken=broken,
            index={layer.name: at for at, layer in reversed(list(enumerate(net.layers)))},
            graph=drawing,
            near=Markup(drawing.near),
            far=[Markup(part) for part in drawing.far],
            blocks=blocks(net, linked),
            signals=told,
            charts=curves.charts(told) if told else (),
            band=curves.band,
            curves=curves,
            pictures=pictures,
            style=Markup(style),
            script=Markup(script),
            policy=_policy(style, script),
            version=__version__,
        )
    )


def _seen(value: Any) -> Any:
    """What the page shows of a value: a text from outside is made printable."""
    return printable(value) if type(value) is str else value


def _part(name: str) -> str:
    return files("fillerkit.reports").joinpath("parts", name).read_text("utf-8")


def _policy(style: str, script: str) -> str:
    """What a browser is to allow the page: its own style and script, and no request at all."""
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _groups(findings: Sequence[Finding]) -> tuple[Group, ...]:
    """Findings by code, in order."""
    found: dict[str, list[Finding]] = {}
    for each in findings:
        found.setdefault(each.code, []).append(each)
    return tuple(Group(code, tuple(each)) for code, each in found.items())
