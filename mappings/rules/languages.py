"""Conditions as small automata over code points, so that any two can be intersected exactly."""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable
from typing import Protocol, cast

from mappings.rules.conditions import Between, Compare, Like

_LAST = 0x10FFFF
_SURROGATES = (0xD800, 0xDFFF)
_PLAIN = "0A "

Move = tuple[int, int, Hashable]


class Language(Protocol):
    """States are hashable values; moves are (first code point, last code point, next state)."""

    start: Hashable

    def accepts(self, state: Hashable) -> bool: ...

    def moves(self, state: Hashable) -> list[Move]: ...


class PatternLanguage:
    """A wildcard pattern; a state is the place reached in the pattern."""

    def __init__(self, pattern: str) -> None:
        self.start: Hashable = 0
        self._pattern = pattern

    def accepts(self, state: Hashable) -> bool:
        assert isinstance(state, int)  # noqa: S101 - narrows the type
        return all(char == "*" for char in self._pattern[state:])

    def moves(self, state: Hashable) -> list[Move]:
        assert isinstance(state, int)  # noqa: S101
        moves: list[Move] = []
        for place in range(state, len(self._pattern)):
            char = self._pattern[place]
            if char == "*":
                moves.append((0, _LAST, place))
                continue
            moves.append((0, _LAST, place + 1) if char == "?" else (ord(char), ord(char), place + 1))
            break
        return moves


class TextLanguage:
    """Texts from low to high; a state is (place, still on low, still on high)."""

    def __init__(self, low: str, high: str) -> None:
        self.start: Hashable = (0, True, True)
        self._low, self._high = low, high

    def accepts(self, state: Hashable) -> bool:
        assert isinstance(state, tuple)  # noqa: S101
        place, on_low, _ = state
        return not on_low or place >= len(self._low)

    def moves(self, state: Hashable) -> list[Move]:
        assert isinstance(state, tuple)  # noqa: S101
        place, on_low, on_high = state
        on_low = on_low and place < len(self._low)
        if on_high and place >= len(self._high):
            return []
        low = ord(self._low[place]) if on_low else 0
        high = ord(self._high[place]) if on_high else _LAST
        moves: list[Move] = []
        if low == high and on_low and on_high:
            return [(low, low, (place + 1, True, True))]
        if on_low:
            moves.append((low, low, (place + 1, True, False)))
        if on_high:
            moves.append((high, high, (place + 1, False, True)))
        first, last = low + (1 if on_low else 0), high - (1 if on_high else 0)
        if first <= last:
            moves.append((first, last, (0, False, False)))
        return moves


class NumberLanguage:
    """Plain digits whose number lies between the bounds, with any number of leading zeros.

    A state is (significant digits read, their order against low's, against high's), or 'start' and
    'zeros' before the first significant digit.
    """

    def __init__(self, low: str, high: str) -> None:
        self.start: Hashable = "start"
        self._low, self._high = low.lstrip("0"), high.lstrip("0")

    def accepts(self, state: Hashable) -> bool:
        if state == "start":
            return False
        if state == "zeros":
            return not self._low
        size, against_low, against_high = cast("tuple[int, int, int]", state)
        above = size > len(self._low) or (size == len(self._low) and against_low >= 0)
        below = size < len(self._high) or (size == len(self._high) and against_high <= 0)
        return above and below

    def moves(self, state: Hashable) -> list[Move]:
        moves: list[Move] = []
        if state in ("start", "zeros"):
            moves.append((48, 48, "zeros"))
            state = (0, 0, 0)
        assert isinstance(state, tuple)  # noqa: S101
        size, against_low, against_high = state
        if size >= len(self._high):
            return moves
        for digit in range(49 if size == 0 else 48, 58):
            following = (
                size + 1,
                against_low or _order(digit, self._low, size),
                against_high or _order(digit, self._high, size),
            )
            moves.append((digit, digit, following))
        return moves


def _order(digit: int, bound: str, place: int) -> int:
    """-1, 0 or 1: the digit against the bound's at that place; past its end it no longer matters."""
    if place >= len(bound):
        return 1
    other = ord(bound[place])
    return (digit > other) - (digit < other)


def language_of(condition: Like | Between) -> Language:
    """The automaton of a pattern or a range."""
    if isinstance(condition, Like):
        return PatternLanguage(condition.pattern)
    if condition.compare == Compare.NUMBER:
        return NumberLanguage(condition.low, condition.high)
    return TextLanguage(condition.low, condition.high)


def _pick(first: int, last: int) -> str | None:
    """A readable character of the interval, or None when it holds only surrogates."""
    for char in _PLAIN:
        if first <= ord(char) <= last:
            return char
    if first < 33 <= last:
        first = 33
    if _SURROGATES[0] <= first <= _SURROGATES[1]:
        first = _SURROGATES[1] + 1
    return chr(first) if first <= last else None


def common_text(left: Language, right: Language) -> str | None:
    """A shortest text both accept, or None when there is none: a search of the product automaton."""
    start = (left.start, right.start)
    if left.accepts(left.start) and right.accepts(right.start):
        return ""
    came: dict[tuple[Hashable, Hashable], tuple[tuple[Hashable, Hashable], str] | None] = {start: None}
    queue = deque([start])
    while queue:
        pair = queue.popleft()
        right_moves = right.moves(pair[1])
        for low, high, left_next in left.moves(pair[0]):
            for other_low, other_high, right_next in right_moves:
                first, last = max(low, other_low), min(high, other_high)
                following = (left_next, right_next)
                if first > last or following in came:
                    continue
                char = _pick(first, last)
                if char is None:
                    continue
                came[following] = (pair, char)
                if left.accepts(left_next) and right.accepts(right_next):
                    return _spell(came, following)
                queue.append(following)
    return None


def _spell(
    came: dict[tuple[Hashable, Hashable], tuple[tuple[Hashable, Hashable], str] | None],
    pair: tuple[Hashable, Hashable],
) -> str:
    """The characters on the way from the start to a pair of states."""
    chars: list[str] = []
    step = came[pair]
    while step is not None:
        chars.append(step[1])
        step = came[step[0]]
    return "".join(reversed(chars))
