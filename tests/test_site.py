"""How the site is made of docs/, of other texts and of the code (tools/site_*.py)."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
import site_check
import site_pages
import site_reference

import fillerkit as fk
from fillerkit import cli

KNOWN = {"index.md", "start.md", "tasks/seed.md", "npz.md", "figures/report.png", "examples/b.md"}


@pytest.mark.parametrize(
    ("text", "origin", "page", "led"),
    [
        ("[a](docs/npz.md#x)", "README.md", "index.md", "[a](npz.md#x)"),
        ("[a](../npz.md)", "docs/tasks/seed.md", "tasks/seed.md", "[a](../npz.md)"),
        ("[a](../../README.md)", "docs/tasks/seed.md", "tasks/seed.md", "[a](../index.md)"),
        ("![a](docs/figures/report.png)", "README.md", "index.md", "![a](figures/report.png)"),
        ("[a](examples/b.ipynb)", "README.md", "index.md", "[a](examples/b.md)"),
        ("[a](../tests/hostile/README.md)", "docs/npz.md", "npz.md", "a"),
        ("[a](https://x.org/b) [c](#d)", "docs/npz.md", "npz.md", "[a](https://x.org/b) [c](#d)"),
        ("![a](data:image/png;base64,AA)", "x.ipynb", "x.md", "![a](data:image/png;base64,AA)"),
    ],
)
def test_a_link_of_the_repository_is_one_of_the_site_or_only_its_words(
    text: str, origin: str, page: str, led: str
) -> None:
    assert site_pages.with_links(text, origin, page, KNOWN) == led


def test_every_file_that_becomes_a_page_is_there() -> None:
    assert [name for name in site_pages.PAGES if not (site_pages.ROOT / name).is_file()] == []


def test_every_public_name_stands_on_one_page_of_the_api() -> None:
    said = [
        name for _, rooms in site_reference.API.values() for name in site_reference.names(rooms)
    ]
    assert sorted(said) == fk.__all__


def test_every_layer_type_of_ours_has_a_row() -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    text = site_reference.layers()
    ours = {kind.name for kind in fk.layer_types if kind.plan.__module__.startswith("fillerkit.")}
    assert {name for name in ours if f"\n| `{name}` | " not in text} == set()
    caffes, _, forks = text.partition("## Forks'")
    assert "| `Flatten` | Makes the axes from axis to end_axis one. |  | yes |" in caffes
    assert {"| `Data` | " in caffes, "| `Python` | " in caffes} == {True}
    assert "| `Axpy` | a x + y with one a for each channel (SENet). |  | yes |" in forks


def test_every_command_has_its_help_on_a_page() -> None:
    text = site_reference.command_line()
    for name in cli.fillerkit.list_commands(click.Context(cli.fillerkit)):
        assert f"\n## fillerkit {name}\n" in text
    init = text.partition("## fillerkit init")[2].partition("\n## ")[0]
    assert "```text\nfillerkit init [OPTIONS] NET\n```" in init
    assert (
        "Examples:\n\n```text\nfillerkit init deploy.prototxt -o weights.npz --seed 1701\n" in init
    )
    assert "| `--dtype [float32|float64]` | The type of the net" in init


def written(folder: Path, body: str) -> list[str]:
    """What is wrong with a site of one page and a picture."""
    (folder / "index.html").write_text(f"<h1 id='top'>A</h1>{body}")
    (folder / "a b.png").write_bytes(b"")
    return site_check.wrong(folder)


@pytest.mark.parametrize(
    "body",
    [
        "<a href='#top'>",
        "<a href='index.html#top'>",
        "<a href='https://x.org'>",
        "<img src='a%20b.png'>",
        "<img src='data:image/png;base64,AA'>",
    ],
)
def test_a_link_that_leads_somewhere_is_right(body: str, tmp_path: Path) -> None:
    assert written(tmp_path, body) == []


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("<a href='gone.html'>", "the link to gone.html leads nowhere"),
        ("<a href='#gone'>", "the link to #gone names a place that is not there"),
        ("<a href='index.html#gone'>", "the link to index.html#gone names a place that is not th"),
        ("<img src='gone.png'>", "gone.png is not there"),
        ("<script src='https://x.org/a.js'>", "a browser would ask for https://x.org/a.js"),
        ("<link rel='stylesheet' href='//x.org/a.css'>", "a browser would ask for //x.org/a.css"),
    ],
)
def test_what_is_wrong_with_a_site_is_said(body: str, what: str, tmp_path: Path) -> None:
    (found,) = written(tmp_path, body)
    assert found.startswith(f"index.html: {what}")
