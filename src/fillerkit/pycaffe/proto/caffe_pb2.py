"""Caffe's messages under Caffe's names: those of `fillerkit.messages`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fillerkit.messages import *  # noqa: F403
else:
    from fillerkit import messages
    from fillerkit.messages import __all__ as __all__

    def __getattr__(name: str) -> Any:
        return getattr(messages, name)

    def __dir__() -> list[str]:
        return dir(messages)
