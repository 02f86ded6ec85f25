"""Which of two matching rules wins: priority, exact columns, constrained columns, kind, narrowness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from mappings.rules.conditions import MAX_LENGTH, Between, Compare, Condition, Exact, In, Like
from mappings.rules.glob import glob
from mappings.rules.rule import Rule

_KIND_RANK: dict[type[Condition], int] = {Exact: 0, In: 1, Between: 2, Like: 3}
_BITS = 21  # bits of a code point


class RankClass(NamedTuple):
    """What is compared before narrowness; lower wins. `kind` is that of the weakest condition."""

    priority: int
    not_exact: int
    not_constrained: int
    kind: int


class Narrowness(NamedTuple):
    """Sizes of the conditions, summed over columns; lower is narrower.

    `literals` is the negated number of literal characters of all patterns. A range of numbers and a
    range of text have no common measure: rules that differ in how many they have of each (`ranges`)
    are not comparable and therefore tie.
    """

    literals: int
    ranges: tuple[int, int]
    number_width: int
    text_width: int
    list_values: int


class Rank(NamedTuple):
    """A total order for looking up; among tied rules it only makes the answer repeatable."""

    rank_class: RankClass
    narrowness: Narrowness
    rule_id: str


def class_of(priority: int, conditions: Mapping[str, Condition]) -> RankClass:
    """Priority first; more exactly fixed columns, then more constrained ones, then kind."""
    kinds = [_KIND_RANK[type(condition)] for condition in conditions.values()]
    return RankClass(priority, -kinds.count(0), -len(kinds), max(kinds))


def _text_position(value: str) -> int:
    """Place of a text among all texts of at most MAX_LENGTH characters, in code point order."""
    position = 0
    for char in value:
        position = (position << _BITS) | (ord(char) + 1)
    return position << _BITS * (MAX_LENGTH - len(value))


def text_width(condition: Between) -> int:
    """Width of a text range; a range inside another is never wider than it."""
    return _text_position(condition.high) - _text_position(condition.low)


def number_width(condition: Between) -> int:
    """How many whole numbers lie between the bounds, less one."""
    return int(condition.high) - int(condition.low)


def narrowness_of(conditions: Mapping[str, Condition]) -> Narrowness:
    """The summed sizes of all conditions of a rule; exact ones have none."""
    literals = numbers = texts = widths = text_widths = values = 0
    for condition in conditions.values():
        if isinstance(condition, Like):
            literals -= glob(condition.pattern).literals
        elif isinstance(condition, In):
            values += len(condition.values)
        elif isinstance(condition, Between):
            if condition.compare == Compare.NUMBER:
                numbers, widths = numbers + 1, widths + number_width(condition)
            else:
                texts, text_widths = texts + 1, text_widths + text_width(condition)
    return Narrowness(literals, (texts, numbers), widths, text_widths, values)


def rank_of(rule: Rule) -> Rank:
    """The place of a rule in the order; lower wins."""
    return Rank(class_of(rule.priority, rule.conditions), narrowness_of(rule.conditions), rule.id)


def narrowness_ties(left: Narrowness, right: Narrowness) -> bool:
    """Whether narrowness cannot decide between two rules of the same class."""
    if left.literals != right.literals:
        return False
    return left.ranges != right.ranges or left == right


def is_exact(conditions: Mapping[str, Condition]) -> bool:
    """Whether every condition fixes its column to one value."""
    return all(type(condition) is Exact for condition in conditions.values())
