"""How many bottoms or tops a layer may have, and how that is said."""

from __future__ import annotations

Span = tuple[int, int | None]
"""The least and the most; None for no limit."""


def is_within(span: Span, count: int) -> bool:
    """Whether a layer may have so many."""
    least, most = span
    return least <= count and (most is None or count <= most)


def counted(span: Span, what: str) -> str:
    """A span in words: ``1 bottom``, ``no top``, ``2 bottoms or more``, ``1 to 2 tops``."""
    least, most = span
    if most == least:
        return f"{least or 'no'} {what}{'s' * (least != 1)}"
    if most is None:
        return f"{least} {what}s or more"
    return f"{least} to {most} {what}s"
