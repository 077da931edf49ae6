"""Nets whose blobs are made in slices."""

from __future__ import annotations

import pytest

pytest.importorskip("dask", reason="Dask is not installed")
pytest.importorskip("distributed", reason="Dask's distributed is not installed")
