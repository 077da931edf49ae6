"""Types of forks that keep their first bottom's shape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

Make = Callable[..., Any]


@pytest.mark.parametrize(
    ("kind", "others", "body"),
    [
        ("Binary", [], ""),
        ("Cos", [], ""),
        ("FlowWarping", [(2, 2, 12, 10)], ""),
        ("GRN", [], "grn_param { bias: 1e-8 }"),
        ("Intranorm", [], "intranorm_param { cluster_num: 64 }"),
        ("MaskTransformer", [(2, 120)], "mask_param { to_compute_dU: false }"),
        ("Normalization", [], ""),
        ("PointTransformer", [(2, 6)], "pt_param { transform_type: AFFINE inv_trans: true }"),
        ("PowerFile", [], 'power_file_param { shift_file: "crop.txt" }'),
        ("SignedSqrt", [], ""),
        ("SpatialSoftmax", [], "spatial_softmax_param { engine: CAFFE temperature: 1 }"),
    ],
)
def test_it_keeps_the_shape_and_has_no_blobs(
    kind: str, others: list[tuple[int, ...]], body: str, made: Make
) -> None:
    shape = (2, 8, 12, 10)
    assert made(kind, shape, *others, body=body) == ([shape], [])
