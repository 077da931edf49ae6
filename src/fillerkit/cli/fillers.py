"""``fillerkit fillers``: what weights can start as."""

from __future__ import annotations

import click

import fillerkit as fk
from fillerkit.cli.listing import list_names


@click.command("fillers")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List the fillers that are known, or explain the one called NAME."""
    list_names({filler.name: filler.make for filler in fk.filler_types}, name, "filler")
