"""The outlines of a mask along the edges of its pixels: exact, as polygons of right angles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise

Corner = tuple[int, int]
Interval = tuple[int, int]


def outlines(lengths: Sequence[int], height: int) -> list[list[Corner]]:
    """The rings around a mask given by COCO's run lengths, clockwise; a hole's ring goes the other way.

    Pixels that touch at a corner only are in different rings. Linear in the number of runs.
    """
    edges: dict[Corner, list[Corner]] = {}
    for start, end in _edges(_columns(lengths, height)):
        edges.setdefault(start, []).append(end)
    rings = []
    while edges:
        rings.append(_straight(_walk(edges, next(iter(edges)))))
    return rings


def is_hole(ring: Sequence[Corner]) -> bool:
    """Whether a ring of `outlines` goes around a hole."""
    return _turned_area(ring) < 0


def _turned_area(ring: Sequence[Corner]) -> int:
    """Twice the area, positive for clockwise, as y grows downward."""
    return sum(
        before[0] * after[1] - after[0] * before[1] for before, after in pairwise([*ring, ring[0]])
    )


def _columns(lengths: Sequence[int], height: int) -> dict[int, list[Interval]]:
    """The intervals of rows, first to after the last, that are inside, by column."""
    columns: dict[int, list[Interval]] = {}
    ends = list(accumulate(lengths))
    for start, end in zip(ends[0::2], ends[1::2], strict=False):
        at = start
        while at < end:
            column = at // height
            until = min(end, (column + 1) * height)
            inside = columns.setdefault(column, [])
            first = at - column * height
            if inside and inside[-1][1] == first:  # a run of length 0 was between them
                first = inside.pop()[0]
            inside.append((first, until - column * height))
            at = until
    return columns


def _edges(columns: dict[int, list[Interval]]) -> Iterator[tuple[Corner, Corner]]:
    """Edges with the inside on their right: tops go right, right sides down, bottoms left, left sides up."""
    for column, inside in columns.items():
        for top, bottom in inside:
            yield (column, top), (column + 1, top)
            yield (column + 1, bottom), (column, bottom)
    for line in columns.keys() | {column + 1 for column in columns}:
        yield from _sides(line, columns.get(line - 1, []), columns.get(line, []))


def _sides(
    line: int, left: list[Interval], right: list[Interval]
) -> Iterator[tuple[Corner, Corner]]:
    """The vertical edges between two columns."""
    rows = sorted({row for interval in (*left, *right) for row in interval})
    for top, bottom in pairwise(rows):
        is_left, is_right = _covers(left, top), _covers(right, top)
        if is_left and not is_right:
            yield (line, top), (line, bottom)
        elif is_right and not is_left:
            yield (line, bottom), (line, top)


def _covers(inside: list[Interval], row: int) -> bool:
    low, high = 0, len(inside)
    while low < high:
        middle = (low + high) // 2
        if inside[middle][1] <= row:
            low = middle + 1
        else:
            high = middle
    return low < len(inside) and inside[low][0] <= row


def _walk(edges: dict[Corner, list[Corner]], start: Corner) -> list[Corner]:
    """One ring from `start`, whose edges are taken away. Where two rings touch it turns right."""
    ring = [start]
    came_from, at = start, _take(edges, start, None)
    while at != start:
        ring.append(at)
        came_from, at = at, _take(edges, at, came_from)
    return ring


def _take(edges: dict[Corner, list[Corner]], at: Corner, came_from: Corner | None) -> Corner:
    ways = edges[at]
    if len(ways) == 1 or came_from is None:
        chosen = ways[0]
    else:
        arriving = (at[0] - came_from[0], at[1] - came_from[1])
        chosen = max(
            ways, key=lambda to: arriving[0] * (to[1] - at[1]) - arriving[1] * (to[0] - at[0])
        )
    ways.remove(chosen)
    if not ways:
        del edges[at]
    return chosen


def _straight(ring: list[Corner]) -> list[Corner]:
    """Without the corners at which it goes straight on."""
    return [
        corner
        for before, corner, after in zip(
            [ring[-1], *ring], ring, [*ring[1:], ring[0]], strict=False
        )
        if (before[0] == corner[0]) != (corner[0] == after[0])
    ]
