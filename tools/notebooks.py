"""Run the notebooks of examples/ and hold what they print against what is stored in them.

``--write`` stores it: without the machine's metadata and counters, so that a change can be read.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parents[1] / "examples"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

Notebook = dict[str, Any]


def plain(notebook: Notebook) -> Notebook:
    """A notebook with nothing in it but its cells and what they show."""
    cells = []
    for cell in notebook["cells"]:
        kept = {"cell_type": cell["cell_type"], "metadata": {}, "source": cell["source"]}
        if cell["cell_type"] == "code":
            kept |= {"execution_count": None, "outputs": _plain_outputs(cell["outputs"])}
        cells.append(kept)
    return {"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 4}


def _plain_outputs(outputs: list[Notebook]) -> list[Notebook]:
    """What a cell shows, without counters; lines of one stream are one output, as they came."""
    found: list[Notebook] = []
    for output in outputs:
        kept = dict(output)
        kept |= {"metadata": {}} if "metadata" in kept else {}
        kept |= {"execution_count": None} if "execution_count" in kept else {}
        if found and kept.get("name") == found[-1].get("name", ""):
            found[-1]["text"] = "".join(found[-1]["text"]) + "".join(kept["text"])
        else:
            found.append(kept)
    return found


def text(notebook: Notebook) -> str:
    """A notebook as its file has it: texts as lists of lines."""
    return json.dumps(_lines(notebook), indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def _lines(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _lines(inner, key) for key, inner in value.items()}
    if isinstance(value, list):
        return [_lines(inner) for inner in value]
    split = name in ("source", "text") or name.startswith(("text/", "image/svg"))
    return value.splitlines(keepends=True) if split and isinstance(value, str) else value


def shown(notebook: Notebook) -> list[str]:
    """What the cells print, by lines; of pictures only that there is one."""
    found = []
    for cell in _lines(plain(notebook))["cells"]:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            found += output.get("text", []) or data.get("text/html") or data.get("text/plain", [])
            found += [f"<{kind}>" for kind in data if kind.startswith("image/")]
    return [line.rstrip("\n") for line in found]


def page(notebook: Notebook) -> str:
    """A notebook as a page of Markdown."""
    parts = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source)
            continue
        parts.append(f"```python\n{source}\n```")
        parts += [_shown_on_page(output) for output in cell["outputs"]]
    return "\n\n".join(parts) + "\n"


def _shown_on_page(output: Notebook) -> str:
    data = output.get("data", {})
    if "image/png" in data:
        return f"![What the lines above draw](data:image/png;base64,{data['image/png'].strip()})"
    if "text/html" in data:
        return "".join(data["text/html"])
    return f"```text\n{''.join(output.get('text') or data['text/plain']).rstrip()}\n```"


def run(path: Path) -> Notebook:
    """Run a notebook where it lies, and give it as it is then."""
    from nbclient import NotebookClient

    os.environ["OMP_NUM_THREADS"] = "1"  # threads of small matrices wait for one another
    nbformat: Any = import_module("nbformat")  # typed in part
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}}
    ).execute()
    return plain(notebook)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notebooks", nargs="*", type=Path, default=sorted(EXAMPLES.glob("*.ipynb")))
    parser.add_argument("--write", action="store_true", help="store what they print")
    asked = parser.parse_args()
    astray = 0
    for path in asked.notebooks:
        stored, found = json.loads(path.read_text()), run(path)
        if asked.write:
            path.write_text(text(found))
            continue
        differ = list(
            difflib.unified_diff(shown(stored), shown(found), "stored", "now", lineterm="")
        )
        print(f"{path.name}: {'not what is stored' if differ else 'as stored'}", *differ, sep="\n")
        astray += bool(differ)
    return 1 if astray else 0


if __name__ == "__main__":
    sys.exit(main())
