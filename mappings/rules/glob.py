"""Wildcard patterns: `*` any run of characters, `?` exactly one; full match in linear time."""

from __future__ import annotations

from functools import lru_cache


class Segment:
    """A run of literals and `?` between two stars, searchable from the left in linear time."""

    __slots__ = ("_accept", "_any", "_masks", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self._accept = 1 << (len(text) - 1) if text else 0
        self._any = sum(1 << i for i, char in enumerate(text) if char == "?")
        self._masks: dict[str, int] = {}
        for i, char in enumerate(text):
            if char != "?":
                self._masks[char] = self._masks.get(char, self._any) | 1 << i

    def at(self, value: str, start: int) -> bool:
        """Whether the segment stands at `start`; the caller has checked the length."""
        text = self.text
        if not self._any:
            return value.startswith(text, start)
        return all(c in ("?", value[start + i]) for i, c in enumerate(text))

    def find(self, value: str, start: int, end: int) -> int:
        """Leftmost position in value[start:end], or -1. Bit-parallel, so never backtracks."""
        if not self._any:
            return value.find(self.text, start, end)
        state, masks, default = 0, self._masks, self._any
        for i in range(start, end):
            state = ((state << 1) | 1) & masks.get(value[i], default)
            if state & self._accept:
                return i - len(self.text) + 1
        return -1


class Glob:
    """A compiled pattern. Leftmost matching of the middle segments is exact for stars."""

    __slots__ = ("_head", "_middle", "_min", "_tail", "literals", "pattern", "prefix", "suffix")

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        parts = pattern.split("*")
        self._head = Segment(parts[0])
        self._tail = Segment(parts[-1]) if len(parts) > 1 else None
        self._middle = [Segment(part) for part in parts[1:-1] if part]
        self._min = len(pattern) - pattern.count("*")
        self.literals = self._min - pattern.count("?")
        self.prefix = parts[0].split("?", 1)[0]
        self.suffix = parts[-1].rsplit("?", 1)[-1]

    def matches(self, value: str) -> bool:
        """Whether the whole value fits the pattern; case matters."""
        size = len(value)
        if size < self._min or not self._head.at(value, 0):
            return False
        if self._tail is None:
            return size == self._min
        position, end = len(self._head.text), size - len(self._tail.text)
        if not self._tail.at(value, end):
            return False
        for segment in self._middle:
            found = segment.find(value, position, end)
            if found < 0:
                return False
            position = found + len(segment.text)
        return True

    @property
    def longest_run(self) -> str:
        """The longest run of literal characters: what a matching value certainly contains."""
        return max(self.pattern.replace("?", "*").split("*"), key=len)


@lru_cache(maxsize=8192)
def glob(pattern: str) -> Glob:
    """The compiled form of a pattern, kept for the ones in use."""
    return Glob(pattern)
