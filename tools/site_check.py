"""What is wrong with a site on the disk: links that lead nowhere, and files of other servers."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Links(HTMLParser):
    """What a page has to be led to, what it leads to, and what a browser loads with it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value for name, value in attrs if value is not None}
        self.anchors |= {found[name] for name in ("id", "name") if name in found}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag == "link" and found.get("rel") not in ("canonical", "next", "prev"):
            self.loaded.append(found["href"])
        elif "src" in found:
            self.loaded.append(found["src"])


def wrong(site: Path) -> list[str]:
    """A sentence for each thing that is wrong; an address of another server may be linked to."""
    pages = {path: Links(path.read_text()) for path in sorted(site.rglob("*.html"))}
    pages.pop(site / "404.html", None)  # it is shown at any address, so its links start at the root
    return [
        f"{path.relative_to(site)}: {what}"
        for path, page in pages.items()
        for what in _wrong_in(path, page, pages)
    ]


def _wrong_in(path: Path, page: Links, pages: dict[Path, Links]) -> Iterator[str]:
    for target in page.loaded:
        parts = urlsplit(target)
        if parts.netloc:
            yield f"a browser would ask for {target}"
        elif parts.scheme != "data" and not _at(path, parts.path).is_file():
            yield f"{target} is not there"
    for target in page.links:
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            continue
        there = _at(path, parts.path)
        if not there.is_file():
            yield f"the link to {target} leads nowhere"
        elif there in pages and unquote(parts.fragment) not in {"", *pages[there].anchors}:
            yield f"the link to {target} names a place that is not there"


def _at(path: Path, relative: str) -> Path:
    return (path.parent / unquote(relative)).resolve() if relative else path
