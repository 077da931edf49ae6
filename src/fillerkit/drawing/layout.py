"""Where boxes stand: in rows from the top down, with as few crossings as a few sweeps find.

The layered drawing of Sugiyama, Tagawa and Toda (1981): each box stands a row below the lowest of
those that lead to it; an edge that passes rows has a place of its own in each; the order in a row
follows the mean place of the neighbours (their barycentre). Places along a row are then the least
squares fit to the neighbours' places that keeps the order and the gaps.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

_GAP = 24.0  # between neighbours of a row
_SWEEPS = 24  # for the order; twice as many for the places
_STRAIGHT = 6.0  # how much more a long edge wants to be straight than a short one
_ALONE = 4.0  # and the only edge between two boxes that have no others there

Point = tuple[float, float]


@dataclass(frozen=True)
class Layout:
    """Where everything is.

    Attributes
    ----------
    centers : list of (x, y)
        Of the boxes.
    paths : list of list of (x, y)
        For each edge the points it passes: the lower edge of its box, the upper and the lower side
        of each row that it enters or leaves, and the upper edge of the box it leads to.
    width, height : float
    """

    centers: list[Point]
    paths: list[list[Point]]
    width: float
    height: float


def layout(
    sizes: Sequence[tuple[float, float]], edges: Sequence[tuple[int, int]], drop: float
) -> Layout:
    """Lay out boxes.

    Parameters
    ----------
    sizes
        Width and height of each box.
    edges
        From box to box, each to a later one.
    drop
        How far rows are apart.
    """
    if not sizes:
        return Layout([], [], 0, 0)
    return _Rows(sizes, edges).layout(drop)


class _Rows:
    """Boxes, and the places where long edges pass a row, by number; the boxes come first."""

    def __init__(
        self, sizes: Sequence[tuple[float, float]], edges: Sequence[tuple[int, int]]
    ) -> None:
        self._sizes = list(sizes)
        self._edges = edges
        self._row = _rows(len(sizes), edges)
        self._up: dict[int, list[int]] = defaultdict(list)
        self._down: dict[int, list[int]] = defaultdict(list)
        self._passing: dict[tuple[int, int], int] = {}
        self._chains = [self._chain(start, end) for start, end in edges]
        self._rows: list[list[int]] = [[] for _ in range(max(self._row) + 1)]
        for number, row in enumerate(self._row):
            self._rows[row].append(number)
        self._x: list[float] = []

    def layout(self, drop: float) -> Layout:
        self._order()
        self._place()
        self._straighten()
        heights = [max(self._sizes[number][1] for number in row) for row in self._rows]
        tops = [0.0]
        for height in heights:
            tops.append(tops[-1] + height + drop)
        left = min(x - self._sizes[n][0] / 2 for n, x in enumerate(self._x))
        self._x = [x - left for x in self._x]
        boxes = len(self._sizes) - len(self._passing)
        centers = [
            (self._x[n], tops[self._row[n]] + heights[self._row[n]] / 2) for n in range(boxes)
        ]
        width = max(x + self._sizes[n][0] / 2 for n, x in enumerate(self._x))
        paths = [self._path(chain, centers, tops, heights) for chain in self._chains]
        return Layout(centers, paths, width, tops[-1] - drop)

    def _chain(self, start: int, end: int) -> list[int]:
        """The numbers an edge passes. Edges from one box share the places that they pass."""
        chain = [start]
        for row in range(self._row[start] + 1, self._row[end]):
            if (start, row) not in self._passing:
                self._passing[start, row] = len(self._sizes)
                self._sizes.append((8, 0))
                self._row.append(row)
            chain.append(self._passing[start, row])
        chain.append(end)
        for above, below in pairwise(chain):
            if below not in self._down[above]:
                self._down[above].append(below)
                self._up[below].append(above)
        return chain

    def _order(self) -> None:
        best, fewest = [list(row) for row in self._rows], self._crossings()
        for sweep in range(_SWEEPS):
            if not fewest:
                break
            down = sweep % 2 == 0
            place = self._places()
            for row in self._rows if down else reversed(self._rows):
                means = {
                    number: _mean([place[m] for m in near], place[number])
                    for number in row
                    for near in [self._up[number] if down else self._down[number]]
                }
                row.sort(key=means.__getitem__)
                place.update((number, at) for at, number in enumerate(row))
            if (crossings := self._crossings()) < fewest:
                best, fewest = [list(row) for row in self._rows], crossings
        self._rows = best

    def _places(self) -> dict[int, int]:
        return {number: at for row in self._rows for at, number in enumerate(row)}

    def _crossings(self) -> int:
        place, count = self._places(), 0
        for row in self._rows:
            seen: list[int] = []
            for number in row:
                ends = [place[below] for below in self._down[number]]
                count += sum(len(seen) - bisect_right(seen, end) for end in ends)
                for end in ends:
                    insort(seen, end)
        return count

    def _place(self) -> None:
        self._x = [0.0] * len(self._sizes)
        for row in self._rows:
            self._spread(row, [0.0] * len(row), [1.0] * len(row))
        for sweep in range(2 * _SWEEPS):
            both = sweep >= _SWEEPS
            down = sweep % 2 == 0
            for row in self._rows if down else reversed(self._rows):
                sides = (self._up, self._down) if both else (self._up if down else self._down,)
                wanted, weights = [], []
                for number in row:
                    near = [other for side in sides for other in side[number]]
                    pull = [self._pull(number, other) for other in near]
                    weights.append(sum(pull) or 0.1)
                    places = [w * self._x[other] for w, other in zip(pull, near, strict=True)]
                    wanted.append(sum(places) / sum(pull) if pull else self._x[number])
                self._spread(row, wanted, weights)

    def _straighten(self) -> None:
        """Bring what leads to one box alone above it, as far as there is room.

        Least squares spread a shift over all of a chain; this leaves it at the chain's upper end.
        """
        for row in reversed(self._rows):
            for at, number in enumerate(row):
                below = self._down[number]
                if len(below) != 1 or len(self._up[below[0]]) != 1:
                    continue
                x = self._x[below[0]]
                if at > 0:
                    x = max(x, self._x[row[at - 1]] + self._apart(row[at - 1], number))
                if at + 1 < len(row):
                    x = min(x, self._x[row[at + 1]] - self._apart(number, row[at + 1]))
                self._x[number] = x

    def _apart(self, left: int, right: int) -> float:
        return (self._sizes[left][0] + self._sizes[right][0]) / 2 + _GAP

    def _pull(self, one: int, other: int) -> float:
        boxes = len(self._sizes) - len(self._passing)
        above, below = sorted((one, other), key=self._row.__getitem__)
        alone = len(self._down[above]) == len(self._up[below]) == 1
        return _STRAIGHT ** ((one >= boxes) + (other >= boxes)) * (_ALONE if alone else 1)

    def _spread(self, row: list[int], wanted: list[float], weights: list[float]) -> None:
        """Bring a row as near as its gaps allow to where it wants to be: pooled neighbours."""
        offsets = [0.0]
        for left, right in pairwise(row):
            offsets.append(offsets[-1] + self._apart(left, right))
        pools: list[tuple[float, float, int]] = []  # mean, weight, how many
        for want, offset, weight in zip(wanted, offsets, weights, strict=False):
            pool = (want - offset, weight, 1)
            while pools and pools[-1][0] >= pool[0]:
                mean, heavy, many = pools.pop()
                total = heavy + pool[1]
                pool = ((mean * heavy + pool[0] * pool[1]) / total, total, many + pool[2])
            pools.append(pool)
        means = [mean for mean, _, many in pools for _ in range(many)]
        for number, mean, offset in zip(row, means, offsets, strict=False):
            self._x[number] = mean + offset

    def _path(
        self, chain: list[int], centers: list[Point], tops: list[float], heights: list[float]
    ) -> list[Point]:
        path = []
        for number in chain:
            x, row = self._x[number], self._row[number]
            path += [(x, tops[row]), (x, tops[row] + heights[row])]
        start, end = chain[0], chain[-1]
        path[0] = (self._x[start], centers[start][1] + self._sizes[start][1] / 2)
        path[-1] = (self._x[end], centers[end][1] - self._sizes[end][1] / 2)
        return path


def _rows(count: int, edges: Sequence[tuple[int, int]]) -> list[int]:
    """The row of each box; what nothing leads to stands just above the first that it leads to."""
    row = [0] * count
    leads: dict[int, list[int]] = defaultdict(list)
    reached = set()
    for start, end in sorted(edges):
        row[end] = max(row[end], row[start] + 1)
        leads[start].append(end)
        reached.add(end)
    for start, ends in leads.items():
        if start not in reached:
            row[start] = min(row[end] for end in ends) - 1
    return row


def _mean(values: Sequence[int], otherwise: int) -> float:
    return sum(values) / len(values) if values else otherwise
