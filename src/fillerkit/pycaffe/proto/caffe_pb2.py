"""Caffe's messages under Caffe's names: those of `fillerkit.messages`, all made at once.

Some scripts go through what is in the module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

# Scripts ask ``google.protobuf`` for text_format without importing it, since Caffe has.
from google.protobuf import text_format as _text_format  # noqa: F401

from fillerkit import messages
from fillerkit.messages import *  # noqa: F403
from fillerkit.pycaffe.old_messages import allow_old_ways as _allow_old_ways

_allow_old_ways()

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        """A name that is not there: the error offers the nearest."""
        return getattr(messages, name)
