"""Names that forks mean different things by."""

from __future__ import annotations

import pytest
from layer_of_text import CONV, blobs_of, set_up_text

import fillerkit as fk


def test_a_dialect_said_outright_is_believed() -> None:
    text = 'type: "BN" top: "t" bn_param { slope_filler { value: 1 } }'
    assert blobs_of(set_up_text(text, CONV, dialect="pspnet")[0]) == [(1, 8, 1, 1)] * 4
    assert blobs_of(set_up_text(text, CONV, dialect="segnet")[0]) == [(1, 8, 1, 1)] * 2


def test_an_unknown_dialect_names_the_known_ones() -> None:
    with pytest.raises(fk.UsageError, match="segnet"):
        set_up_text('type: "BN" top: "t"', CONV, dialect="nobodys")
