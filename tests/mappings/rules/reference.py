"""A naive reading of the rule semantics, written without the engine, to hold the engine against."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator

from mappings.rules.conditions import Between, Condition, Exact, In, Like
from mappings.rules.rule import Rule

CLASSES = ("Exact", "In", "Between", "Like")


def fits(condition: Condition, value: str | None) -> bool:
    if isinstance(condition, Exact):
        return condition.value == value
    if isinstance(condition, In):
        return value in condition.values
    if value is None:
        return False
    if isinstance(condition, Like):
        expression = "".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in condition.pattern)
        return re.fullmatch(expression, value, re.DOTALL) is not None
    if condition.compare == "number":
        if not re.fullmatch("[0-9]+", value):
            return False
        return int(condition.low) <= int(value) <= int(condition.high)
    return condition.low <= value <= condition.high


def applies(rule: Rule, values: dict[str, str | None]) -> bool:
    return all(fits(condition, values[column]) for column, condition in rule.conditions.items())


def _width_of_text(condition: Between) -> tuple[int, ...]:
    """Digit-wise subtraction in base 2**21 with the borrow carried, as a comparable tuple."""
    size = 8
    low = [ord(c) + 1 for c in condition.low] + [0] * (size - len(condition.low))
    high = [ord(c) + 1 for c in condition.high] + [0] * (size - len(condition.high))
    digits, borrow = [], 0
    for a, b in zip(reversed(high), reversed(low), strict=True):
        difference = a - b - borrow
        borrow = difference < 0
        digits.append(difference + (2**21 if borrow else 0))
    return tuple(reversed(digits))


def compare(left: Rule, right: Rule) -> int:
    """Below zero when left wins, above when right wins, zero for a tie."""

    def coarse(rule: Rule) -> tuple[int, int, int, int]:
        kinds = [CLASSES.index(type(c).__name__) for c in rule.conditions.values()]
        return rule.priority, -kinds.count(0), -len(kinds), max(kinds)

    if coarse(left) != coarse(right):
        return -1 if coarse(left) < coarse(right) else 1

    def literals(rule: Rule) -> int:
        patterns = [c.pattern for c in rule.conditions.values() if isinstance(c, Like)]
        return -sum(c not in "*?" for pattern in patterns for c in pattern)

    if literals(left) != literals(right):
        return literals(left) - literals(right)

    def ranges(rule: Rule, mode: str) -> list[Between]:
        return [c for c in rule.conditions.values() if isinstance(c, Between) and c.compare == mode]

    if any(len(ranges(left, mode)) != len(ranges(right, mode)) for mode in ("text", "number")):
        return 0

    def sizes(rule: Rule) -> tuple[object, ...]:
        numbers = sum(int(c.high) - int(c.low) for c in ranges(rule, "number"))
        texts = [_width_of_text(c) for c in ranges(rule, "text")]
        listed = sum(len(c.values) for c in rule.conditions.values() if isinstance(c, In))
        base = 2**21
        text = sum(sum(d * base ** (8 - i) for i, d in enumerate(width)) for width in texts)
        return numbers, text, listed

    ours, theirs = sizes(left), sizes(right)
    return 0 if ours == theirs else (-1 if ours < theirs else 1)


def winners(rules: Iterable[Rule], values: dict[str, str | None]) -> list[Rule]:
    """The matching rules that no other matching rule beats."""
    matching = [rule for rule in rules if applies(rule, values)]
    return [rule for rule in matching if all(compare(rule, other) <= 0 for other in matching)]


def universe(alphabet: str, longest: int) -> Iterator[str | None]:
    """Every short text over the alphabet, and the absent value."""
    yield None
    for size in range(longest + 1):
        for chars in itertools.product(alphabet, repeat=size):
            yield "".join(chars)
