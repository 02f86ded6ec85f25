"""Pairs of conditions on one column that may share a value, found without trying every pair."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from operator import attrgetter, itemgetter
from typing import Any

from mappings.rules.conditions import Between, Compare, Condition, Exact, In, Like
from mappings.rules.glob import Glob, glob

Pair = tuple[int, int]
Placed = tuple[int, Condition]


def _sort_of(condition: Condition) -> str:
    if isinstance(condition, Exact | In):
        return "point"
    if isinstance(condition, Like):
        return "like"
    return str(condition.compare)


def join_cost(left: Sequence[Condition], right: Sequence[Condition]) -> int:
    """How many candidate pairs `candidate_pairs` would give, near enough to choose a column by."""
    ours, theirs = _by_sort(left), _by_sort(right)
    cost = 0
    for sort, some in ours.items():
        for other_sort, others in theirs.items():
            if sort != other_sort:
                cost += len(some) * len(others)
            elif sort == "point":
                cost += _point_cost(some, others)
            elif sort == "like":
                cost += _pattern_cost(some, others)
            else:
                cost += _range_cost(some, others)
    return cost


def _point_cost(left: list[Placed], right: list[Placed]) -> int:
    ours = Counter(value for _, condition in left for value in _values(condition))
    theirs = Counter(value for _, condition in right for value in _values(condition))
    return sum(count * theirs[value] for value, count in ours.items())


def _range_cost(left: list[Placed], right: list[Placed]) -> int:
    """All pairs less those where one range ends before the other begins."""
    lows = sorted(_span(condition)[0] for _, condition in right)
    highs = sorted(_span(condition)[1] for _, condition in right)
    apart = 0
    for _, condition in left:
        low, high = _span(condition)
        apart += len(lows) - bisect_right(lows, high) + bisect_left(highs, low)
    return len(left) * len(right) - apart


def _pattern_cost(left: list[Placed], right: list[Placed]) -> int:
    """Patterns without a fixed end meet all the others."""
    ours, theirs = _globs(left), _globs(right)
    costs = []
    for end in (attrgetter("prefix"), attrgetter("suffix")):
        our_free, their_free = sum(not end(g) for g in ours), sum(not end(g) for g in theirs)
        costs.append(our_free * len(theirs) + (len(ours) - our_free) * their_free)
    return min(costs)


def candidate_pairs(left: Sequence[Condition], right: Sequence[Condition]) -> Iterator[Pair]:
    """Index pairs (into left, into right) that may share a value; none that does is left out.

    A pair can come more than once. Like sorts are joined by hash, sweep or prefix; unlike sorts, rare
    within one rank, pair by pair.
    """
    ours, theirs = _by_sort(left), _by_sort(right)
    for sort, some in ours.items():
        for other_sort, others in theirs.items():
            if sort != other_sort:
                yield from ((i, j) for (i, _), (j, _) in product(some, others))
            elif sort == "point":
                yield from _join_points(some, others)
            elif sort == "like":
                yield from _join_patterns(some, others)
            else:
                yield from _join_ranges(some, others)


def _by_sort(conditions: Sequence[Condition]) -> dict[str, list[Placed]]:
    sorts: dict[str, list[Placed]] = defaultdict(list)
    for i, condition in enumerate(conditions):
        sorts[_sort_of(condition)].append((i, condition))
    return sorts


def _values(condition: Condition) -> tuple[str | None, ...]:
    if isinstance(condition, Exact):
        return (condition.value,)
    assert isinstance(condition, In)  # noqa: S101 - narrows the type
    return tuple(condition.values)


def _join_points(left: list[Placed], right: list[Placed]) -> Iterator[Pair]:
    holders: dict[str | None, list[int]] = defaultdict(list)
    for j, condition in right:
        for value in _values(condition):
            holders[value].append(j)
    for i, condition in left:
        for value in _values(condition):
            for j in holders.get(value, ()):
                yield i, j


def _span(condition: Condition) -> tuple[Any, Any]:
    assert isinstance(condition, Between)  # noqa: S101
    return condition.bounds if condition.compare == Compare.NUMBER else (condition.low, condition.high)


def _join_ranges(left: list[Placed], right: list[Placed]) -> Iterator[Pair]:
    """Two overlap when one begins within the other: ranges sorted by their low bound."""
    ours = sorted(((*_span(c), i) for i, c in left), key=itemgetter(0))
    theirs = sorted(((*_span(c), j) for j, c in right), key=itemgetter(0))
    our_lows, their_lows = [low for low, _, _ in ours], [low for low, _, _ in theirs]
    for low, high, i in ours:
        at = bisect_left(their_lows, low)
        while at < len(theirs) and theirs[at][0] <= high:
            yield i, theirs[at][2]
            at += 1
    for low, high, j in theirs:
        at = bisect_left(our_lows, low)
        while at < len(ours) and ours[at][0] <= high:
            if ours[at][0] != low:  # equal lows came from the first pass
                yield ours[at][2], j
            at += 1


def _globs(patterns: list[Placed]) -> list[Glob]:
    return [glob(condition.pattern) for _, condition in patterns if isinstance(condition, Like)]


def _lean(globs: list[Glob]) -> int:
    """Above zero when more of the patterns lack a fixed beginning than lack a fixed ending."""
    return sum(not g.prefix for g in globs) - sum(not g.suffix for g in globs)


def _join_patterns(left: list[Placed], right: list[Placed]) -> Iterator[Pair]:
    """Two patterns can meet only if the fixed beginning (or ending) of one continues the other's."""
    ours, theirs = _globs(left), _globs(right)
    if _lean(ours) + _lean(theirs) > 0:
        our_ends, their_ends = [g.suffix[::-1] for g in ours], [g.suffix[::-1] for g in theirs]
    else:
        our_ends, their_ends = [g.prefix for g in ours], [g.prefix for g in theirs]
    exact: dict[str, list[int]] = defaultdict(list)
    for at, end in enumerate(their_ends):
        exact[end].append(at)
    ordered = sorted(exact)
    for at, end in enumerate(our_ends):
        for size in range(len(end)):
            for other in exact.get(end[:size], ()):
                yield left[at][0], right[other][0]
        place = bisect_left(ordered, end)
        while place < len(ordered) and ordered[place].startswith(end):
            for other in exact[ordered[place]]:
                yield left[at][0], right[other][0]
            place += 1
