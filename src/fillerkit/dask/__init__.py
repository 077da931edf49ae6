"""Blobs made by many machines, on Dask: as arrays, or straight into a folder of shards.

Needs Dask (``pip install 'fillerkit[dask]'``).
"""

from fillerkit.libraries import library

library("dask", "fillerkit.dask", "dask")
library("fsspec", "fillerkit.dask", "dask")
from fillerkit.dask.arrays import Arrays as Arrays  # noqa: E402  (they need Dask)
from fillerkit.dask.arrays import arrays as arrays  # noqa: E402
from fillerkit.dask.cluster import connected as connected  # noqa: E402
from fillerkit.dask.processes import processes as processes  # noqa: E402
from fillerkit.dask.save import Saved as Saved  # noqa: E402
from fillerkit.dask.save import save as save  # noqa: E402
