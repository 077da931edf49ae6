"""What ``--weights`` brings, told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import fillerkit as fk
from fillerkit.cli.options import said_of_weights
from fillerkit.cli.printing import note, tell
from fillerkit.nets.notes import start_notes


def copied(net: fk.Net, weights: Sequence[str], **asked: Any) -> fk.Transfer:
    """Find what weight files bring a net, as `asked`, and tell what then still starts as zeros."""
    transfer = fk.transfer(net, weights, **asked, **said_of_weights())
    tell(start_notes(net.layers, transfer.places))
    tell(transfer.notes)
    note(str(transfer))
    return transfer
