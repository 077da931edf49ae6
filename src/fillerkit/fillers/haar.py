"""Matrices with orthonormal rows or columns, all of them equally likely."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def orthonormal(gaussians: NDArray[np.floating]) -> NDArray[np.float64]:
    """The matrix with orthonormal columns, or rows where it is wide, that independent N(0, 1) make.

    It is the Q of their QR decomposition, of the transpose where the matrix is wide. Q is unique
    with a positive diagonal of R, and then uniform (of Haar measure): a rotation of the gaussians
    is as likely as they are, and rotates Q. Libraries leave the diagonal's signs to their
    algorithm, so they are corrected (Mezzadri 2007).
    """
    rows, columns = gaussians.shape
    tall = gaussians if rows >= columns else gaussians.T
    q, r = np.linalg.qr(tall.astype(np.float64))
    q *= np.where(np.diagonal(r) < 0, -1.0, 1.0)
    made: NDArray[np.float64] = q if rows >= columns else q.T
    return made
