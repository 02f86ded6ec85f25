"""Access paths of one column: which rules can match a value, without trying them all."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from mappings.rules.conditions import Between, Compare, Condition, Exact, In, Like, digits_key
from mappings.rules.glob import glob
from mappings.rules.precedence import Rank
from mappings.rules.rule import Rule

Matcher = Callable[[str | None], bool]


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule on an access path; `checks` are its conditions the path has not already proved."""

    rank: Rank
    rule: Rule
    checks: tuple[tuple[int, Matcher], ...]

    def matches(self, values: tuple[str | None, ...]) -> bool:
        return all(check(values[place]) for place, check in self.checks)


def _append(entries: list[Entry], entry: Entry) -> None:
    """Entries come in order of rank: behind one without further checks nothing can win."""
    if not entries or entries[-1].checks:
        entries.append(entry)


class Stabbing:
    """Ranges over one ordering, as a segment tree: log n nodes for a value, each in order of rank."""

    def __init__(self, ranges: list[tuple[Any, Any, Entry]]) -> None:
        self._bounds = sorted({bound for low, high, _ in ranges for bound in (low, high)})
        self._leaves = 2 * len(self._bounds) + 1
        self._nodes: list[list[Entry] | None] = [None] * (2 * self._leaves)
        for low, high, entry in ranges:
            self._insert(self._place(low), self._place(high) + 1, entry)

    def _place(self, key: Any) -> int:
        """Leaf of a key: odd for a bound, even for the gap before the next bound."""
        at = bisect_left(self._bounds, key)
        return 2 * at + (at < len(self._bounds) and self._bounds[at] == key)

    def _insert(self, first: int, end: int, entry: Entry) -> None:
        first, end = first + self._leaves, end + self._leaves
        while first < end:
            if first & 1:
                self._add(first, entry)
                first += 1
            if end & 1:
                end -= 1
                self._add(end, entry)
            first, end = first >> 1, end >> 1

    def _add(self, node: int, entry: Entry) -> None:
        entries = self._nodes[node]
        if entries is None:
            self._nodes[node] = [entry]
        else:
            _append(entries, entry)

    def at(self, key: Any) -> Iterator[list[Entry]]:
        """The lists of entries whose ranges hold the key."""
        node = self._place(key) + self._leaves
        while node:
            entries = self._nodes[node]
            if entries:
                yield entries
            node >>= 1


class Patterns:
    """Patterns filed under a fixed beginning, a fixed ending or a run of literals they contain."""

    def __init__(self) -> None:
        self._begin: dict[int, dict[str, list[Entry]]] = {}
        self._end: dict[int, dict[str, list[Entry]]] = {}
        self._inside: dict[int, dict[str, list[Entry]]] = {}
        self._others: list[Entry] = []

    def add(self, pattern: str, entry: Entry) -> None:
        compiled = glob(pattern)
        run = compiled.longest_run
        if compiled.prefix and len(compiled.prefix) >= len(compiled.suffix):
            key, filed = compiled.prefix, self._begin
        elif compiled.suffix:
            key, filed = compiled.suffix, self._end
        elif run:
            key, filed = run, self._inside
        else:
            self._others.append(entry)
            return
        filed.setdefault(len(key), {}).setdefault(key, []).append(entry)

    def at(self, value: str) -> Iterator[list[Entry]]:
        """The lists of entries whose key the value has; the pattern itself is still to be checked."""
        size = len(value)
        for length, filed in self._begin.items():
            if length <= size and (entries := filed.get(value[:length])):
                yield entries
        for length, filed in self._end.items():
            if length <= size and (entries := filed.get(value[size - length :])):
                yield entries
        for length, filed in self._inside.items():
            for key in {value[i : i + length] for i in range(size - length + 1)}:
                if entries := filed.get(key):
                    yield entries
        if self._others:
            yield self._others


class ColumnIndex:
    """All access paths of one column; entries must be added in order of rank."""

    def __init__(self) -> None:
        self._points: dict[str | None, list[Entry]] = {}
        self._ranges: dict[Compare, list[tuple[Any, Any, Entry]]] = {c: [] for c in Compare}
        self._patterns = Patterns()
        self._text: Stabbing | None = None
        self._number: Stabbing | None = None

    def add(self, condition: Condition, entry: Entry) -> None:
        """File an entry; for a pattern its checks must include the pattern."""
        if isinstance(condition, Exact):
            _append(self._points.setdefault(condition.value, []), entry)
        elif isinstance(condition, In):
            for value in condition.values:
                _append(self._points.setdefault(value, []), entry)
        elif isinstance(condition, Like):
            self._patterns.add(condition.pattern, entry)
        else:
            low, high = _bounds(condition)
            self._ranges[condition.compare].append((low, high, entry))

    def close(self) -> None:
        """Build what needs all entries at once."""
        if self._ranges[Compare.TEXT]:
            self._text = Stabbing(self._ranges[Compare.TEXT])
        if self._ranges[Compare.NUMBER]:
            self._number = Stabbing(self._ranges[Compare.NUMBER])
        self._ranges = {}

    def at(self, value: str | None) -> Iterator[list[Entry]]:
        """Lists of entries that can match the value, each in order of rank."""
        if entries := self._points.get(value):
            yield entries
        if value is None:
            return
        if self._text is not None:
            yield from self._text.at(value)
        if self._number is not None and (key := digits_key(value)) is not None:
            yield from self._number.at(key)
        yield from self._patterns.at(value)


def _bounds(condition: Between) -> tuple[Any, Any]:
    """Bounds in the ordering of the comparison."""
    if condition.compare == Compare.TEXT:
        return condition.low, condition.high
    return condition.bounds


def path_column(conditions: dict[str, Condition]) -> str:
    """The column to file a rule under: the most selective kind of condition it has."""
    order = {Exact: 0, In: 1, Between: 2, Like: 3}
    return min(conditions, key=lambda column: (order[type(conditions[column])], column))
