"""Where boxes stand."""

from __future__ import annotations

from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from fillerkit.drawing.layout import Layout, layout

SIZE = (100.0, 40.0)


def laid_out(count: int, edges: list[tuple[int, int]]) -> Layout:
    return layout([SIZE] * count, edges, 30)


def test_a_chain_stands_in_a_column() -> None:
    plan = laid_out(4, [(0, 1), (1, 2), (2, 3)])
    assert len({x for x, _ in plan.centers}) == 1
    assert [y for _, y in plan.centers] == [20, 90, 160, 230]
    assert (plan.width, plan.height) == (100, 250)


def test_branches_stand_side_by_side_around_what_they_leave() -> None:
    plan = laid_out(4, [(0, 1), (0, 2), (1, 3), (2, 3)])
    (top, _), (left, one), (right, other), (bottom, _) = plan.centers
    assert one == other
    assert abs(right - left) >= 100
    assert abs(top - (left + right) / 2) < 1
    assert abs(bottom - (left + right) / 2) < 1


def test_an_edge_past_a_row_does_not_touch_its_box() -> None:
    plan = laid_out(3, [(0, 1), (1, 2), (0, 2)])
    x, y = plan.centers[1]
    passing = [point for point in plan.paths[2] if abs(point[1] - y) <= 20]
    assert passing
    assert all(abs(point[0] - x) > 50 for point in passing)


def test_crossings_that_need_not_be_are_undone() -> None:
    plan = laid_out(4, [(0, 3), (1, 2)])
    assert (plan.centers[0] < plan.centers[1]) == (plan.centers[3] < plan.centers[2])


def test_a_source_stands_just_above_what_takes_it() -> None:
    plan = laid_out(4, [(0, 1), (1, 3), (2, 3)])
    assert plan.centers[2][1] == plan.centers[1][1]


def test_nothing_is_laid_out_as_nothing() -> None:
    assert layout([], [], 30).centers == []


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[tuple[float, float]], list[tuple[int, int]]]:
    count = draw(st.integers(1, 12))
    sizes = st.tuples(st.floats(10, 200), st.floats(10, 100))
    pairs = [(a, b) for a in range(count) for b in range(a + 1, count)]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return draw(st.lists(sizes, min_size=count, max_size=count)), edges


@given(graphs())
def test_no_boxes_overlap_all_are_inside_and_edges_lead_down(
    graph: tuple[list[tuple[float, float]], list[tuple[int, int]]],
) -> None:
    sizes, edges = graph
    plan = layout(sizes, edges, 30)
    boxes = list(zip(plan.centers, sizes, strict=True))
    for ((x0, y0), (w0, h0)), ((x1, y1), (w1, h1)) in combinations(boxes, 2):
        apart = abs(x0 - x1) - (w0 + w1) / 2, abs(y0 - y1) - (h0 + h1) / 2
        assert max(apart) > 1
    for (x, y), (width, height) in boxes:
        assert -0.1 <= x - width / 2 <= x + width / 2 <= plan.width + 0.1
        assert -0.1 <= y - height / 2 <= y + height / 2 <= plan.height + 0.1
    for path in plan.paths:
        assert all(above - below < 1e-6 for (_, above), (_, below) in pairwise(path))


@given(graphs())
def test_the_same_graph_is_laid_out_the_same(
    graph: tuple[list[tuple[float, float]], list[tuple[int, int]]],
) -> None:
    assert layout(*graph, 30) == layout(*graph, 30)
