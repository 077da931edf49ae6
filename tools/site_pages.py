"""The pages of the site that are not in docs/, and where its links lead (a hook of mkdocs.yml).

Texts that stand elsewhere in the repository become pages as they are, so that each stands in one
place; the API, the command line and the table of layers are made by `site_reference`. A link that
leads out of the site is taken away, and its words stay.
"""

from __future__ import annotations

import json
import posixpath
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parent))  # mkdocs imports a hook by its path
import notebooks
import site_check
import site_reference

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]

# Files of the repository, and the pages that they are.
PAGES = {
    "README.md": "index.md",
    "ARCHITECTURE.md": "architecture.md",
    "CHANGELOG.md": "changelog.md",
    "SECURITY.md": "security.md",
    "benchmarks/README.md": "benchmarks.md",
    "sample_nets/README.md": "sample_nets.md",
}
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s]+)\)|(!\[[^\]]*\])\(([^)\s]+)\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made, and files that pages lead to."""
    from mkdocs.structure.files import File

    for source, page in PAGES.items():
        files.append(File.generated(config, page, abs_src_path=str(ROOT / source)))
    for net in sorted((ROOT / "sample_nets").glob("*/*.prototxt")):
        name = net.relative_to(ROOT).as_posix()
        files.append(File.generated(config, name, abs_src_path=str(net)))
    for path in sorted(notebooks.EXAMPLES.glob("*.ipynb")):
        text = notebooks.page(json.loads(path.read_text()))
        files.append(File.generated(config, f"examples/{path.stem}.md", content=text))
    for page, text in site_reference.pages().items():
        files.append(File.generated(config, page, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Have the links of a page lead to pages of the site."""
    name = page.file.src_uri
    origin = {page: source for source, page in PAGES.items()}.get(name, f"docs/{name}")
    known = {file.src_uri for file in files}
    parts = re.split(r"(^```.*?^```$|`[^`\n]+`(?!\]))", markdown, flags=re.DOTALL | re.MULTILINE)
    parts[::2] = [with_links(part, origin, name, known) for part in parts[::2]]
    return "".join(parts)


def with_links(text: str, origin: str, page: str, known: set[str]) -> str:
    """`text` of the file `origin`, with the links that it has on a page of the site."""

    def led(found: re.Match[str]) -> str:
        words, target = (found[1], found[2]) if found[2] else (found[3], found[4])
        if re.match(r"[a-z]+:|#", target):
            return found[0]
        path, mark, anchor = target.partition("#")
        path = posixpath.normpath(posixpath.join(posixpath.dirname(origin), path))
        path = PAGES.get(path, path.removeprefix("docs/")).replace(".ipynb", ".md")
        if path not in known:
            return words
        shown = words if found[3] else f"[{words}]"
        return f"{shown}({posixpath.relpath(path, posixpath.dirname(page) or '.')}{mark}{anchor})"

    return LINK.sub(led, text)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Name the theme's search for those who hear the page."""
    return output.replace('role="dialog"', 'role="dialog" aria-label="Search"')


def on_post_build(config: MkDocsConfig) -> None:
    """Refuse a site with a link that leads nowhere, or that asks another server for something."""
    from mkdocs.exceptions import PluginError

    if wrong := site_check.wrong(Path(config.site_dir)):
        raise PluginError("\n".join(wrong))
