"""Text from outside, as a person may see it.

Names, paths and values of files may hold anything: an escape that rewrites the screen, a line break
that forges a second message, a mark that turns the order of letters around. What a person sees
(errors, notes, tables, pictures, pages) goes through `printable`; what programs read does not.
"""

from __future__ import annotations


def printable(text: str) -> str:
    r"""A text in one line, with the escapes of Python's ``repr`` for what has no look of its own.

    Letters of every script stay, and the result is safe to be given here again.

    >>> print(printable("conv\x1b[31m\n\u202e"))
    conv\x1b[31m\n\u202e
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
