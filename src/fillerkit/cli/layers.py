"""``fillerkit layers``: which layer types can be read."""

from __future__ import annotations

import click

import fillerkit as fk
from fillerkit.cli.listing import list_names


@click.command("layers")
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List the layer types that are known, or explain the one called NAME."""
    list_names({kind.name: kind.plan for kind in fk.layer_types}, name, "layer type")
