"""A value that two conditions on one column both match, decided exactly for every pair of kinds."""

from __future__ import annotations

from dataclasses import dataclass

from mappings.rules.conditions import Between, Compare, Condition, Exact, In, Like
from mappings.rules.glob import Glob, glob
from mappings.rules.languages import common_text, language_of


@dataclass(frozen=True, slots=True)
class Witness:
    """A common value; None in it is the absent value, so the wrapper says that there is one."""

    value: str | None


def sample(condition: Condition) -> Witness:
    """Some value the condition matches."""
    if isinstance(condition, Exact):
        return Witness(condition.value)
    if isinstance(condition, In):
        return Witness(condition.ordered()[-1])
    if isinstance(condition, Between):
        return Witness(condition.low)
    return Witness(condition.pattern.replace("*", "").replace("?", "0"))


def intersect(left: Condition, right: Condition) -> Witness | None:
    """A value both match, or None when there is none."""
    for some, other in ((left, right), (right, left)):
        if isinstance(some, Exact):
            return Witness(some.value) if other.matches(some.value) else None
    for some, other in ((left, right), (right, left)):
        if isinstance(some, In):
            for value in reversed(some.ordered()):
                if other.matches(value):
                    return Witness(value)
            return None
    assert isinstance(left, Between | Like) and isinstance(right, Between | Like)  # noqa: S101
    return _intersect_open(left, right)


def _intersect_open(left: Between | Like, right: Between | Like) -> Witness | None:
    """Ranges and patterns: directly where that is simple, else by their automata."""
    if isinstance(left, Between) and isinstance(right, Between) and left.compare == right.compare:
        return _intersect_ranges(left, right)
    if isinstance(left, Like) and isinstance(right, Like):
        if disjoint_ends(glob(left.pattern), glob(right.pattern)):
            return None
        if left.pattern == right.pattern:
            return sample(left)
    text = common_text(language_of(left), language_of(right))
    return None if text is None else Witness(text)


def _intersect_ranges(left: Between, right: Between) -> Witness | None:
    """Two ranges of one comparison share the greater low, if they share anything."""
    if left.compare == Compare.TEXT:
        low = max(left.low, right.low)
        return Witness(low) if low <= min(left.high, right.high) else None
    (left_low, left_high), (right_low, right_high) = left.bounds, right.bounds
    if max(left_low, right_low) > min(left_high, right_high):
        return None
    return Witness(left.low if left_low >= right_low else right.low)


def disjoint_ends(left: Glob, right: Glob) -> bool:
    """Whether fixed beginnings or endings already keep two patterns apart; cheap, and never wrong."""
    size = min(len(left.prefix), len(right.prefix))
    if left.prefix[:size] != right.prefix[:size]:
        return True
    size = min(len(left.suffix), len(right.suffix))
    return size > 0 and left.suffix[-size:] != right.suffix[-size:]
